"""What automations have at hand in a fold, and what they look at when they decide."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation

from hub.domain.automation import AutomationFacts, Happening
from hub.domain.contact import Contact
from hub.domain.conversation import Conversation, Thread
from hub.domain.ids import ConnectionId, ManagerId
from hub.domain.lead import Lead
from hub.domain.policy import Policy
from hub.domain.replacing import replace
from hub.domain.workset import WorkingSet
from hub.inbox.endpoint import Endpoint
from hub.inbox.folds.line_work import LineWork
from hub.store.scope import Scope


@dataclass(frozen=True, slots=True)
class AutomationDesk:
    """The working set with the rules in force; `scope` is widened where more has to be loaded."""

    rows: WorkingSet
    policy: Policy
    scope: Scope
    endpoints: Mapping[ConnectionId, Endpoint]

    def work_of(self, happened: Happening) -> LineWork:
        """Return the line a happening belongs to."""
        return LineWork(self.rows, self.policy, self.policy.get_line(happened.line))

    def contact_of(self, happened: Happening) -> Contact | None:
        """Return the client; `None` for a card that became part of another."""
        contact = self.rows.contacts.get(happened.contact_id)
        return contact if contact is not None and contact.merged_into is None else None

    def lead_of(self, happened: Happening) -> Lead | None:
        """Return the lead as it is now."""
        return self.rows.leads.get(happened.lead_id) if happened.lead_id is not None else None

    def conversation_of(self, happened: Happening) -> Conversation | None:
        """Return where people see it: the conversation named, else the client's on the line, else any of theirs."""
        named = self.rows.conversations.get(happened.conversation_id) if happened.conversation_id is not None else None
        present = self.rows.open_conversation(happened.contact_id, happened.line)
        known = self.rows.conversations.where(happened.contact_id)
        return present or named or max(known, key=lambda each: each.id, default=None)

    def is_new(self, happened: Happening) -> bool:
        """Tell whether lead or client were made in this fold: nothing can have acted on them before."""
        if happened.lead_id is not None:
            return self.rows.leads.is_fresh(happened.lead_id)
        return self.rows.contacts.is_fresh(happened.contact_id)

    def responsible_for(self, happened: Happening) -> ManagerId | None:
        """Return who has the conversation, else whose the lead is."""
        conversation, lead = self.conversation_of(happened), self.lead_of(happened)
        assignee = conversation.assignee_id if conversation else None
        return assignee or (lead.responsible_id if lead else None)

    def facts_of(self, happened: Happening) -> AutomationFacts:
        """Return what conditions look at, as it is now."""
        conversation = self.conversation_of(happened)
        facts = self._facts_of_lead(self.lead_of(happened), self._endpoint_of(conversation))
        contact = self.contact_of(happened)
        if contact is not None:
            both = {**contact.fields, **facts.fields}
            facts = replace(facts, language=contact.language, tags=frozenset(contact.tags), fields=both)
        return replace(facts, text=happened.text, outcome=conversation.outcome if conversation else "")

    def _facts_of_lead(self, lead: Lead | None, endpoint: Endpoint | None) -> AutomationFacts:
        facts = AutomationFacts(self.rows.now)
        if lead is not None:
            facts = AutomationFacts(
                self.rows.now,
                channel=lead.channel,
                source=lead.source,
                marks=lead.origin,
                stage=lead.stage,
                amount=_amount(lead),
                fields=lead.fields,
                lead_tags=frozenset(lead.tags),
            )
        if endpoint is None:
            return facts
        return replace(facts, connection=endpoint.name, connection_line=endpoint.line, channel=endpoint.kind)

    def _endpoint_of(self, conversation: Conversation | None) -> Endpoint | None:
        thread = self.find_thread(conversation)
        return self.endpoints.get(thread.connection_id) if thread else None

    def find_thread(self, conversation: Conversation | None) -> Thread | None:
        """Return where the client is to be answered."""
        if conversation is None:
            return None
        known = self.rows.threads_of(conversation.contact_id)
        return next((each for each in known if each.id == conversation.reply_thread_id), None)


def _amount(lead: Lead) -> Decimal | None:
    try:
        return Decimal(lead.amount) if lead.amount else None
    except InvalidOperation:
        return None
