"""A lead that a person starts: somebody walked in, or called a mobile (L-9).

Whose card it is decide the rules of matching as for any request (M-1 to M-5): the number was told, so it is claimed.
Nobody waits for an answer, so no wait opens; the conversation makes everything else possible, writing first too (FR-5).
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from hub.crash import crash_point
from hub.domain.conversation import Conversation
from hub.domain.delivery import Notice
from hub.domain.errors import Conflict, FieldInvalid
from hub.domain.identity import IdentityType, Phone, ProofLevel, canonical_phone
from hub.domain.ids import ConnectionId, ConversationId, LineKey, ManagerId
from hub.domain.inbound import Address, Sender
from hub.domain.ledger import Fact
from hub.domain.rights import Action, Person, Subject, ensure
from hub.domain.workset import WorkingSet
from hub.inbox.assignment import take_over
from hub.inbox.deeds import DEEDS, deed_of, remember_deed
from hub.inbox.folds.conversations import find_or_open_conversation
from hub.inbox.folds.leads import lead_by_hand
from hub.inbox.folds.ledger import record
from hub.inbox.folds.line_work import LineWork
from hub.inbox.folds.matching import Match, Sighting, match_contact
from hub.inbox.folds.notes import write_note
from hub.inbox.folds.notices import tell
from hub.inbox.folds.tasks import NewTask, add_task
from hub.inbox.office import Office
from hub.inbox.rights import who_was_faster
from hub.store import people
from hub.store.pool import acquire
from hub.store.scope import Scope

_BY_HAND = ConnectionId(0)  # what people tell belongs to no connection
_IDS = 60
FIRST_STEP_WITHIN = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class HandLead:
    """What a person knows of somebody who came: `phone` as written or from a forwarded contact card.

    `line` is the actor's first one, or the default, if it is `None`. `step` says what is to be done next, until
    `due_at` (UTC), by default within an open hour of the line.
    """

    name: str
    phone: str
    step: str
    due_at: datetime | None = None
    note: str = ""
    source: str = ""
    line: LineKey | None = None


async def start_by_hand(office: Office, actor: Person, new: HandLead, *, key: str) -> ConversationId:
    """Find or make the card of a number, with an open conversation, a lead and a task of the actor's (L-9). Commits.

    An open lead of the client on the line is gone on with (M-13). `key` names the press or update, for ever: the same
    key again returns the first conversation.

    Raises:
        FieldInvalid: the number is none.
        Conflict: a colleague works with this client on the line; `winner` is the name (R-10).
        NotFound, PermissionDenied: the line is not the actor's.
    """
    line = new.line or _line_of(office, actor)
    ensure(actor, Action.start_lead, Subject(line=line))
    phone = canonical_phone(new.phone)
    if phone is None:
        raise FieldInvalid("a phone has all its digits, for instance +7 916 123-45-67", "phone")
    scope = Scope(identities={(IdentityType.phone, "", phone.e164)}, messages={(DEEDS, key)}, ids=_IDS)

    asked = _Asked(actor, new, phone, key)

    def fold(rows: WorkingSet) -> _Started:
        known, holder = deed_of(rows, key), _holder(rows, asked, line)
        if known is not None or holder is not None:
            return _Started(known, holder)
        policy = office.policy()
        return _Started(_start(LineWork(rows, policy, policy.get_line(line)), asked))

    crash_point("lead.before_start")
    started = await office.change(scope, fold)
    crash_point("lead.after_start")
    if started.conversation_id is None:
        raise Conflict("a colleague works with this client already", await _name(office, started.holder))
    return started.conversation_id


@dataclass(frozen=True, slots=True)
class _Started:
    """Where the lead is, or who has the client already: then nothing was changed."""

    conversation_id: ConversationId | None
    holder: ManagerId | None = None


@dataclass(frozen=True, slots=True)
class _Asked:
    actor: Person
    new: HandLead
    phone: Phone
    key: str


def _line_of(office: Office, actor: Person) -> LineKey:
    default = office.policy().default_line
    return default if default in actor.lines else min(actor.lines, default=default)


def _holder(rows: WorkingSet, asked: _Asked, line: LineKey) -> ManagerId | None:
    """Return the colleague who works with the owner of the number on this line, `None` if nobody does."""
    row = rows.identities.get((IdentityType.phone, "", asked.phone.e164))
    conversation = rows.open_conversation(row.contact_id, line) if row is not None and not row.is_shared else None
    return who_was_faster(rows, asked.actor, conversation.id) if conversation else None


def _start(work: LineWork, asked: _Asked) -> ConversationId:
    rows, actor, new = work.rows, asked.actor, asked.new
    told = Sighting(_BY_HAND, is_vouched=False, shared_after=work.policy.shared_after)
    match = match_contact(rows, _told_of(new, asked.phone), told)
    conversation = find_or_open_conversation(work, match.contact, at=rows.now, thread=None, source=new.source)
    if conversation.assignee_id is None:
        conversation = take_over(work, conversation, actor.manager_id, fact=Fact.taken)
    record(
        rows, Fact.matched, conversation, manager_id=actor.manager_id, cause="L-9", facts={"evidence": match.evidence}
    )
    _ask_about_match(work, match, conversation, actor)
    if new.note.strip():
        write_note(rows, conversation, actor.manager_id, new.note.strip())
    lead = lead_by_hand(work, conversation, source=new.source)
    due_at = new.due_at or work.line.calendar.add_open_time(rows.now, FIRST_STEP_WITHIN).at
    add_task(work, lead, NewTask(new.step, due_at, actor.manager_id), by=actor.manager_id)
    remember_deed(rows, asked.key, conversation.id)
    return conversation.id


def _told_of(new: HandLead, phone: Phone) -> Sender:
    address = Address(IdentityType.phone, phone.e164, phone.original.strip(), ProofLevel.claimed)
    return Sender((address,), name=new.name.strip())


def _ask_about_match(work: LineWork, match: Match, conversation: Conversation, actor: Person) -> None:
    """Ask the one who started it whether the card is one of those there are (M-5)."""
    question = match.candidate
    if question is not None:
        facts = {"candidate_id": question.id}
        tell(work, Notice.match_question, conversation, to=[actor.manager_id], cause=question.id, facts=facts)


async def _name(office: Office, manager_id: ManagerId | None) -> str:
    async with acquire(office.pool) as connection:
        return (await people.list_names(connection, [manager_id])).get(manager_id or 0, "")
