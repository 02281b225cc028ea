"""Timers of automations: what waits for its time, and whether the state that armed it still lasts when it comes.

A timer holds the happening that armed it, so that after a crash the same thing is decided. What no longer lasts does
nothing; how long a lead stands still is measured anew, and looked at again when it can be long enough.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from hub.domain.automation import Automation, Happening, TriggerKind
from hub.domain.conversation import Conversation
from hub.domain.ids import ContactId, ConversationId, LeadId, LineKey
from hub.domain.lead import Lead
from hub.domain.timer import TimerKind
from hub.inbox.folds.automation_desk import AutomationDesk


def pack(automation: Automation, happened: Happening, *, is_morning: bool = False) -> dict[str, object]:
    """Return a happening as facts of a timer."""
    return {
        "automation": automation.id,
        "trigger": happened.kind.value,
        "contact_id": int(happened.contact_id),
        "line": happened.line,
        "cause": happened.cause,
        "at": happened.at.isoformat(),
        "conversation_id": happened.conversation_id,
        "lead_id": happened.lead_id,
        "values": sorted(happened.values),
        "text": happened.text,
        "count": happened.count,
        "chain": sorted(happened.chain),
        "morning": is_morning,
    }


def unpack(facts: Mapping[str, Any]) -> Happening:
    """Return the happening of a timer's facts; its cause may have been acted on before."""
    lead, conversation = facts.get("lead_id"), facts.get("conversation_id")
    return Happening(
        kind=TriggerKind(facts["trigger"]),
        contact_id=ContactId(int(facts["contact_id"])),
        line=LineKey(facts["line"]),
        cause=facts["cause"],
        at=datetime.fromisoformat(facts["at"]),
        conversation_id=None if conversation is None else ConversationId(int(conversation)),
        lead_id=None if lead is None else LeadId(int(lead)),
        values=frozenset(facts.get("values", ())),
        text=facts.get("text", ""),
        count=int(facts.get("count", 1)),
        chain=frozenset(facts.get("chain", ())),
        is_kept=True,
    )


def subject_of(automation: Automation, happened: Happening) -> str:
    """Return the subject of the one timer an automation has for a lead or a client."""
    return f"{happened.subject}:{automation.id}"


def arm(desk: AutomationDesk, automation: Automation, happened: Happening, *, due: datetime) -> None:
    """Let an automation look at `due` (UTC); a later happening replaces an earlier one."""
    desk.rows.arm(TimerKind.automation, subject_of(automation, happened), due, **pack(automation, happened))


def due_after(desk: AutomationDesk, automation: Automation, happened: Happening, since: datetime) -> datetime:
    """Return when the automation's delay has passed since an instant, by the hours of the line."""
    trigger = automation.trigger
    return trigger.counting.after(desk.work_of(happened).line.calendar, since, trigger.after)


def watch_answers(desk: AutomationDesk) -> None:
    """Arm «no reply» where we have answered just now; an older answer's timer is replaced."""
    waiting = desk.policy.automations.by_trigger.get(TriggerKind.no_reply, ())
    if not waiting:
        return
    before = {row.id: row.last_response_at for row in desk.rows.conversations.loaded}
    for conversation in desk.rows.conversations.changed:
        answered_at = conversation.last_response_at
        if answered_at is not None and answered_at != before[conversation.id] and conversation.is_open:
            happened = _answered(desk, conversation, answered_at)
            for automation in waiting:
                if automation.wants(happened):
                    arm(desk, automation, happened, due=due_after(desk, automation, happened, answered_at))


def _answered(desk: AutomationDesk, conversation: Conversation, at: datetime) -> Happening:
    mine = [lead for lead in desk.rows.leads.where(conversation.contact_id) if lead.line == conversation.line]
    lead = max((lead for lead in mine if lead.is_open), key=lambda lead: lead.id, default=None)
    return Happening(
        kind=TriggerKind.no_reply,
        contact_id=conversation.contact_id,
        line=conversation.line,
        cause=f"answer:{conversation.id}:{at.isoformat()}",
        at=at,
        conversation_id=conversation.id,
        lead_id=lead.id if lead else None,
    )


def watch_leads(desk: AutomationDesk) -> None:
    """Arm «no activity» for new and reopened leads; take back what waits on a stage that a lead has left."""
    by_trigger = desk.policy.automations.by_trigger
    still = by_trigger.get(TriggerKind.no_activity, ())
    staying = [each for each in by_trigger.get(TriggerKind.stage_changed, ()) if each.trigger.after]
    if not still and not staying:
        return
    for lead in filter(None, (desk.rows.leads.get(move.lead_id) for move in desk.rows.stage_facts)):
        left = [*staying, *(() if lead.is_open else still)]
        for automation in left:
            desk.rows.disarm(TimerKind.automation, f"lead:{lead.id}:{automation.id}")
        happened = stillness(lead, lead.stage_at)
        for automation in still if lead.is_open else ():
            if automation.wants(happened):
                arm(desk, automation, happened, due=due_after(desk, automation, happened, happened.at))


def stillness(lead: Lead, since: datetime) -> Happening:
    """Return that a lead stands still since an instant."""
    return Happening(
        kind=TriggerKind.no_activity,
        contact_id=lead.contact_id,
        line=lead.line,
        cause=f"still:{since.isoformat()}",
        at=since,
        conversation_id=lead.conversation_id,
        lead_id=lead.id,
    )


def still_lasts(desk: AutomationDesk, happened: Happening) -> bool:
    """Tell whether the state that armed a timer lasts, as far as the rows at hand show it."""
    lead, conversation = desk.lead_of(happened), desk.conversation_of(happened)
    match happened.kind:
        case TriggerKind.no_reply:
            is_open = conversation is not None and conversation.is_open
            return is_open and not _has_written(desk, happened)
        case TriggerKind.contact_silent:
            return not _has_written(desk, happened)
        case TriggerKind.no_activity | TriggerKind.lead_created:
            return lead is not None and lead.is_open
        case TriggerKind.stage_changed:
            return lead is not None and lead.stage_at == happened.at
        case TriggerKind.outcome_set:
            return conversation is not None and not conversation.is_open
        case _:
            return True


def _has_written(desk: AutomationDesk, happened: Happening) -> bool:
    """Tell whether the client was heard anywhere since."""
    heard = [thread.last_inbound_at for thread in desk.rows.threads_of(happened.contact_id)]
    return any(at is not None and at > happened.at for at in heard)
