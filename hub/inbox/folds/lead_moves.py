"""Moves of a lead by what happened to its conversation (L-4, L-5)."""

from dataclasses import replace

from hub.domain.conversation import Conversation, Outcome
from hub.domain.errors import ReasonMissing
from hub.domain.ids import ManagerId
from hub.domain.lead import Lead, StageFact
from hub.domain.workset import WorkingSet

WON = "won"
LOST = "lost"


def settle_lead(
    rows: WorkingSet, conversation: Conversation, outcome: Outcome, *, note: str, manager_id: ManagerId
) -> None:
    """Win or lose the open lead of a conversation by its outcome; other outcomes leave it where it is.

    Raises:
        ReasonMissing: a refusal without its reason (L-5).
    """
    state = {Outcome.deal: WON, Outcome.refused: LOST}.get(outcome)
    if state is None:
        return
    if state == LOST and not note.strip():
        raise ReasonMissing("say why the client refused: a lost lead needs its reason")
    for lead in rows.leads.where(conversation.contact_id):
        if lead.line == conversation.line and lead.state == "open":
            _move(rows, replace(lead, state=state, loss_reason=note if state == LOST else ""), lead, manager_id)


def _move(rows: WorkingSet, moved: Lead, before: Lead, manager_id: ManagerId) -> None:
    rows.leads.put(before.id, replace(moved, stage=moved.state, stage_at=rows.now, closed_at=rows.now))
    rows.stage_facts.append(
        StageFact(
            rows.new_id(),
            before.id,
            moved.state,
            cause="outcome",
            occurred_at=rows.now,
            from_stage=before.stage,
            manager_id=manager_id,
        )
    )
