"""«Почему так?»: how a conversation came to be as it is, in sentences a manager can read.

Who the client is and how we know, who sees it, everything that happened in one time line (`told`) with local times, and
how each deadline came about, down to the opening hours that were counted. Made from stored facts only, never guessed.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from hub.domain.contact import ContactIdentity
from hub.domain.identity import IdentityType, ProofLevel
from hub.domain.ids import ConversationId
from hub.domain.manager import Manager
from hub.domain.policy import Policy
from hub.domain.rights import Action, Person, may
from hub.domain.wait import Wait
from hub.domain.words import Words
from hub.inbox.addresses import list_phones, mask_in, show_address
from hub.inbox.office import Office
from hub.inbox.rights import subject_of
from hub.inbox.told import Happened, list_absorbed, list_told, say_span
from hub.inbox.viewer import Viewed, person_of, see, view
from hub.store import cards, explanations, managers
from hub.store.pool import Connection, acquire

_SHOWN_SPANS = 4
_TYPES = {
    IdentityType.tg_user: Words("Telegram", "Telegram"),
    IdentityType.tg_chat: Words("группа Telegram", "Telegram group"),
    IdentityType.email: Words("почта", "e-mail"),
    IdentityType.phone: Words("телефон", "telephone"),
}
_LEVELS = {
    ProofLevel.imported: Words("загружен", "imported"),
    ProofLevel.claimed: Words("со слов клиента", "as the client says"),
    ProofLevel.proven: Words("подтверждён", "proven"),
}
_KNOWN_BY = Words("Клиент известен по: {what}", "The client is known by: {what}")
_SEEN_BY = Words("Видят обращение: {who}", "Seen by: {who}")
_HIDDEN = Words("{name} (телефон скрыт)", "{name} (telephone hidden)")
_ZONE = Words("Время: {zone}", "Times: {zone}")
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
    """Everything that is told. `identities` are the client's, `masked` those of all cards that are named."""

    happened: Happened
    identities: Sequence[ContactIdentity]
    masked: Sequence[ContactIdentity]
    waits: Sequence[Wait]
    staff: Sequence[Manager]

    @property
    def viewed(self) -> Viewed:
        return self.happened.viewed

    def at(self, moment: datetime) -> str:
        return self.happened.clock(moment)


async def explain_conversation(
    office: Office, actor: Person, conversation_id: ConversationId, *, language: str = ""
) -> list[str]:
    """Return the story of a conversation, a sentence an entry, in `language`, else in the actor's.

    Raises:
        NotFound: there is none, or not for this actor (RG-2).
    """
    async with acquire(office.pool) as connection:
        viewed = await view(connection, office, actor, conversation_id)
        if language:
            viewed = see(office, actor, viewed.card, language=language)
        story = await _load(connection, viewed, office.policy())
    return [*_who(story), *_seen_by(story, office), *_events(story), *_deadlines(story)]


async def _load(connection: Connection, viewed: Viewed, policy: Policy) -> _Story:
    conversation = viewed.card.conversation
    questions = await explanations.list_questions(connection, conversation.contact_id)
    merges = await explanations.list_merges(connection, conversation.contact_id)
    absorbed = [each for merge in merges for each in list_absorbed(merge)]
    asked = [each for question in questions for each in (question.contact_id, *question.candidates)]
    named = {conversation.contact_id, *absorbed, *asked, *(merge.kept_id for merge in merges)}
    staff = await managers.list_managers(connection)
    happened = Happened(
        viewed=viewed,
        entries=await explanations.list_ledger(connection, conversation.id),
        decisions=await explanations.list_decisions(connection, conversation.id),
        questions=questions,
        merges=merges,
        failures=await explanations.list_failed_sends(connection, conversation.id),
        stages=await explanations.list_stage_moves(connection, conversation.id),
        policy=policy,
        tasks=await explanations.list_task_titles(connection, conversation.id),
        names={each.id: each.name for each in staff},
        contacts={each.id: each.name for each in await cards.list_contacts(connection, named)},
    )
    identities = await cards.list_identities(connection, [conversation.contact_id])
    masked = await cards.list_identities(connection, named)
    return _Story(happened, identities, masked, await explanations.list_waits(connection, conversation.id), staff)


def _seen_by(story: _Story, office: Office) -> Iterator[str]:
    """Yield who may see the conversation now (RG-1), and from whom the client's telephone is hidden (RG-5)."""
    subject, say = subject_of(story.viewed.card.conversation, office), story.viewed.say
    names = []
    for manager in story.staff:
        person = person_of(office.policy(), manager)
        if not may(person, Action.view, subject):
            continue
        sees_phone = may(person, Action.see_phone, subject)
        names.append(manager.name if sees_phone else say(_HIDDEN).format(name=manager.name))
    if names:
        yield say(_SEEN_BY).format(who=", ".join(names))


def _who(story: _Story) -> Iterator[str]:
    say = story.viewed.say
    known = [_known_by(story, row) for row in story.identities if row.type in _TYPES]
    if known:
        yield say(_KNOWN_BY).format(what=", ".join(known))


def _known_by(story: _Story, row: ContactIdentity) -> str:
    """Return «телефон +7… (подтверждён)»; an account without a name is its messenger."""
    kind, level = story.viewed.say(_TYPES[row.type]), story.viewed.say(_LEVELS[row.level])
    shown = show_address(row, sees_phones=story.viewed.sees_phones, known=list_phones(story.identities))
    return f"{shown} ({level})" if shown == kind else f"{kind} {shown} ({level})"


def _events(story: _Story) -> Iterator[str]:
    yield story.viewed.say(_ZONE).format(zone=story.viewed.line.calendar.zone)
    for line in list_told(story.happened):
        text = line.text if story.viewed.sees_phones else mask_in(line.text, story.masked)
        yield f"{story.at(line.at)} {text}"


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
