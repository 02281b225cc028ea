"""Methods that put messages of the bot into chats."""

from hub.testing.telegram.methods.call import Call, Method
from hub.testing.telegram.refusals import bad_request
from hub.testing.telegram.state import Chat, Json, Post
from hub.testing.telegram.texts import read_inline_keyboard, read_text

_FILE_KINDS = {
    "sendphoto": "photo",
    "senddocument": "document",
    "sendvoice": "voice",
    "sendvideo": "video",
    "sendaudio": "audio",
    "sendanimation": "animation",
    "sendvideonote": "video_note",
    "sendsticker": "sticker",
}
_CAPTIONLESS = frozenset({"video_note", "sticker"})
_ALONE_IN_ALBUM = frozenset({"document", "audio"})


def deliver(call: Call, chat: Chat, content: Json) -> Post:
    """Put the bot's message into the chat with its keyboard and what it replies to."""
    target = call.reply_target(chat) or call.head_of_topic(chat)
    markup: Json | None = call.params.nested("reply_markup")
    keyboard = read_inline_keyboard(markup)
    post = call.bot.post(chat, call.bot.user, content, reply_to=target)
    post.keyboard = keyboard
    post.is_protected = call.params.flag("protect_content")
    if markup and "keyboard" in markup:
        chat.reply_keyboard = markup
    elif markup and markup.get("remove_keyboard"):
        chat.reply_keyboard = None
    call.bot.changed(chat)
    return post


async def send_message(call: Call) -> Json:
    """Send a text."""
    chat = call.chat()
    content = read_text(call.params, "text", "entities")
    if not content:
        raise bad_request("message text is empty")
    return deliver(call, chat, content).as_json()


async def send_file(call: Call) -> Json:
    """Send one file of the kind the method names."""
    chat, kind = call.chat(), _FILE_KINDS[call.method]
    caption = {} if kind in _CAPTIONLESS else read_text(call.params, "caption", "caption_entities")
    reference = call.params.text(kind) or kind
    return deliver(call, chat, call.file(kind, reference).as_content() | caption).as_json()


async def send_media_group(call: Call) -> list[Json]:
    """Send an album of 2 to 10 files; documents and audio only among their own kind."""
    chat = call.chat()
    media: list[Json] = call.params.nested("media") or []
    kinds = {str(item["type"]) for item in media}
    if not 2 <= len(media) <= 10:
        raise bad_request("number of messages in an album must be between 2 and 10")
    if len(kinds) > 1 and kinds & _ALONE_IN_ALBUM:
        raise bad_request("can't use the media of the specified type in the album")
    group = {"media_group_id": str(len(chat.posts) + 10_000_000)}
    contents = [_album_part(call, item) | group for item in media]
    return [deliver(call, chat, content).as_json() for content in contents]


def _album_part(call: Call, item: Json) -> Json:
    caption = read_text(type(call.params)(item, {}), "caption", "caption_entities")
    return call.file(str(item["type"]), str(item["media"])).as_content() | caption


async def send_location(call: Call) -> Json:
    """Send a point on the map."""
    chat = call.chat()
    point = {name: float(call.params.text(name)) for name in ("latitude", "longitude")}
    return deliver(call, chat, {"location": point}).as_json()


async def send_venue(call: Call) -> Json:
    """Send a place: a point with its title and address."""
    chat = call.chat()
    point = {name: float(call.params.text(name)) for name in ("latitude", "longitude")}
    named = {name: call.params.text(name) for name in ("title", "address")}
    if not all(named.values()):
        raise bad_request("VENUE_TITLE_EMPTY")
    return deliver(call, chat, {"venue": {"location": point, **named}, "location": point}).as_json()


async def send_contact(call: Call) -> Json:
    """Send a contact card."""
    chat = call.chat()
    card = {name: call.params.text(name) for name in ("phone_number", "first_name")}
    if not all(card.values()):
        raise bad_request("PHONE_NUMBER_INVALID")
    return deliver(call, chat, {"contact": card}).as_json()


async def send_chat_action(call: Call) -> bool:
    """Show for a moment what the bot is doing."""
    chat = call.chat()
    chat.last_action = call.params.text("action")
    call.bot.changed(chat)
    return True


def _source(call: Call) -> Post:
    """Return the message to copy or forward; even a person who blocked the bot stays readable."""
    source = call.bot.chats.get(call.params.number("from_chat_id") or 0)
    post = source.find_post(call.params.number("message_id")) if source else None
    if post is None:
        raise bad_request(f"message to {call.method.removesuffix('message')} not found")
    return post


async def copy_message(call: Call) -> Json:
    """Send a message again without saying whose it was; only its id comes back."""
    chat, content = call.chat(), dict(_source(call).content)
    content.pop("media_group_id", None)
    if "caption" in call.params.values:
        content |= read_text(call.params, "caption", "caption_entities")
    return {"message_id": deliver(call, chat, content).message_id}


async def forward_message(call: Call) -> Json:
    """Send a message again and say whose it was."""
    chat, source = call.chat(), _source(call)
    origin = {"type": "user", "sender_user": source.sender.as_json(), "date": int(source.date.timestamp())}
    return deliver(call, chat, source.content | {"forward_origin": origin}).as_json()


SENDING_METHODS: dict[str, Method] = {
    "sendMessage": send_message,
    "sendMediaGroup": send_media_group,
    "sendLocation": send_location,
    "sendVenue": send_venue,
    "sendContact": send_contact,
    "sendChatAction": send_chat_action,
    "copyMessage": copy_message,
    "forwardMessage": forward_message,
    **dict.fromkeys(_FILE_KINDS, send_file),
}
