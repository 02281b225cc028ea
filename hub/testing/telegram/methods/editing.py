"""Methods that change messages already in a chat."""

from datetime import timedelta

from hub.testing.telegram.methods.call import Call, Method
from hub.testing.telegram.reactions import STANDARD_REACTIONS
from hub.testing.telegram.refusals import bad_request
from hub.testing.telegram.state import Json, Post
from hub.testing.telegram.texts import read_inline_keyboard, read_text

_DELETABLE_FOR = timedelta(hours=48)
_NOT_MODIFIED = (
    "message is not modified: specified new message content and reply markup are exactly the same as "
    "a current content and reply markup of the message"
)


def _edit(call: Call, post: Post, content: Json) -> Json:
    """Replace content and inline keyboard; an edit that changes nothing is refused."""
    keyboard = read_inline_keyboard(call.params.nested("reply_markup"))
    if post.content == content and post.keyboard == keyboard:
        raise bad_request(_NOT_MODIFIED)
    post.content, post.keyboard, post.edited_at = content, keyboard, call.bot.now()
    call.bot.changed(post.chat)
    return post.as_json()


async def edit_message_text(call: Call) -> Json:
    """Replace a text; the keyboard goes too unless it is given again."""
    post = call.own_post(call.chat(), "message to edit not found")
    if "text" not in post.content:
        raise bad_request("there is no text in the message to edit")
    content = read_text(call.params, "text", "entities")
    if not content:
        raise bad_request("message text is empty")
    return _edit(call, post, content)


async def edit_message_caption(call: Call) -> Json:
    """Replace a caption."""
    post = call.own_post(call.chat(), "message to edit not found")
    if "text" in post.content:
        raise bad_request("there is no caption in the message to edit")
    kept = {name: value for name, value in post.content.items() if name not in {"caption", "caption_entities"}}
    return _edit(call, post, kept | read_text(call.params, "caption", "caption_entities"))


async def edit_message_reply_markup(call: Call) -> Json:
    """Replace the inline keyboard alone."""
    post = call.own_post(call.chat(), "message to edit not found")
    return _edit(call, post, post.content)


def _delete(call: Call, post: Post | None) -> None:
    if post is None:
        raise bad_request("message to delete not found")
    if call.bot.now() - post.date > _DELETABLE_FOR:
        raise bad_request("message can't be deleted for everyone")
    post.is_deleted = True
    call.bot.changed(post.chat)


async def delete_message(call: Call) -> bool:
    """Delete a message of either side, within 48 hours."""
    _delete(call, call.chat().find_post(call.params.number("message_id")))
    return True


async def delete_messages(call: Call) -> bool:
    """Delete several; those that cannot be found are skipped."""
    chat = call.chat()
    for number in call.params.nested("message_ids") or []:
        if post := chat.find_post(int(number)):
            _delete(call, post)
    return True


async def set_message_reaction(call: Call) -> bool:
    """Set the bot's one reaction, or take it away with an empty list."""
    chat = call.chat()
    post = chat.find_post(call.params.number("message_id"))
    if post is None:
        raise bad_request("message to react not found")
    wanted: list[Json] = call.params.nested("reaction") or []
    if len(wanted) > 1:
        raise bad_request("REACTIONS_TOO_MANY")
    if any(each.get("type") != "emoji" or each.get("emoji") not in STANDARD_REACTIONS for each in wanted):
        raise bad_request("REACTION_INVALID")
    post.reactions.pop(call.bot.user.id, None)
    if wanted:
        post.reactions[call.bot.user.id] = str(wanted[0].get("emoji", ""))
    call.bot.changed(chat)
    return True


async def pin_chat_message(call: Call) -> bool:
    """Pin or unpin a message."""
    chat = call.chat()
    post = chat.find_post(call.params.number("message_id"))
    if post is None:
        raise bad_request("message to pin not found")
    post.is_pinned = call.method == "pinchatmessage"
    call.bot.changed(chat)
    return True


EDITING_METHODS: dict[str, Method] = {
    "editMessageText": edit_message_text,
    "editMessageCaption": edit_message_caption,
    "editMessageReplyMarkup": edit_message_reply_markup,
    "deleteMessage": delete_message,
    "deleteMessages": delete_messages,
    "setMessageReaction": set_message_reaction,
    "pinChatMessage": pin_chat_message,
    "unpinChatMessage": pin_chat_message,
}
