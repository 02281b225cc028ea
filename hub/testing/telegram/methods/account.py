"""Methods about the bot itself, chats, files and answers to presses."""

from datetime import timedelta

from hub.testing.telegram.files import DOWNLOAD_LIMIT_BYTES
from hub.testing.telegram.methods.call import Call, Method
from hub.testing.telegram.params import Params
from hub.testing.telegram.refusals import bad_request
from hub.testing.telegram.state import Json

_ANSWER_LIFE = timedelta(seconds=150)


async def get_me(call: Call) -> Json:
    """Return the bot with the flags programs look at."""
    flags = {"can_join_groups": True, "can_read_all_group_messages": False}
    flags |= {"supports_inline_queries": call.bot.has_inline_mode}
    return call.bot.user.as_json() | flags | {"can_connect_to_business": True, "has_main_web_app": False}


async def get_chat(call: Call) -> Json:
    """Return a chat with the fields the newer API always fills."""
    chat = call.chat()
    return chat.as_json() | {"accent_color_id": 0, "max_reaction_count": 11, "accepted_gift_types": _NO_GIFTS}


_NO_GIFTS = {
    "unlimited_gifts": False,
    "limited_gifts": False,
    "unique_gifts": False,
    "premium_subscription": False,
    "gifts_from_channels": False,
}


async def get_file(call: Call) -> Json:
    """Return where to download a file from; only up to 20 MB."""
    stored = call.bot.stage.files.get(call.params.text("file_id"))
    if stored.size > DOWNLOAD_LIMIT_BYTES:
        raise bad_request("file is too big")
    return {
        "file_id": stored.file_id,
        "file_unique_id": stored.unique_id,
        "file_size": stored.size,
        "file_path": stored.path,
    }


async def answer_callback_query(call: Call) -> bool:
    """Stop the spinner of a press, with a toast if the bot gives a text; a press is answered once."""
    press = call.bot.presses.get(call.params.text("callback_query_id"))
    if press is None or press.is_answered or call.bot.now() - press.pressed_at > _ANSWER_LIFE:
        raise bad_request("query is too old and response timeout expired or query ID is invalid")
    if len(call.params.text("text")) > 200:
        raise bad_request("MESSAGE_TOO_LONG")
    press.is_answered = True
    press.toast = call.params.text("text")
    press.is_alert = call.params.flag("show_alert")
    call.bot.changed(press.post.chat)
    return True


async def keep_profile(call: Call) -> bool:
    """Keep what a bot says of itself (`setMyCommands` and the like), by method name."""
    call.bot.profile[call.method] = dict(call.params.values)
    return True


async def get_my_commands(call: Call) -> object:
    """Return the commands set before, whatever their scope."""
    return Params(call.bot.profile.get("setmycommands", {}), {}).nested("commands") or []


_PROFILE_METHODS = (
    "setMyCommands",
    "deleteMyCommands",
    "setMyName",
    "setMyDescription",
    "setMyShortDescription",
    "setChatMenuButton",
    "setMyDefaultAdministratorRights",
    "logOut",
    "close",
)

ACCOUNT_METHODS: dict[str, Method] = {
    "getMe": get_me,
    "getChat": get_chat,
    "getFile": get_file,
    "answerCallbackQuery": answer_callback_query,
    "getMyCommands": get_my_commands,
    **dict.fromkeys(_PROFILE_METHODS, keep_profile),
}
