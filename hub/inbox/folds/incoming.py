"""An inbound event with where and when it came in."""

from dataclasses import dataclass, field
from datetime import datetime

from hub.domain.client_menu import Topic, find_topic
from hub.domain.facts import RequestFacts
from hub.domain.ids import LineKey
from hub.domain.inbound import FormSubmission, InboundEvent, InboundMessage, Origin, Sender
from hub.domain.policy import Policy
from hub.domain.wait import accepted_instant
from hub.inbox.endpoint import Endpoint
from hub.inbox.ways import shows_menu
from hub.routing.decide import LineChoice, choose_line
from hub.routing.reasons import Reason, ReasonCode


@dataclass(slots=True)
class Incoming:
    """An event with where and when it came in. `is_history`: older than the connection, imported quietly (FR-7).

    What rules see of it, and the line they give it, are found out once, for the scope, and kept for the fold.
    """

    endpoint: Endpoint
    event: InboundEvent
    received_at: datetime
    is_history: bool = False
    _facts: RequestFacts | None = field(default=None, init=False, repr=False, compare=False)
    _choice: LineChoice | None = field(default=None, init=False, repr=False, compare=False)

    @property
    def at(self) -> datetime:
        """Return the instant to count from (semantics §1)."""
        return self.event.occurred_at if self.is_history else accepted_instant(self.event.occurred_at, self.received_at)

    @property
    def facts(self) -> RequestFacts:
        """Return what rules may look at before anybody is chosen (R-1)."""
        if self._facts is None:
            self._facts = _facts_of(self)
        return self._facts

    def choose_line(self, policy: Policy) -> LineChoice:
        """Return the line as long as nothing is known of the client (R-1); always asked with the same policy.

        A topic of the menu has its own; whether it is one here the fold alone can tell (`choose_by_rules`).
        """
        if self._choice is None:
            topic = self.find_topic(policy)
            self._choice = _by_topic(topic) if topic and topic.line else choose_line(self.facts, policy)
        return self._choice

    def choose_by_rules(self, policy: Policy) -> LineChoice:
        """Return the line by the rules alone: the words may be those of a topic, yet they are an answer."""
        has_topic = self.find_topic(policy) is not None
        return choose_line(self.facts, policy) if has_topic else self.choose_line(policy)

    def find_topic(self, policy: Policy) -> Topic | None:
        """Return the topic of the menu that a client chose by these words, in a chat of their own with our bot."""
        event = self.event
        if not isinstance(event, InboundMessage) or event.speaker is not None or event.automatic:
            return None
        found = find_topic(policy.topics, event.text)
        return found if found is not None and shows_menu(self.endpoint.kind, event.thread) else None


def _by_topic(topic: Topic) -> LineChoice:
    return LineChoice(LineKey(topic.line), Reason(ReasonCode.topic_chosen, topic.name.ru))


def _facts_of(incoming: Incoming) -> RequestFacts:
    event, endpoint = incoming.event, incoming.endpoint
    origin: Origin = getattr(event, "origin", Origin())
    sender: Sender | None = getattr(event, "sender", None)
    return RequestFacts(
        at=incoming.at,
        connection=endpoint.name,
        connection_line=endpoint.line,
        channel=endpoint.kind,
        form=getattr(event, "form", ""),
        dialled=getattr(event, "line_number", ""),
        language=sender.language if sender else "",
        text=_searched_text(event),
        source=origin.source,
        marks=origin.marks,
    )


def _searched_text(event: InboundEvent) -> str:
    match event:
        case InboundMessage():
            subject = event.mail.subject if event.mail else ""
            return f"{subject}\n{event.text}" if subject else event.text
        case FormSubmission():
            return "\n".join([event.text, *(value for _, value in event.fields)])
        case _:
            return ""
