"""«Почему так?»: how a conversation came to be as it is, in sentences a manager can read.

Who the client is and how we know, who was chosen and why, everything that happened with local times, and how each
deadline came about, down to the opening hours that were counted. Made from stored facts only, never guessed.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from hub.domain.contact import ContactIdentity
from hub.domain.identity import IdentityType, ProofLevel
from hub.domain.ids import ConversationId
from hub.domain.ledger import LedgerEntry
from hub.domain.rights import Person
from hub.domain.wait import Wait
from hub.domain.words import Words
from hub.domain.workset import Decision
from hub.inbox.addresses import mask_in, show_address
from hub.inbox.ledger_words import say_fact
from hub.inbox.office import Office
from hub.inbox.viewer import Viewed, view
from hub.store import cards, explanations, people
from hub.store.pool import acquire

_SHOWN_SPANS = 4
_TYPES = {
    IdentityType.tg_user: Words("Telegram", "Telegram"),
    IdentityType.email: Words("почта", "e-mail"),
    IdentityType.phone: Words("телефон", "telephone"),
}
_LEVELS = {
    ProofLevel.imported: Words("взят из CRM", "taken from the CRM"),
    ProofLevel.claimed: Words("со слов клиента", "as the client says"),
    ProofLevel.proven: Words("подтверждён", "proven"),
}
_KNOWN_BY = Words("Клиент известен по: {what}", "The client is known by: {what}")
_ROUTED = Words("{at} маршрут: {why}", "{at} routing: {why}")
_TARGET = Words(
    "Срок: {target} рабочего времени с {start}, до {deadline} (правило {rule}, редакция {revision})",
    "Deadline: {target} of open time from {start}, until {deadline} (rule {rule}, revision {revision})",
)
_COUNTED = Words("Считались часы работы: {spans}", "Open hours counted: {spans}")
_MORE = Words("и ещё {n}", "and {n} more")
_FALLBACK = Words(
    "Рабочих часов впереди не было: срок посчитан по обычным часам",
    "No open hours were in sight: plain hours were counted",
)
_LATE = Words("Обращение дошло до нас уже после срока", "The request reached us after its deadline")


@dataclass(frozen=True, slots=True)
class _Story:
    """Everything that is told, with the viewer's language and the line's clock."""

    viewed: Viewed
    identities: Sequence[ContactIdentity]
    decisions: Sequence[Decision]
    entries: Sequence[LedgerEntry]
    waits: Sequence[Wait]
    names: Mapping[int, str]

    def at(self, moment: datetime) -> str:
        return f"{moment.astimezone(self.viewed.line.calendar.zone):%d.%m %H:%M}"


async def explain_conversation(office: Office, actor: Person, conversation_id: ConversationId) -> list[str]:
    """Return the story of a conversation, a sentence an entry, in the actor's language. Raises: NotFound by rights."""
    async with acquire(office.pool) as connection:
        viewed = await view(connection, office, actor, conversation_id)
        identities = await cards.list_identities(connection, [viewed.card.conversation.contact_id])
        decisions = await explanations.list_decisions(connection, conversation_id)
        entries = await explanations.list_ledger(connection, conversation_id)
        waits = await explanations.list_waits(connection, conversation_id)
        names = await people.list_names(connection, _people_in(entries))
    story = _Story(viewed, identities, decisions, entries, waits, names)
    return [*_who(story), *_routing(story), *_events(story), *_deadlines(story)]


def _people_in(entries: Sequence[LedgerEntry]) -> list[int | None]:
    receivers = [each for entry in entries for each in _receivers(entry.facts.get("to"))]
    return [*(entry.manager_id for entry in entries), *receivers]


def _receivers(told: object) -> list[int]:
    """Return whom a fact names as receivers: one colleague of a transfer, everybody a level of the ladder told."""
    return [int(str(each)) for each in (told if isinstance(told, (list, tuple)) else [told]) if each]


def _who(story: _Story) -> Iterator[str]:
    say = story.viewed.say
    known = [
        f"{say(_TYPES[row.type])} {show_address(row, sees_phones=story.viewed.sees_phones)} ({say(_LEVELS[row.level])})"
        for row in story.identities
        if row.type in _TYPES
    ]
    if known:
        yield say(_KNOWN_BY).format(what=", ".join(known))


def _routing(story: _Story) -> Iterator[str]:
    key = "en" if story.viewed.language == "en" else "ru"
    for decision in story.decisions:
        why = "; ".join(reason[key] for reason in decision.reasons)
        yield story.viewed.say(_ROUTED).format(at=story.at(decision.decided_at), why=why)


def _events(story: _Story) -> Iterator[str]:
    for entry in story.entries:
        values = _values(story, entry)
        told = say_fact(entry, values, language=story.viewed.language)
        if not story.viewed.sees_phones:
            told = mask_in(told, story.identities)
        yield f"{story.at(entry.occurred_at)} {told}"


def _values(story: _Story, entry: LedgerEntry) -> dict[str, str]:
    """Return what a fact's sentence may name: instants in local time, spans and managers in words."""
    values = {name: _value(story, name, value) for name, value in entry.facts.items()}
    return values | {"who": story.names.get(entry.manager_id or 0, "")}


def _value(story: _Story, name: str, value: object) -> str:
    if value is None:
        return ""
    if name == "to":
        return ", ".join(story.names[each] for each in _receivers(value) if each in story.names)
    if name == "seconds":
        return say_span(timedelta(seconds=float(str(value))), story.viewed)
    if name == "until" or name.endswith(("_at", "_deadline", "_start")):
        return story.at(datetime.fromisoformat(str(value)))
    return str(value)


def _deadlines(story: _Story) -> Iterator[str]:
    say, calendar = story.viewed.say, story.viewed.line.calendar
    for wait in story.waits:
        yield say(_TARGET).format(
            target=say_span(timedelta(seconds=wait.target_seconds), story.viewed),
            start=story.at(wait.started_at),
            deadline=story.at(wait.deadline_at),
            rule=wait.policy_id,
            revision=wait.policy_revision,
        )
        if wait.has_no_open_time:
            yield say(_FALLBACK)
        elif not calendar.is_always_open:
            yield _counted(story, calendar.list_open_spans(wait.started_at, wait.deadline_at))
        if wait.is_late_delivery:
            yield say(_LATE)


def _counted(story: _Story, spans: Sequence[tuple[datetime, datetime]]) -> str:
    zone = story.viewed.line.calendar.zone
    said = [f"{story.at(opens)}–{closes.astimezone(zone):%H:%M}" for opens, closes in spans[:_SHOWN_SPANS]]
    if len(spans) > _SHOWN_SPANS:
        said.append(story.viewed.say(_MORE).format(n=len(spans) - _SHOWN_SPANS))
    return story.viewed.say(_COUNTED).format(spans=", ".join(said))


def say_span(span: timedelta, viewed: Viewed) -> str:
    """Return a length of time as people say it: `2 ч 5 мин`, below a minute in seconds."""
    seconds = max(int(span.total_seconds()), 0)
    hours, minutes = divmod(seconds // 60, 60)
    if seconds < 60:
        return viewed.say(Words(f"{seconds} с", f"{seconds} s"))
    parts = [viewed.say(Words(f"{hours} ч", f"{hours} h"))] if hours else []
    parts += [viewed.say(Words(f"{minutes} мин", f"{minutes} min"))] if minutes else []
    return " ".join(parts)
