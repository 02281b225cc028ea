"""What happened in a fold, as triggers of automations see it: read off the working set, nothing is written.

Only kinds that some automation asks for are looked for. A reader remembers how far it has read, so that the effects of
one automation can be read as what happened next.
"""

from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import timedelta

from hub.domain.automation import Happening, TriggerKind
from hub.domain.call import CallState
from hub.domain.call_record import CallRecord
from hub.domain.contact import Contact
from hub.domain.conversation import Conversation
from hub.domain.identity import IdentityType
from hub.domain.ids import ContactId, ConversationId, LeadId, LineKey
from hub.domain.inbound import CallDirection
from hub.domain.lead import Lead, StageFact
from hub.domain.ledger import Fact, LedgerEntry
from hub.domain.message import Author, Direction, Message, MessageKind
from hub.domain.policy import Policy
from hub.domain.stages import StageState
from hub.domain.workset import WorkingSet

OLDEST = timedelta(days=1)
"""Only imported messages are older than this when they are stored (semantics §1); they start nothing (FR-7)."""

_FACTS: Mapping[Fact, TriggerKind] = {
    Fact.missed_call: TriggerKind.call_missed,
    Fact.call_attempt: TriggerKind.call_not_reached,
    Fact.closed: TriggerKind.outcome_set,
    Fact.task_reminded: TriggerKind.task_overdue,
    Fact.breached: TriggerKind.wait_breached,
    Fact.lead_changed: TriggerKind.field_set,
}
_CALLS: Mapping[str, TriggerKind] = {
    CallState.ringing.value: TriggerKind.call_ringing,
    CallState.answered.value: TriggerKind.call_answered,
}
_SAID = frozenset({TriggerKind.message_in, TriggerKind.message_out, TriggerKind.form_submitted})
_OVERDUE = frozenset({"due", "after"})


