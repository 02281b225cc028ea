"""By which way a client is answered: where they wrote, or where people want all answers to go from now on."""

from dataclasses import dataclass
from typing import assert_never

from hub.domain.conversation import Conversation, Thread
from hub.domain.errors import ContactBlocked
from hub.domain.ids import ConversationId, IdentityId, ThreadId
from hub.domain.replacing import replace
from hub.domain.rights import Action, Person
from hub.inbox.changing import change_conversation
from hub.inbox.folds.line_work import LineWork
from hub.inbox.office import Office
from hub.inbox.reply import begin_thread, ensure_not_observing
from hub.inbox.ways import carries_text, ensure_window_open


@dataclass(frozen=True, slots=True)
class ByThread:
    """A way on which the client has written."""

    id: ThreadId


@dataclass(frozen=True, slots=True)
class ByAddress:
    """An address they never wrote from: by choosing it the person confirms it (M-16)."""

    id: IdentityId


@dataclass(frozen=True, slots=True)
class AsTheyWrite:
    """Where the client's request came from, as without a choice."""


Way = ByThread | ByAddress | AsTheyWrite


async def choose_reply_way(office: Office, actor: Person, conversation_id: ConversationId, *, way: Way) -> None:
    """Send the answers of a conversation by `way` until people change it; the clock runs on unmoved (S4). Commits.

    Raises:
        ContactBlocked: nothing can be written there.
        ReplyWindowClosed: the channel forbids to write there now.
        NotFound, PermissionDenied: by rights, or the line only watches (FR-8).
    """

    def change(work: LineWork, conversation: Conversation) -> None:
        ensure_not_observing(office, conversation)
        thread = _thread(work, office, conversation, way)
        chosen = replace(conversation, chosen_thread_id=thread.id if thread else None)
        work.rows.conversations.put(conversation.id, chosen)

    await change_conversation(office, actor, conversation_id, action=Action.reply, change=change)


def _thread(work: LineWork, office: Office, conversation: Conversation, way: Way) -> Thread | None:
    match way:
        case AsTheyWrite():
            return None
        case ByAddress(identity_id):
            return begin_thread(work.rows, office, conversation, identity_id)
        case ByThread(thread_id):
            threads = work.rows.threads_of(conversation.contact_id)
            found = next((each for each in threads if each.id == thread_id), None)
            if found is None or not carries_text(office.endpoints(), found):
                raise ContactBlocked("nothing can be written there: choose another way")
            ensure_window_open(office.endpoints(), found, work.rows.now)
            return found
        case never:
            assert_never(never)
