"""Checks of texts, entities and keyboards, with the provider's limits and sentences.

Lengths and offsets are in UTF-16 units (an emoji counts two). Of the parse modes only HTML is understood: the hub
sends entities, and HTML only from its own constants. Source: core.telegram.org/bots/api, "Formatting options", 2026.
"""

from html.parser import HTMLParser

from hub.testing.telegram.params import Params
from hub.testing.telegram.refusals import bad_request
from hub.testing.telegram.state import Json

TEXT_LIMIT = 4096
CAPTION_LIMIT = 1024
_CALLBACK_DATA_LIMIT_BYTES = 64
_ENTITY_OF_TAG = {
    "b": "bold",
    "strong": "bold",
    "i": "italic",
    "em": "italic",
    "u": "underline",
    "ins": "underline",
    "s": "strikethrough",
    "strike": "strikethrough",
    "del": "strikethrough",
    "span": "spoiler",
    "tg-spoiler": "spoiler",
    "a": "text_link",
    "code": "code",
    "pre": "pre",
    "blockquote": "blockquote",
    "tg-emoji": "custom_emoji",
    "tg-time": "date_time",
}


def utf16_length(text: str) -> int:
    """Return the length in UTF-16 units."""
    return len(text.encode("utf-16-le", "surrogatepass")) // 2


def read_text(params: Params, name: str, entities_name: str) -> Json:
    """Return `{name: text, entities_name: [...]}` of a call after parsing, empty if there is no text.

    Raises:
        ApiRefusal: the markup cannot be parsed, an entity lies outside, the text is too long.
    """
    text, entities = params.text(name), params.nested(entities_name) or []
    match params.text("parse_mode").lower():
        case "":
            pass
        case "html":
            text, entities = parse_html(text)
        case other:
            raise bad_request(f"the fake does not understand parse_mode {other}")
    text, entities = _trim(text, entities)
    limit, sentence = (TEXT_LIMIT, "message is too long") if name == "text" else (CAPTION_LIMIT, _CAPTION_TOO_LONG)
    if utf16_length(text) > limit:
        raise bad_request(sentence)
    if not text:
        return {}
    return {name: text, entities_name: entities} if entities else {name: text}


_CAPTION_TOO_LONG = "message caption is too long"


def _trim(text: str, entities: list[Json]) -> tuple[str, list[Json]]:
    length = utf16_length(text)
    for entity in entities:
        if entity["offset"] < 0 or entity["length"] <= 0 or entity["offset"] + entity["length"] > length:
            raise bad_request(f"can't parse entities: entity at {entity['offset']} is out of bounds")
    return (text, entities) if entities else (text.strip(), [])


def parse_html(markup: str) -> tuple[str, list[Json]]:
    """Return text and entities of the HTML subset Telegram knows.

    Raises:
        ApiRefusal: an unknown tag, or tags that do not match.
    """
    parser = _MarkupParser()
    parser.feed(markup)
    parser.close()
    if parser.open_tags:
        raise bad_request(
            f"can't parse entities: Can't find end tag corresponding to start tag \"{parser.open_tags[-1][0]}\""
        )
    return "".join(parser.pieces), parser.entities


class _MarkupParser(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.pieces: list[str] = []
        self.entities: list[Json] = []
        self.open_tags: list[tuple[str, int, Json]] = []

    def handle_data(self, data: str) -> None:
        self.pieces.append(data)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag not in _ENTITY_OF_TAG:
            raise bad_request(f'can\'t parse entities: Unsupported start tag "{tag}"')
        extra: Json = {"url": dict(attrs).get("href") or ""} if tag == "a" else {}
        if tag == "tg-time":
            extra = {
                "unix_time": int(dict(attrs).get("unix") or 0),
                "date_time_format": dict(attrs).get("format") or "",
            }
        self.open_tags.append((tag, self._length(), extra))

    def handle_endtag(self, tag: str) -> None:
        if not self.open_tags or self.open_tags[-1][0] != tag:
            raise bad_request(f'can\'t parse entities: Unexpected end tag "{tag}"')
        name, offset, extra = self.open_tags.pop()
        if length := self._length() - offset:
            self.entities.append({"type": _ENTITY_OF_TAG[name], "offset": offset, "length": length} | extra)

    def _length(self) -> int:
        return utf16_length("".join(self.pieces))


def read_inline_keyboard(markup: Json | None) -> Json | None:
    """Return the inline keyboard of a `reply_markup`, `None` if it is another kind or empty.

    Raises:
        ApiRefusal: a button does nothing or its data is over 64 bytes.
    """
    rows = [row for row in (markup or {}).get("inline_keyboard", []) if row]
    for button in (button for row in rows for button in row):
        if len(str(button.get("callback_data", "")).encode()) > _CALLBACK_DATA_LIMIT_BYTES:
            raise bad_request("BUTTON_DATA_INVALID")
        if not button.get("text"):
            raise bad_request("can't parse inline keyboard button: Text must be non-empty")
        if len(set(button) - {"text", "style", "icon_custom_emoji_id"}) != 1:
            raise bad_request("can't parse inline keyboard button: Text buttons are unallowed in the inline keyboard")
    return {"inline_keyboard": rows} if rows else None
