"""What a bot or assistant may do with a client: talk, hand over, close. It never answers for a person (FR-6, S1).

`actor` is the account in whose name it works; rights are that account's.
"""

from hub.domain.conversation import Conversation, Outcome
from hub.domain.errors import ContactBlocked, StillWaiting
from hub.domain.ids import ConnectionId, ConversationId, MessageId
from hub.domain.message import Author, Direction, Message, MessageKind
from hub.domain.rights import Action, Person
from hub.domain.workset import WorkingSet
from hub.inbox.changing import change_conversation
from hub.inbox.folds.bot_talk import hand_over, rest_patience
from hub.inbox.folds.closing import close_conversation
from hub.inbox.folds.line_work import LineWork
from hub.inbox.folds.messages import remember_external
from hub.inbox.folds.outgoing import queue_reply
from hub.inbox.office import Office
from hub.inbox.reply import ensure_not_observing
from hub.inbox.rights import get_conversation
from hub.inbox.ways import choose_automatic_way, ensure_window_open
from hub.store.scope import Scope

_KEYS = ConnectionId(0)  # what the bot says belongs to no connection; its keys are unique all the same


async def say(office: Office, actor: Person, conversation_id: ConversationId, *, text: str, key: str) -> MessageId:
    """Send a bot's words where the client wrote; they stop no clock (S1). Idempotent by `key`. Commits.

    Raises:
        ContactBlocked: there is no way to write to this client.
        ReplyWindowClosed: the channel forbids to write now; a person may call.
        NotFound, PermissionDenied: by rights; also on a line that only observes (FR-8).
    """

    def fold(rows: WorkingSet) -> MessageId:
        conversation = get_conversation(rows, office, actor, Action.reply, conversation_id=conversation_id)
        if said := rows.message_refs.get((_KEYS, key, "bot")):
            return said.message_id
        ensure_not_observing(office, conversation)
        message = _say(rows, office, conversation, text=text, key=key)
        remember_external(rows, message, _KEYS, thread="bot", external_id=key)
        rest_patience(rows, conversation)
        return message.id

    return await office.change(Scope(conversations={conversation_id}, messages={(_KEYS, key)}, ids=10), fold)


def _say(rows: WorkingSet, office: Office, conversation: Conversation, *, text: str, key: str) -> Message:
    threads = rows.threads_of(conversation.contact_id)
    thread = choose_automatic_way(office.endpoints(), threads, conversation.reply_thread_id)
    if thread is None:
        raise ContactBlocked("there is no way to write to this client; hand over to a person who can call")
    ensure_window_open(office.endpoints(), thread, rows.now)
    message = Message(
        id=MessageId(rows.new_id()),
        contact_id=conversation.contact_id,
        conversation_id=conversation.id,
        thread_id=thread.id,
        direction=Direction.outbound,
        kind=MessageKind.text,
        author=Author.bot,
        text=text,
        occurred_at=rows.now,
        received_at=rows.now,
    )
    queue_reply(rows, message, thread, key=f"bot:{key}")
    return message


async def give_to_people(office: Office, actor: Person, conversation_id: ConversationId) -> None:
    """Hand the client over: a person is chosen and the wait runs, from now where the line says so (FR-6). Commits.

    Handing over twice changes nothing but the ledger.

    Raises:
        NotFound, PermissionDenied: by rights.
    """

    def fold(rows: WorkingSet) -> None:
        conversation = get_conversation(rows, office, actor, Action.transfer, conversation_id=conversation_id)
        policy = office.policy()
        hand_over(LineWork(rows, policy, policy.get_line(conversation.line)), conversation, cause="FR-6")

    lines = {str(line) for line in office.policy().lines}
    scope = Scope(conversations={conversation_id}, lines=lines, always_lines=True, ids=60)
    await office.change(scope, fold)


async def close_alone(office: Office, actor: Person, conversation_id: ConversationId) -> None:
    """Close what the bot has settled by itself. Commits; idempotent.

    Raises:
        StillWaiting: the client waits for a person (S9, case 26).
        NotFound, PermissionDenied: by rights.
    """

    def change(work: LineWork, conversation: Conversation) -> None:
        if work.rows.open_wait(conversation.contact_id, conversation.line) is not None:
            raise StillWaiting("the client waits for a person: hand over instead of closing (S9)")
        if conversation.is_open:
            close_conversation(work.rows, conversation, Outcome.solved, note="", manager_id=None)

    await change_conversation(office, actor, conversation_id, action=Action.close, change=change)
