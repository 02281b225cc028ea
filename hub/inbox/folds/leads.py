"""Leads as folds: one open lead a contact and line within the window, made by the first request (M-13, L-1)."""

from collections.abc import Mapping

from hub.domain.conversation import Conversation
from hub.domain.ids import ContactId, LeadId
from hub.domain.inbound import START_COMMAND, Origin
from hub.domain.lead import Lead, StageFact, first_fact
from hub.domain.message import Message
from hub.domain.replacing import replace
from hub.domain.wait import Wait
from hub.domain.workset import WorkingSet
from hub.inbox.folds.line_work import LineWork

FIRST_STAGE = "new"
CONTACTED = "contacted"


def ensure_lead(work: LineWork, wait: Wait, origin: Origin) -> Lead:
    """Return the contact's open lead on the line, made if there is none in the window; fills only what is empty.

    Idempotent by (contact, line, wait): the store has a unique key for it.
    """
    lead = _open_lead(work, wait.contact_id)
    if lead is None:
        return _make(work.rows, wait, origin)
    filled = replace(lead, source=lead.source or origin.source, origin={**origin.marks, **lead.origin})
    return work.rows.leads.put(lead.id, filled)


def start_lead(work: LineWork, conversation: Conversation, message: Message, origin: Origin, *, channel: str) -> None:
    """Make a lead of a bare /start where the line wants one; nobody waits for an answer yet (FR-2)."""
    if _open_lead(work, conversation.contact_id) is not None:
        return
    lead = Lead(
        id=LeadId(work.rows.new_id()),
        contact_id=conversation.contact_id,
        line=work.line.key,
        created_at=work.rows.now,
        stage_at=work.rows.now,
        conversation_id=conversation.id,
        stage=FIRST_STAGE,
        source=origin.source,
        channel=channel,
        origin=dict(origin.marks),
        first_message_id=message.id,
        responsible_id=conversation.assignee_id,
    )
    _add(work.rows, lead, cause=START_COMMAND)


def _open_lead(work: LineWork, contact_id: ContactId) -> Lead | None:
    since = work.rows.now - work.line.lead_window
    fitting = (
        lead
        for lead in work.rows.leads.where(contact_id)
        if lead.line == work.line.key and lead.state == "open" and lead.created_at >= since
    )
    return max(fitting, key=lambda lead: lead.created_at, default=None)


def _make(workset: WorkingSet, wait: Wait, origin: Origin) -> Lead:
    lead = Lead(
        id=LeadId(workset.new_id()),
        contact_id=wait.contact_id,
        line=wait.line,
        created_at=workset.now,
        stage_at=workset.now,
        wait_id=wait.id,
        conversation_id=wait.conversation_id,
        stage=FIRST_STAGE,
        source=origin.source or wait.source,
        channel=wait.channel,
        origin=dict(origin.marks),
        first_message_id=wait.request_message_id,
        responsible_id=workset.conversations[wait.conversation_id].assignee_id,
    )
    return _add(workset, lead, cause="M-13")


def _add(workset: WorkingSet, lead: Lead, *, cause: str) -> Lead:
    workset.stage_facts.append(first_fact(lead, fact_id=workset.new_id(), cause=cause))
    return workset.leads.add(lead.id, lead)


def mark_contacted(workset: WorkingSet, wait: Wait) -> None:
    """Move the lead to contacted at the first human response (L-4)."""
    for lead in workset.leads.where(wait.contact_id):
        if lead.line == wait.line and lead.state == "open" and lead.stage == FIRST_STAGE:
            workset.leads.put(lead.id, replace(lead, stage=CONTACTED, stage_at=workset.now))
            workset.stage_facts.append(
                StageFact(
                    workset.new_id(),
                    lead.id,
                    CONTACTED,
                    cause="first_response",
                    occurred_at=workset.now,
                    from_stage=FIRST_STAGE,
                    manager_id=wait.responder_id,
                )
            )


def fill_fields(workset: WorkingSet, lead: Lead, fields: Mapping[str, str]) -> Lead:
    """Add a form's fields to the lead, never over what a person has already put there (M-13)."""
    return workset.leads.put(lead.id, replace(lead, fields={**fields, **lead.fields}))
