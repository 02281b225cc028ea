"""The policy in force: read at start, reread when another revision appears."""

from hub.app.ground import Ground
from hub.domain.policy import Policy
from hub.inbox.rule_changes import put_in_force
from hub.routing.build import to_policy
from hub.routing.document import DEFAULT_POLICY, diff, parse_policy
from hub.store import policy
from hub.store.policy import PolicyChange
from hub.store.pool import acquire


class Rules:
    """Holds the policy in force for this process; call the object to get it."""

    def __init__(self, ground: Ground) -> None:
        self._ground = ground
        self._present = to_policy(parse_policy(DEFAULT_POLICY), 0)

    def __call__(self) -> Policy:
        return self._present

    async def reload(self) -> None:
        """Take over the newest revision if it is not the present one."""
        async with acquire(self._ground.pool) as connection:
            if await policy.get_number(connection) == self._present.revision:
                return
            latest = await policy.get_latest(connection)
        if latest is not None:
            self._present = to_policy(parse_policy(latest.document), latest.number)


async def current_document(ground: Ground) -> str:
    """Return the document in force as TOML; the default one if none was ever applied."""
    async with acquire(ground.pool) as connection:
        latest = await policy.get_latest(connection)
    return latest.document if latest else DEFAULT_POLICY


async def apply_policy(ground: Ground, text: str, change: PolicyChange) -> int:
    """Put a document into force as the next revision; returns its number. Commits. Raises: as `put_in_force`."""
    return await put_in_force(ground.pool, ground.ids, text, change)


async def compare_policy(ground: Ground, text: str) -> list[str]:
    """Return what a document would change, in lines for people."""
    return diff(parse_policy(await current_document(ground)), parse_policy(text))
