"""Webhooks: what is queued, as forms with brackets, with loss, doubles and mixing on command."""

from collections.abc import Awaitable, Callable, Iterator, Mapping, Sequence
from urllib.parse import urlencode

from hub.channels.base import Raw
from hub.testing.crm.amocrm.methods import Methods
from hub.testing.crm.amocrm.records import Hook

Post = Callable[[str, Mapping[str, str], bytes], Awaitable[int]]
BAD_ANSWERS = 100
HOOK_HEADERS = {"content-type": "application/x-www-form-urlencoded", "user-agent": "amoCRM-WebHook-client/1.0"}


class Hooks(Methods):
    """What the account sends; nothing without a subscription."""

    def __init__(self, account: str) -> None:
        super().__init__(account)
        self.hook_secret = "h00k-s3cret-0123456789"
        self.loses_hooks = self.doubles_hooks = self.mixes_hooks = self.is_delete_bare = False
        self._bad_answers = 0

    def hooks(self) -> Sequence[Raw]:
        """Return what was sent since the last call: nothing without a subscription."""
        return [Raw(body, self.now(), HOOK_HEADERS, "POST", self.hook_secret) for body in self._bodies_of(self._take())]

    async def deliver_hooks(self, post: Post) -> None:
        """Post what is queued; what is not answered with a success stays, and too many of those switch the hook off."""
        waiting = self._take()
        for hook in waiting:
            for body in self._bodies_of([hook]):
                status = await post("POST", HOOK_HEADERS, body)
                if 100 <= status < 300:
                    continue
                self.queue.append(hook)
                self._bad_answers += 1
        if self._bad_answers > BAD_ANSWERS:
            self.webhooks = [{**row, "disabled": True} for row in self.webhooks]

    def _take(self) -> list[Hook]:
        """Return what is subscribed to, and forget the rest."""
        wanted = {event for row in self.webhooks if not row["disabled"] for event in row["settings"]}
        taken = [hook for hook in self.queue if hook.event in wanted]
        self.queue.clear()
        return [] if self.loses_hooks else taken

    def _bodies_of(self, hooks: Sequence[Hook]) -> Iterator[bytes]:
        for group in [list(hooks)] if self.mixes_hooks and hooks else [[hook] for hook in hooks]:
            body = urlencode(self._pairs(group)).encode()
            yield body
            if self.doubles_hooks:
                yield body

    def _pairs(self, hooks: Sequence[Hook]) -> list[tuple[str, str]]:
        pairs: list[tuple[str, str]] = []
        places: dict[tuple[str, str], int] = {}
        for hook in hooks:
            at = (hook.kind, hook.action)
            places[at] = places.get(at, -1) + 1
            head = f"{hook.kind}[{hook.action}]"
            if hook.action == "delete" and self.is_delete_bare:
                pairs.append((head, str(hook.record["id"])))
                continue
            pairs += [(f"{head}[{places[at]}][{name}]", str(value)) for name, value in hook.record.items()]
        return [*pairs, ("account[id]", str(self.account_id)), ("account[subdomain]", self.account)]
