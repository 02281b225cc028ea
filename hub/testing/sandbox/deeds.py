"""What a newcomer may do on the page: each deed is one JSON object, checked by its model and carried out in the town.

A deed does what a person would do and returns at once; what becomes of it shows by itself.
"""

import base64
import binascii
from contextlib import suppress
from datetime import timedelta
from typing import Annotated, Literal, assert_never

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, ValidationError

from hub.domain.errors import PayloadInvalid
from hub.testing.sandbox.cast import AT_MAIL, AT_PHONE, Client
from hub.testing.sandbox.looks import last_number
from hub.testing.sandbox.play import Play
from hub.testing.sandbox.premises import is_open_for, set_language, until_opening
from hub.testing.sandbox.stories import StoryKey
from hub.testing.sandbox.town import Seat
from hub.testing.telegram import Media, Post

_LONGEST = 4000
_FILE_LIMIT = 5_000_000
_AFTER_OPENING = timedelta(minutes=1)
_LONG_ENOUGH = timedelta(hours=1)
"""How long the shop has to stay open for a story to be told without the night in between."""
BREATH = timedelta(minutes=1)
"""Who comes in the same seconds as others is only on the managers' list; a story's client needs a card."""
Text = Annotated[str, Field(max_length=_LONGEST)]


class _Deed(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class SentFile(_Deed):
    """A file from the player's own computer; `content` is base64."""

    name: str = Field(max_length=200)
    mime: str = Field(max_length=100)
    content: str = Field(max_length=_FILE_LIMIT * 4 // 3 + 4)


class Writes(_Deed):
    """Somebody writes to their bot, perhaps with a file, perhaps replying to a message."""

    deed: Literal["writes"]
    who: str
    text: Text = ""
    reply_to: int = 0
    file: SentFile | None = None


class Starts(_Deed):
    """Somebody presses «Start»."""

    deed: Literal["starts"]
    who: str


class Presses(_Deed):
    """Somebody presses a button below a message."""

    deed: Literal["presses"]
    who: str
    message: int
    label: str


class Taps(_Deed):
    """Somebody taps a button below the input field."""

    deed: Literal["taps"]
    who: str
    label: str


class SharesContact(_Deed):
    """A client shares the own number."""

    deed: Literal["shares_contact"]
    who: str


class Blocks(_Deed):
    """A client blocks the bot, or takes it back."""

    deed: Literal["blocks"]
    who: str
    is_blocked: bool


class Mails(_Deed):
    """A client sends a letter; `answers` is the number of a letter."""

    deed: Literal["mails"]
    who: str
    subject: Annotated[str, Field(max_length=200)] = ""
    text: Text
    answers: int = 0


class SendsForm(_Deed):
    """A client sends the form."""

    deed: Literal["sends_form"]
    name: Annotated[str, Field(max_length=100)] = ""
    phone: Annotated[str, Field(max_length=40)] = ""
    email: Annotated[str, Field(max_length=100)] = ""
    text: Text = ""


class Rings(_Deed):
    """A client calls."""

    deed: Literal["rings"]
    who: str


class PicksUp(_Deed):
    """A manager takes the ringing call."""

    deed: Literal["picks_up"]
    extension: str


class CallsBack(_Deed):
    """A manager calls a client."""

    deed: Literal["calls_back"]
    who: str
    extension: str


class HangsUp(_Deed):
    """The call ends."""

    deed: Literal["hangs_up"]


class MovesClock(_Deed):
    """Time passes: by minutes, or until the shop opens next."""

    deed: Literal["moves_clock"]
    minutes: int = Field(default=0, ge=0, le=24 * 60)
    is_until_morning: bool = False


class Speaks(_Deed):
    """Managers and explanations speak another language from now on."""

    deed: Literal["speaks"]
    language: Literal["ru", "en"]


class BeginsStory(_Deed):
    """A story is told from its beginning; a closed shop opens for it."""

    deed: Literal["begins_story"]
    story: StoryKey


class EndsStory(_Deed):
    """The story is no longer told."""

    deed: Literal["ends_story"]


TelegramDeed = Writes | Starts | Presses | Taps | SharesContact | Blocks
PhoneDeed = Rings | PicksUp | CallsBack | HangsUp
PageDeed = MovesClock | Speaks | BeginsStory | EndsStory
AnyDeed = TelegramDeed | PhoneDeed | PageDeed | Mails | SendsForm
Deed = Annotated[AnyDeed, Field(discriminator="deed")]
_DEEDS: TypeAdapter[AnyDeed] = TypeAdapter(Deed)


def read_deed(body: bytes) -> AnyDeed:
    """Return what a request asks for.

    Raises:
        PayloadInvalid: it is none of the deeds; names the field.
    """
    try:
        return _DEEDS.validate_json(body)
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        raise PayloadInvalid(f"{'.'.join(map(str, first['loc']))}: {first['msg']}") from error


async def do(play: Play, deed: AnyDeed) -> None:
    """Carry out a deed.

    Raises:
        PayloadInvalid: it names somebody or something that is not there.
        HubError: the hub refused it.
    """
    match deed:
        case Mails():
            client = _client((*play.guests, *AT_MAIL), deed.who)
            play.town.mail.write(client, deed.subject, deed.text, answers=deed.answers)
        case SendsForm():
            await play.send_form(name=deed.name, phone=deed.phone, email=deed.email, text=deed.text)
        case Rings() | PicksUp() | CallsBack() | HangsUp():
            await _on_the_phone(play, deed)
        case MovesClock() | Speaks() | BeginsStory() | EndsStory():
            await _on_the_page(play, deed)
        case in_telegram:
            _in_telegram(_seat(play, in_telegram.who), in_telegram)
    play.town.changes.tell()


def _in_telegram(seat: Seat, deed: TelegramDeed) -> None:
    person, bot = seat.person, seat.bot
    match deed:
        case Writes():
            files = [_media(deed.file)] if deed.file else []
            person.writes(bot, deed.text, files=files, reply_to=_post(seat, deed.reply_to) if deed.reply_to else None)
        case Starts():
            person.starts(bot)
        case Presses():
            with suppress(AssertionError):  # gone by now: two windows, or a card that was drawn anew under the finger
                person.presses(bot, _post(seat, deed.message), deed.label)
        case Taps():
            with suppress(AssertionError):
                person.taps(bot, deed.label)
        case SharesContact():
            person.shares_contact(bot)
        case Blocks():
            (person.blocks if deed.is_blocked else person.unblocks)(bot)
        case never:
            assert_never(never)


async def _on_the_phone(play: Play, deed: PhoneDeed) -> None:
    telephone, callers = play.town.telephone, (*play.guests, *AT_PHONE)
    match deed:
        case Rings():
            await telephone.ring(_client(callers, deed.who))
        case PicksUp():
            await telephone.pick_up(deed.extension)
        case CallsBack():
            await telephone.call_back(_client(callers, deed.who), deed.extension)
        case HangsUp():
            await telephone.hang_up()
        case never:
            assert_never(never)


async def _on_the_page(play: Play, deed: PageDeed) -> None:
    match deed:
        case MovesClock():
            move_clock(play, _span(play, deed))
        case Speaks():
            await _speak(play, deed.language)
        case BeginsStory():
            move_clock(play, _before_a_story(play))
            play.begin_story(deed.story, await last_number(play))
        case EndsStory():
            play.story = None
        case never:
            assert_never(never)


async def _speak(play: Play, language: str) -> None:
    """Change the language; the buttons below the managers' fields are the bot's and come with its next greeting."""
    if await set_language(play.building, language) and play.is_set:
        for seat in play.town.managers.values():
            seat.person.starts(seat.bot)


def move_clock(play: Play, by: timedelta) -> None:
    """Let time pass for the hub and the whole town."""
    play.building.ground.clock.move(by)
    play.moves += 1


def _span(play: Play, deed: MovesClock) -> timedelta:
    """Return how far a deed moves the clock; in the morning the shop has been open for a minute."""
    is_far = deed.is_until_morning
    return until_opening(play.building) + _AFTER_OPENING if is_far else timedelta(minutes=deed.minutes)


def _before_a_story(play: Play) -> timedelta:
    """Return how far the clock moves for a story: it has the shop open for a while, and its client comes alone."""
    is_open = is_open_for(play.building, BREATH + _LONG_ENOUGH)
    return BREATH if is_open else until_opening(play.building) + _AFTER_OPENING


def _seat(play: Play, who: str) -> Seat:
    seat = play.town.clients.get(who) or play.town.managers.get(who)
    if seat is None:
        raise PayloadInvalid(f"who: nobody here is called '{who}'")
    return seat


def _client(clients: tuple[Client, ...], who: str) -> Client:
    for client in clients:
        if client.key == who:
            return client
    raise PayloadInvalid(f"who: nobody here is called '{who}'")


def _post(seat: Seat, message: int) -> Post:
    post = seat.bot.private_chat(seat.person.user).find_post(message)
    if post is None:
        raise PayloadInvalid(f"message: there is no message {message}")
    return post


def _media(file: SentFile) -> Media:
    try:
        content = base64.b64decode(file.content, validate=True)
    except binascii.Error as error:
        raise PayloadInvalid("file.content: no base64") from error
    kind = "photo" if file.mime in {"image/jpeg", "image/png", "image/webp"} else "document"
    return Media(kind, file.name, content, file.mime)