@dataclass(slots=True)
class Reader:
    """Reads what is new since the last reading."""

    rows: WorkingSet
    policy: Policy
    kinds: Collection[TriggerKind]
    _messages: int = 0
    _facts: int = 0
    _moves: int = 0
    _called: bool = False
    _tags: dict[str, frozenset[str]] = field(default_factory=dict)

    def read(self) -> list[Happening]:
        """Return what happened, by kind, in the order in which it was written."""
        return [
            *self._read_facts(),
            *self._read_moves(),
            *self._read_messages(),
            *self._read_calls(),
            *self._read_tags(),
        ]

    def _read_facts(self) -> Iterator[Happening]:
        entries, self._facts = self.rows.ledger[self._facts :], len(self.rows.ledger)
        for entry in entries:
            kind = _FACTS.get(entry.kind)
            if kind in self.kinds and kind is not None and entry.contact_id is not None:
                yield from self._of_fact(kind, entry, entry.contact_id)

    def _of_fact(self, kind: TriggerKind, entry: LedgerEntry, contact_id: ContactId) -> Iterator[Happening]:
        values = _READ_VALUES.get(kind, _no_values)(self.rows, entry)
        if values is not None:
            yield Happening(
                kind=kind,
                contact_id=contact_id,
                line=entry.line,
                cause=_cause_of(self.rows, entry),
                at=entry.occurred_at,
                conversation_id=entry.conversation_id,
                lead_id=_lead_id(self.rows, entry) or self._lead_of(contact_id, entry.line, entry.conversation_id),
                values=frozenset(values),
                count=_count_of(self.rows, entry),
                chain=_chain_of(entry.cause, self.policy),
                is_kept=kind is TriggerKind.task_overdue,
            )

    def _read_moves(self) -> Iterator[Happening]:
        moves, self._moves = self.rows.stage_facts[self._moves :], len(self.rows.stage_facts)
        for move in moves:
            kind = TriggerKind.stage_changed if move.from_stage else TriggerKind.lead_created
            lead = self.rows.leads.get(move.lead_id)
            if kind in self.kinds and lead is not None:
                yield self._of_move(kind, move, lead)

    def _of_move(self, kind: TriggerKind, move: StageFact, lead: Lead) -> Happening:
        stage = self.policy.leads.find_stage(move.to_stage)
        state = stage.state if stage else StageState.open
        return Happening(
            kind=kind,
            contact_id=lead.contact_id,
            line=lead.line,
            cause=f"move:{move.id}",
            at=move.occurred_at,
            conversation_id=lead.conversation_id,
            lead_id=lead.id,
            values=frozenset({move.to_stage} | ({state.value} if state is not StageState.open else set())),
            chain=_chain_of(move.cause, self.policy),
        )

    def _read_messages(self) -> Iterator[Happening]:
        messages, self._messages = self.rows.messages[self._messages :], len(self.rows.messages)
        for message in messages if not _SAID.isdisjoint(self.kinds) else ():
            kind = _kind_of(message)
            if kind in self.kinds and kind is not None:
                yield from self._of_message(kind, message)

    def _of_message(self, kind: TriggerKind, message: Message) -> Iterator[Happening]:
        conversation = self.rows.conversations.get(message.conversation_id)
        if conversation is None or message.received_at - message.occurred_at > OLDEST:
            return
        yield Happening(
            kind=kind,
            contact_id=conversation.contact_id,
            line=conversation.line,
            cause=f"message:{message.id}",
            at=message.occurred_at,
            conversation_id=conversation.id,
            lead_id=self._lead_of(conversation.contact_id, conversation.line, conversation.id),
            text=message.text,
        )

    def _read_calls(self) -> Iterator[Happening]:
        """Yield calls that ring or were talked; read once, since no automation calls anybody."""
        if self._called or not any(kind in self.kinds for kind in _CALLS.values()):
            return
        self._called = True
        before = {call.id: call.state for call in self.rows.calls.loaded}
        changed = [call for call in self.rows.calls.changed if before[call.id] != call.state]
        for call in (*self.rows.calls.fresh, *changed):
            kind = _CALLS.get(call.state)
            if kind in self.kinds and kind is not None:
                yield from self._of_call(kind, call)

    def _of_call(self, kind: TriggerKind, call: CallRecord) -> Iterator[Happening]:
        conversation = self._called_in(call)
        is_inbound = any(event.direction is CallDirection.inbound for event in call.events)
        if conversation is not None and (is_inbound or kind is not TriggerKind.call_ringing):
            yield Happening(
                kind=kind,
                contact_id=conversation.contact_id,
                line=conversation.line,
                cause=f"call:{call.connection_id}:{call.external_id}:{call.state}",
                at=self.rows.now,
                conversation_id=conversation.id,
                lead_id=self._lead_of(conversation.contact_id, conversation.line, conversation.id),
                is_kept=True,
            )

    def _called_in(self, call: CallRecord) -> Conversation | None:
        """Return the conversation of a known caller: the call's own, else the one heard last."""
        if call.conversation_id is not None:
            return self.rows.conversations.get(call.conversation_id)
        client = next((event.client for event in call.events if event.client), "")
        identity = self.rows.identities.get((IdentityType.phone, "", client))
        known = self.rows.conversations.where(identity.contact_id) if identity else []
        return max(known, key=lambda each: (each.is_open, each.last_message_at), default=None)

    def _read_tags(self) -> Iterator[Happening]:
        if TriggerKind.tag_added not in self.kinds:
            return
        for lead in (*self.rows.leads.fresh, *self.rows.leads.changed):
            before = _tags_before(self.rows.leads.loaded, lead.id)
            yield from self._tagged(f"lead:{lead.id}", lead, frozenset(lead.tags), before)
        for contact in self.rows.contacts.changed:
            before = _tags_before(self.rows.contacts.loaded, contact.id)
            yield from self._tagged(f"contact:{contact.id}", contact, frozenset(contact.tags), before)

    def _tagged(
        self, subject: str, tagged: Lead | Contact, tags: frozenset[str], before: frozenset[str]
    ) -> Iterator[Happening]:
        added = tags - self._tags.get(subject, before)
        self._tags[subject] = tags
        for tag in sorted(added):
            yield self._of_tag(tagged, tag)

    def _of_tag(self, tagged: Lead | Contact, tag: str) -> Happening:
        contact_id = tagged.contact_id if isinstance(tagged, Lead) else tagged.id
        known = self.rows.conversations.where(contact_id)
        last = max(known, key=lambda each: (each.is_open, each.last_message_at), default=None)
        line = tagged.line if isinstance(tagged, Lead) else last.line if last else self.policy.default_line
        return Happening(
            kind=TriggerKind.tag_added,
            contact_id=contact_id,
            line=line,
            cause=f"tag:{tag}:{self.rows.new_id()}",
            at=self.rows.now,
            conversation_id=last.id if last else None,
            lead_id=tagged.id if isinstance(tagged, Lead) else self._lead_of(contact_id, line, None),
            values=frozenset({tag}),
            chain=self._acted_on(contact_id),
        )

    def _acted_on(self, contact_id: ContactId) -> frozenset[str]:
        """Return the automations that have acted on a client in this fold: a tag does not say who added it."""
        fired = (each for each in self.rows.ledger if each.kind is Fact.automation_fired)
        return frozenset(str(each.facts["automation"]) for each in fired if each.contact_id == contact_id)

    def _lead_of(self, contact_id: ContactId, line: LineKey, conversation_id: ConversationId | None) -> LeadId | None:
        """Return the open lead of a contact on a line, else the one that belongs to the conversation."""
        mine = [lead for lead in self.rows.leads.where(contact_id) if lead.line == line]
        fitting = [lead for lead in mine if lead.is_open or lead.conversation_id == conversation_id]
        found = max(fitting, key=lambda lead: (lead.is_open, lead.created_at, lead.id), default=None)
        return found.id if found else None


