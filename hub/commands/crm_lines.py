"""How a CRM is, in people's words: the lines and records of `hub crm status`, which also stand in `hub check`."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from hub.commands.crm_rooms import CrmState
from hub.commands.crm_texts import tell
from hub.commands.language import in_language
from hub.commands.texts import word
from hub.commands.wall_time import WallTime
from hub.domain.health import CREDENTIALS_TOLD
from hub.store.crm_overview import FrozenRecord, WrongRecord

_NAMED = 3
_ONE_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class CrmLine:
    """One thing of a CRM: whether it is well, and its state or what to do."""

    thing: str
    is_ok: bool
    says: str


@dataclass(frozen=True, slots=True)
class CrmWords:
    """In which language, by which wall clock and as of when."""

    language: str
    time: WallTime
    now: datetime

    def list_lines(self, state: CrmState) -> list[CrmLine]:
        """Return the lines of a CRM in the order in which people read them."""
        since = self._tell("status.at", at=self.time.minute(state.row.created_at), zone=self.time.zone)
        lines = [
            CrmLine("since", is_ok=True, says=since),
            self._state(state),
            self._queue(state),
            CrmLine("written", is_ok=True, says=self._records(state.figures.written)),
            self._count("refused", state.figures.refused, name=state.row.name),
            self._count("unsure", state.figures.unsure, name=state.row.name),
            self._count("frozen", state.figures.frozen, records=self._frozen(state)),
            CrmLine("stale", is_ok=True, says=self._records(state.figures.stale)),
            self._drift(state),
        ]
        return lines if (ends := self.credentials(state)) is None else [*lines, ends]

    def credentials(self, state: CrmState) -> CrmLine | None:
        """Return until when the credentials are good, None where they have no known end."""
        ends_at = state.account.ends_at if state.account else None
        if ends_at is None:
            return None
        left, facts = ends_at - self.now, {"until": self.time.minute(ends_at), **_how_to_correct(state)}
        key = "ended" if left <= timedelta(0) else "ends" if left < CREDENTIALS_TOLD else "lasts"
        return CrmLine("expires", key == "lasts", self._tell(f"status.{key}", days=left // _ONE_DAY, **facts))

    def client(self, record: WrongRecord | FrozenRecord) -> str:
        """Return a client as people call them: the number on the managers' cards, else the number of the card."""
        return client_name(record.number, record.contact_id, record.name)

    def reason(self, record: WrongRecord) -> str:
        """Return the vendor's words behind ours, or that no answer came."""
        return self._tell("no_answer") if record.state == "unsure" else in_language(record.reason, self.language)

    def _state(self, state: CrmState) -> CrmLine:
        row, account = state.row, state.account
        if state.fault or row.state != "active":
            reason = in_language(state.fault or row.state_reason or "switched off", self.language)
            how = word(self.language, "state", "down" if state.fault else row.state)
            facts = {"state": how, "reason": reason, **_how_to_correct(state)}
            return CrmLine("state", is_ok=False, says=self._tell("status.stopped", **facts))
        if account and account.blocked_until and account.blocked_until > self.now:
            until = self.time.second(account.blocked_until)
            reason = in_language(account.blocked_reason, self.language)
            return CrmLine("state", is_ok=False, says=self._tell("status.rests", until=until, reason=reason))
        return CrmLine("state", is_ok=True, says=self._tell("status.works"))

    def _queue(self, state: CrmState) -> CrmLine:
        if state.queue.since is None:
            return CrmLine("queue", is_ok=True, says=self._tell("status.nobody"))
        age = show_age(self.now - state.queue.since, self.language)
        return CrmLine("queue", is_ok=True, says=self._tell("status.clients", count=state.queue.clients, age=age))

    def _count(self, thing: str, count: int, **facts: object) -> CrmLine:
        says = self._tell(f"status.{thing}_some", count=count, **facts) if count else self._records(0)
        return CrmLine(thing, count == 0, says)

    def _drift(self, state: CrmState) -> CrmLine:
        drift = state.account.drift if state.account else 0
        says = self._tell("status.drift_some", count=drift, name=state.row.name) if drift else self._records(0)
        return CrmLine("drift", is_ok=True, says=says)

    def _frozen(self, state: CrmState) -> str:
        named = [f"{self.client(each)} ({', '.join(each.fields)})" for each in state.frozen[:_NAMED]]
        return ", ".join(named) + (" …" if len(state.frozen) > _NAMED else "")

    def _records(self, count: int) -> str:
        return self._tell("status.records", count=count) if count else self._tell("status.nothing")

    def _tell(self, key: str, **facts: object) -> str:
        return tell(self.language, key, **facts)


def _how_to_correct(state: CrmState) -> dict[str, str]:
    return {"kind": state.row.kind, "name": state.row.name}


def client_name(number: int | None, contact_id: int, name: str) -> str:
    """Return `#1042 Мария`; a client without a conversation by the number of the card, `id:77 Мария`."""
    called = f"#{number}" if number is not None else f"id:{contact_id}"
    return f"{called} {name}".rstrip()


def show_age(length: timedelta, language: str) -> str:
    """Return a length of time in its largest whole unit."""
    seconds = max(int(length.total_seconds()), 0)
    units = (("days", 86400), ("hours", 3600), ("minutes", 60), ("seconds", 1))
    name, size = next(((name, size) for name, size in units if seconds >= size), units[-1])
    return tell(language, f"age.{name}", count=seconds // size)
