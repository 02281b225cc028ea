"""Moves of a lead as folds: by hand, by an automation, by what happened to its conversation (L-3 to L-6).

Every move goes through `move_lead`, so every one is a stage fact and none skips what its stage asks for. A use-case
lets the refusal pass to whoever asked; what happens by itself uses `move_by_event`, which leaves the lead where it is
and says in the ledger what was missing.
"""

from dataclasses import dataclass

from hub.domain.conversation import Conversation, Outcome
from hub.domain.errors import FieldsMissing, ReasonMissing
from hub.domain.ids import ContactId, ManagerId
from hub.domain.lead import Lead, Move, get_stage, move
from hub.domain.ledger import Actor, Fact
from hub.domain.stages import CONTACTED, NOT_A_LEAD, LeadRules, StageState
from hub.domain.wait import Wait
from hub.inbox.folds.ledger import record
from hub.inbox.folds.line_work import LineWork
from hub.inbox.folds.tasks import cancel_tasks, tasks_of

FIRST_RESPONSE = "first_response"
OUTCOME = "outcome"
_OTHER = "other"
NO_LEADS = frozenset({Outcome.spam, Outcome.duplicate})
"""Outcomes that say that there was no lead, or that it is another one."""


@dataclass(frozen=True, slots=True)
class Because:
    """Why a lead moves: `cause` is an event, an automation id or `manual` (L-6); the others are for a loss (L-5)."""

    cause: str
    manager_id: ManagerId | None = None
    loss_reason: str = ""
    loss_note: str = ""


def open_lead(work: LineWork, contact_id: ContactId) -> Lead | None:
    """Return the newest open lead of a contact on the line."""
    mine = (lead for lead in work.rows.leads.where(contact_id) if lead.line == work.line.key and lead.is_open)
    return max(mine, key=lambda lead: (lead.created_at, lead.id), default=None)


def move_lead(work: LineWork, lead: Lead, to: str, because: Because) -> Lead:
    """Move a lead to a stage and return it as it is now; where it stands already, nothing happens (L-6).

    A lost lead's open tasks are cancelled. The lead's tasks must be loaded, as they are with any open lead.

    Raises:
        NotFound: there is no such stage.
        FieldsMissing: the stage asks for what the lead does not have (L-3, L-5).
    """
    stage = get_stage(work.policy.leads, to)
    if lead.stage == stage.key:
        return lead
    wanted = Move(
        to=stage,
        cause=because.cause,
        at=work.rows.now,
        manager_id=because.manager_id,
        loss_reason=because.loss_reason,
        loss_note=because.loss_note,
    )
    moved, fact = move(lead, wanted, fact_id=work.rows.new_id(), tasks=tasks_of(work.rows, lead))
    work.rows.stage_facts.append(fact)
    if stage.state is StageState.lost:
        cancel_tasks(work, lead, cause=because.cause, by=because.manager_id)
    return work.rows.leads.put(lead.id, moved)


def move_by_event(work: LineWork, lead: Lead, to: str, because: Because) -> Lead:
    """Move a lead by what happened; if the stage asks for more it stays, and the ledger names what is missing (L-3).

    Raises:
        NotFound: there is no such stage.
    """
    try:
        return move_lead(work, lead, to, because)
    except FieldsMissing as refused:
        facts = {"lead_id": int(lead.id), "to_stage": to, "missing": list(refused.missing)}
        record(work.rows, Fact.lead_held, lead, cause=because.cause, facts=facts)
        return lead


def mark_contacted(work: LineWork, wait: Wait) -> None:
    """Move the contact's leads from the first stage to «contacted» at the first human response (L-4)."""
    rules = work.policy.leads
    if rules.find_stage(CONTACTED) is None:
        return
    for lead in work.rows.leads.where(wait.contact_id):
        if lead.line == wait.line and lead.is_open and lead.stage == rules.stages[0].key:
            move_by_event(work, lead, CONTACTED, Because(FIRST_RESPONSE, wait.responder_id))


