"""How a talk ended: the speaker is asked once, and what he says is a fact (T-5)."""

from dataclasses import dataclass
from enum import StrEnum

from hub.domain.conversation import Conversation
from hub.domain.delivery import Notice
from hub.domain.ids import ManagerId
from hub.domain.ledger import Actor, Fact
from hub.inbox.folds.ledger import record
from hub.inbox.folds.line_work import LineWork
from hub.inbox.folds.notices import tell


class ResultKind(StrEnum):
    """What the speaker answered: a line of text, a next step, or that nobody there buys anything."""

    result = "result"
    next_step = "next_step"
    not_a_lead = "not_a_lead"


def ask_for_result(work: LineWork, conversation: Conversation, speaker: ManagerId | None, *, call_id: int) -> None:
    """Ask who talked with the client how it ended, once a call (T-5); what nobody answers stays open for RP-8."""
    if speaker is None:
        return
    facts = {"call_id": call_id}
    record(work.rows, Fact.result_asked, conversation, manager_id=speaker, cause="T-5", facts=facts)
    tell(work, Notice.call_result, conversation, to=[speaker], cause=f"call:{call_id}", facts=facts)


@dataclass(frozen=True, slots=True)
class TalkResult:
    """What somebody says of a talk: of which call, and in one line where there is one."""

    kind: ResultKind
    call_id: int
    by: ManagerId
    note: str = ""


def give_result(work: LineWork, conversation: Conversation, said: TalkResult) -> None:
    """Write how a talk ended."""
    facts = {"call_id": said.call_id, "kind": said.kind.value, "note": said.note}
    by, actor = said.by, Actor.manager
    record(work.rows, Fact.result_given, conversation, manager_id=by, actor=actor, cause="T-5", facts=facts)