def _kind_of(message: Message) -> TriggerKind | None:
    if message.direction is Direction.outbound and message.author is Author.person:
        return TriggerKind.message_out
    if message.direction is not Direction.inbound or message.automatic or message.kind is MessageKind.call:
        return None
    return TriggerKind.form_submitted if message.kind is MessageKind.form else TriggerKind.message_in


def _cause_of(rows: WorkingSet, entry: LedgerEntry) -> str:
    """Return what names a fact for ever: a task overdue is named by its deadline, which passes once."""
    if entry.kind is Fact.task_reminded:
        task = rows.tasks[int(str(entry.facts["task_id"]))]
        return f"task:{task.id}:{task.due_at.isoformat()}"
    return f"fact:{entry.id}"


def _lead_id(rows: WorkingSet, entry: LedgerEntry) -> LeadId | None:
    """Return the lead a fact names, if it is at hand."""
    named = entry.facts.get("lead_id")
    lead = rows.leads.get(int(str(named))) if named else None
    return lead.id if lead else None


def _count_of(rows: WorkingSet, entry: LedgerEntry) -> int:
    """Return which attempt to call it was."""
    wait = rows.waits.get(entry.wait_id) if entry.wait_id is not None else None
    return wait.call_attempts if wait is not None and entry.kind is Fact.call_attempt else 1


def _chain_of(cause: str, policy: Policy) -> frozenset[str]:
    return frozenset({cause}) if cause in policy.automations.by_id else frozenset()


def _no_values(rows: WorkingSet, entry: LedgerEntry) -> Collection[str] | None:
    return ()


def _of_breach(rows: WorkingSet, entry: LedgerEntry) -> Collection[str] | None:
    """Return the kind of wait; the clocks of a callback and of the whole matter are others."""
    wait = rows.waits.get(entry.wait_id) if entry.wait_id is not None else None
    return None if wait is None or not wait.is_open or "clock" in entry.facts else (wait.kind.value,)


def _of_reminder(rows: WorkingSet, entry: LedgerEntry) -> Collection[str] | None:
    return () if entry.facts.get("word") in _OVERDUE else None


def _of_closing(rows: WorkingSet, entry: LedgerEntry) -> Collection[str] | None:
    return (str(entry.facts.get("outcome", "")),)


def _of_change(rows: WorkingSet, entry: LedgerEntry) -> Collection[str] | None:
    changed = entry.facts.get("changed")
    named = [str(each) for each in changed if each != "tags"] if isinstance(changed, list) else []
    return named or None


_ReadValues = Callable[[WorkingSet, LedgerEntry], Collection[str] | None]
_READ_VALUES: Mapping[TriggerKind, _ReadValues] = {
    TriggerKind.wait_breached: _of_breach,
    TriggerKind.task_overdue: _of_reminder,
    TriggerKind.outcome_set: _of_closing,
    TriggerKind.field_set: _of_change,
}
"""What narrows an event; `None` where a fact is no such event after all."""


def _tags_before(loaded: list[Lead] | list[Contact], row_id: int) -> frozenset[str]:
    return next((frozenset(row.tags) for row in loaded if row.id == row_id), frozenset())