def settle_lead(
    work: LineWork, conversation: Conversation, outcome: Outcome, *, note: str, manager_id: ManagerId
) -> None:
    """Win or lose the open leads of a conversation by its outcome; other outcomes leave them where they are (L-4).

    A refusal's note that names a reason of the policy's list is that reason, any other one is words beside «other».
    Spam and a duplicate were no leads; where the lost stage asks for more the lead stays, and the close goes through.
    So it is with leads behind the one that people see. All of them must be loaded.

    Raises:
        ReasonMissing: a refusal without its reason (L-5).
        FieldsMissing: the stage asks for more (L-3).
    """
    state = {Outcome.deal: StageState.won, Outcome.refused: StageState.lost}.get(outcome)
    if state is StageState.lost and not note.strip():
        raise ReasonMissing("say why the client refused: a lost lead needs its reason")
    if outcome in NO_LEADS:
        _drop_leads(work, conversation, Because(OUTCOME, manager_id, NOT_A_LEAD, outcome.value))
    stage = None if state is None else work.policy.leads.first_with(state)
    if stage is None:
        return
    because = Because(OUTCOME, manager_id)
    if state is StageState.lost:
        reason, words = read_loss(work.policy.leads, note)
        because = Because(OUTCOME, manager_id, reason, words)
    for place, lead in enumerate(_open_leads(work, conversation)):
        moving = move_by_event if place else move_lead
        moving(work, lead, stage.key, because)


def _open_leads(work: LineWork, conversation: Conversation) -> list[Lead]:
    """Return the client's open leads on the line, the one that people see first; the others must be loaded."""
    mine = [lead for lead in work.rows.leads.where(conversation.contact_id) if lead.line == conversation.line]
    return sorted((lead for lead in mine if lead.is_open), key=lambda lead: (lead.created_at, lead.id), reverse=True)


def _drop_leads(work: LineWork, conversation: Conversation, because: Because) -> None:
    lost = work.policy.leads.first_with(StageState.lost)
    if lost is None:
        return
    for lead in _open_leads(work, conversation):
        move_by_event(work, lead, lost.key, because)


def take_up_lead(work: LineWork, conversation: Conversation, *, manager_id: ManagerId) -> None:
    """Open the lead again that a conversation lost as spam or duplicate and that was one after all (L-4).

    The conversation still bears its outcome; its leads must be loaded, closed ones too.
    """
    mine = [lead for lead in work.rows.leads.where(conversation.contact_id) if lead.line == conversation.line]
    latest = max(mine, key=lambda lead: (lead.created_at, lead.id), default=None)
    if latest is None or conversation.outcome not in NO_LEADS:
        return
    if (latest.loss_reason, latest.loss_note) == (NOT_A_LEAD, conversation.outcome) and not latest.is_open:
        rules = work.policy.leads
        was_answered = conversation.last_response_at is not None and rules.find_stage(CONTACTED) is not None
        move_by_event(work, latest, CONTACTED if was_answered else rules.stages[0].key, Because(OUTCOME, manager_id))


def read_loss(rules: LeadRules, written: str) -> tuple[str, str]:
    """Return (key of the reason, free words) of what somebody wrote: `price`, «Дорого», or a sentence (L-5)."""
    text = written.strip()
    found = rules.find_reason(text)
    if found is not None:
        return found.key, ""
    first, _, rest = text.partition(" ")
    known = rules.find_reason(first.rstrip(".:,"))
    if known is not None and known.key == first.rstrip(".:,"):
        return known.key, rest.strip()
    other = rules.find_reason(_OTHER)
    return (other.key if other else rules.reasons[-1].key), text


def note_change(work: LineWork, lead: Lead, changed: tuple[str, ...], *, by: ManagerId | None, cause: str) -> None:
    """Write which fields of a lead somebody or something has set; values stay in the lead."""
    facts = {"lead_id": int(lead.id), "changed": list(changed)}
    actor = Actor.hub if by is None else Actor.manager
    record(work.rows, Fact.lead_changed, lead, manager_id=by, actor=actor, cause=cause, facts=facts)
