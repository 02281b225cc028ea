"""One call as its verdict sees it, and what of it goes into the history, the rules and the card."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import timedelta

from hub.domain.call import CallSession
from hub.domain.call_record import CallRecord
from hub.domain.contact import Contact
from hub.domain.delivery import Notice
from hub.domain.facts import RequestFacts
from hub.domain.identity import IdentityType, ProofLevel
from hub.domain.ids import ManagerId
from hub.domain.inbound import Address, Sender
from hub.domain.message import Attachment, AttachmentKind, Message, MessageKind
from hub.domain.policy import Policy
from hub.domain.workset import MessagePatch, WorkingSet
from hub.inbox.endpoint import Endpoint
from hub.inbox.folds.line_work import LineWork
from hub.inbox.folds.matching import Sighting
from hub.inbox.folds.messages import Said
from hub.inbox.folds.notices import tell

Staff = Mapping[tuple[str, str, str], ManagerId]


@dataclass(frozen=True, slots=True)
class CallWork:
    """One call with what its verdict needs."""

    rows: WorkingSet
    policy: Policy
    endpoint: Endpoint
    record: CallRecord
    session: CallSession
    staff: Staff


def person_of(client: str, original: str) -> Sender:
    """Return the outside party as a sender; nobody for a hidden number (C-8)."""
    if not client:
        return Sender(())
    return Sender((Address(IdentityType.phone, client, original, ProofLevel.claimed),))


def sighting_of(work: CallWork) -> Sighting:
    """Return how the caller was met: the number is the PBX's word, and its calls are one thread."""
    thread = work.rows.threads.get((work.endpoint.id, f"tel:{work.session.client}"))
    return Sighting(work.endpoint.id, is_vouched=True, shared_after=work.policy.shared_after, thread=thread)


def telephone_of(session: CallSession) -> str:
    """Return the extension or login that spoke, empty where the PBX names none."""
    return session.answered_by or next((leg.extension for leg in session.legs if leg.extension), "")


def find_staff(work: CallWork, telephone: str) -> ManagerId | None:
    """Return whose extension or login at this PBX it is (M-15)."""
    scope = str(work.endpoint.id)
    for kind in (IdentityType.pbx_extension, IdentityType.pbx_login):
        if manager_id := work.staff.get((kind, scope, telephone)):
            return manager_id
    return None


def link_call(work: CallWork, message: Message, contact: Contact) -> None:
    """Let the call's row name its card, conversation and message."""
    key = (work.endpoint.id, work.record.external_id)
    linked = replace(
        work.rows.calls[key], contact_id=contact.id, conversation_id=message.conversation_id, message_id=message.id
    )
    work.rows.calls.put(key, linked)


def said_in(work: CallWork) -> Said:
    """Return the call as one message of the history; its recording is a reference."""
    session = work.session
    at = session.missed_at or session.ended_at or session.started_at
    recording = (Attachment(AttachmentKind.recording, provider_ref=session.recording),) if session.recording else ()
    return Said(
        text="", at=at, heard_at=work.rows.now, kind=MessageKind.call, attachments=recording, fields=_fields(session)
    )


def add_recording(rows: WorkingSet, policy: Policy, record: CallRecord, reference: str) -> None:
    """Hang a recording that came after the verdict on the call's message, and show it on the card (C-12)."""
    recording = Attachment(AttachmentKind.recording, provider_ref=reference)
    message_id, conversation_id = record.message_id, record.conversation_id
    if message_id is None:
        return
    rows.message_patches.append(MessagePatch(message_id, None, {"attachments": (recording,)}))
    conversation = rows.conversations.get(conversation_id) if conversation_id is not None else None
    if conversation is not None and conversation.is_open and conversation.assignee_id is not None:
        work = LineWork(rows, policy, policy.get_line(conversation.line))
        owner, cause = conversation.assignee_id, f"recording:{record.id}"
        tell(work, Notice.card_changed, conversation, to=[owner], cause=cause)


def _fields(session: CallSession) -> tuple[tuple[str, str], ...]:
    told = {
        "direction": session.direction.value,
        "state": session.state.value,
        "line_number": session.line_number,
        "reason": session.reason,
        "waiting_seconds": _seconds(session.waiting),
        "talk_seconds": _seconds(session.talk),
        "answered_by": session.answered_by,
    }
    return tuple((name, value) for name, value in told.items() if value)


def _seconds(span: timedelta | None) -> str:
    return "" if span is None else str(int(span.total_seconds()))


def facts_of(work: CallWork) -> RequestFacts:
    """Return what rules may look at; the instant is when it was missed, else when it began (R-1)."""
    return RequestFacts(
        at=work.session.missed_at or work.session.started_at,
        connection=work.endpoint.name,
        connection_line=work.endpoint.line,
        channel=work.endpoint.kind,
        dialled=work.session.line_number,
        source=work.session.origin.source,
        marks=work.session.origin.marks,
    )
