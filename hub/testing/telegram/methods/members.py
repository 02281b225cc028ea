"""Methods about the people of a group: who is in it, and taking somebody out."""

from hub.testing.telegram.methods.call import Call, Method
from hub.testing.telegram.refusals import bad_request
from hub.testing.telegram.state import Chat, Json, User

_RIGHTS = (
    "can_be_edited",
    "is_anonymous",
    "can_manage_chat",
    "can_delete_messages",
    "can_manage_video_chats",
    "can_restrict_members",
    "can_promote_members",
    "can_change_info",
    "can_invite_users",
    "can_post_stories",
    "can_edit_stories",
    "can_delete_stories",
    "can_send_welcome_messages",
)
_MORE: dict[str, Json] = {
    "creator": {"is_anonymous": False},
    "administrator": dict.fromkeys(_RIGHTS, False),
    "kicked": {"until_date": 0},
}


async def ban_chat_member(call: Call) -> bool:
    """Take somebody out of a group for good; of people who are not in it only that is kept."""
    chat, user = call.chat(), _user(call)
    if chat.user is not None:
        raise bad_request("can't ban members in private chats")
    if not chat.may_ban:
        raise bad_request("not enough rights to restrict/unrestrict chat member")
    if chat.members.get(user.id) == "creator":
        raise bad_request("can't remove chat owner")
    if chat.members.get(user.id) == "administrator":
        raise bad_request("user is an administrator of the chat")
    chat.members[user.id] = "kicked"
    call.bot.changed(chat)
    return True


async def get_chat_member(call: Call) -> Json:
    """Return what somebody is in a group; who never was there has left it."""
    chat, user = call.chat(), _user(call)
    return _member(chat, user)


def _member(chat: Chat, user: User) -> Json:
    status = chat.members.get(user.id, "left")
    return {"status": status, "user": user.as_json(), **_MORE.get(status, {})}


def _user(call: Call) -> User:
    """Return the person a call means; the bot knows only people it has met."""
    known = call.bot.chats.get(call.params.number("user_id") or 0)
    if known is None or known.user is None:
        raise bad_request("user not found")
    return known.user


MEMBER_METHODS: dict[str, Method] = {"banChatMember": ban_chat_member, "getChatMember": get_chat_member}
