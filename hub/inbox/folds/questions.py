"""«Это один клиент?» is asked of whoever has the client, or is offered them, now or later (M-5)."""

from hub.domain.conversation import Conversation
from hub.domain.delivery import Notice
from hub.inbox.folds.line_work import LineWork
from hub.inbox.folds.notices import tell


def ask_standing_question(work: LineWork, conversation: Conversation) -> None:
    """Ask the question that stands about a conversation's client, once a question and person; without one, nothing."""
    open_ones = (row for row in work.rows.candidates if row.state == "open")
    question = next((row for row in open_ones if row.contact_id == conversation.contact_id), None)
    if question is None:
        return
    present = work.rows.conversations[conversation.id]
    asked: tuple[int, ...] = present.offered_to if present.assignee_id is None else (present.assignee_id,)
    facts = {"candidate_id": question.id}
    tell(work, Notice.match_question, present, to=asked, cause=question.id, facts=facts)
