"""Leads as folds: one open lead a contact and line within the window, made by the first request (M-13, L-1)."""

from collections.abc import Mapping

from hub.domain.conversation import Conversation
from hub.domain.ids import ContactId, LeadId
from hub.domain.inbound import START_COMMAND, Origin
from hub.domain.lead import Lead, StageFact
from hub.domain.message import Message
from hub.domain.replacing import replace
from hub.domain.wait import Wait
from hub.domain.workset import WorkingSet
from hub.inbox.folds.line_work import LineWork

BY_HAND = "by_hand"
"""The cause of a lead that a person started (L-9)."""


def ensure_lead(work: LineWork, wait: Wait, origin: Origin) -> Lead:
    """Return the contact's open lead on the line, made if there is none in the window; fills only what is empty.

    One wait makes one lead, however long it lasts: idempotent by (contact, line, wait), a unique key of the store.
    """
    made = (each for each in work.rows.leads.where(wait.contact_id) if each.wait_id == wait.id)
    lead = find_open_lead(work, wait.contact_id) or next(made, None)
    if lead is None:
        return _make(work, wait, origin)
    filled = replace(lead, source=lead.source or origin.source, origin={**origin.marks, **lead.origin})
    return work.rows.leads.put(lead.id, filled)


def start_lead(work: LineWork, conversation: Conversation, message: Message, origin: Origin, *, channel: str) -> None:
    """Make a lead of a bare /start where the line wants one; nobody waits for an answer yet (FR-2)."""
    if find_open_lead(work, conversation.contact_id) is None:
        lead = _begin(work, conversation, origin, channel=channel)
        _add(work, replace(lead, first_message_id=message.id), cause=START_COMMAND)


def lead_by_hand(work: LineWork, conversation: Conversation, *, source: str) -> Lead:
    """Return the contact's open lead on the line, made by hand if there is none in the window (L-9, M-13)."""
    lead = find_open_lead(work, conversation.contact_id)
    if lead is None:
        return _add(work, _begin(work, conversation, Origin(source=source), channel=""), cause=BY_HAND)
    return work.rows.leads.put(lead.id, replace(lead, source=lead.source or source))


def find_open_lead(work: LineWork, contact_id: ContactId) -> Lead | None:
    """Return the contact's open lead on the line that a further request joins: none that is older than the window."""
    since = work.rows.now - work.line.lead_window
    fitting = (
        lead
        for lead in work.rows.leads.where(contact_id)
        if lead.line == work.line.key and lead.is_open and lead.created_at >= since
    )
    return max(fitting, key=lambda lead: lead.created_at, default=None)


def _make(work: LineWork, wait: Wait, origin: Origin) -> Lead:
    origin = replace(origin, source=origin.source or wait.source)
    lead = _begin(work, work.rows.conversations[wait.conversation_id], origin, channel=wait.channel)
    return _add(work, replace(lead, wait_id=wait.id, first_message_id=wait.request_message_id), cause="M-13")


def _begin(work: LineWork, conversation: Conversation, origin: Origin, *, channel: str) -> Lead:
    """Return a lead on the first stage of the policy, not stored yet (L-2)."""
    return Lead(
        id=LeadId(work.rows.new_id()),
        contact_id=conversation.contact_id,
        line=work.line.key,
        created_at=work.rows.now,
        stage_at=work.rows.now,
        conversation_id=conversation.id,
        stage=work.policy.leads.stages[0].key,
        source=origin.source,
        channel=channel,
        origin=dict(origin.marks),
        responsible_id=conversation.assignee_id,
    )


def _add(work: LineWork, lead: Lead, *, cause: str) -> Lead:
    """Store a new lead with its first fact, which says where it came from (L-1, L-6)."""
    facts = {
        "line": lead.line,
        "contact_id": int(lead.contact_id),
        "channel": lead.channel,
        "source": lead.source,
        "origin": dict(lead.origin),
    }
    first = StageFact(work.rows.new_id(), lead.id, lead.stage, cause, occurred_at=work.rows.now, facts=facts)
    work.rows.stage_facts.append(first)
    return work.rows.leads.add(lead.id, lead)


def fill_fields(workset: WorkingSet, lead: Lead, fields: Mapping[str, str]) -> Lead:
    """Add a form's fields to the lead, never over what a person has already put there (M-13)."""
    return workset.leads.put(lead.id, replace(lead, fields={**fields, **lead.fields}))
