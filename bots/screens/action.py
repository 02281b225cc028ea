"""What a button says when it is pressed, in at most 40 bytes.

The form is `h1:<press>:<subject base36>:<version base36>[:<argument>]`. The subject is a conversation, for the question
«Это один клиент?» a match candidate, 0 where there is none. The version is the conversation's when the button was
drawn, so that a late press on a decision is noticed (reliability 92). `h1` is the version of this format: whoever
changes it keeps reading the old one or answers politely.

Rights are never in a button: whatever arrives here is what somebody claims to have pressed.
"""

import re
from dataclasses import dataclass
from enum import StrEnum

from hub.domain.errors import PayloadInvalid

PREFIX = "h1"
LIMIT_BYTES = 40
_LARGEST = 2**63 - 1
_DIGITS = "0123456789abcdefghijklmnopqrstuvwxyz"
_BASE36 = re.compile(r"0|[1-9a-z][0-9a-z]{0,12}", re.ASCII)
_PAGE_DIGITS = 6
_ARGUMENT = re.compile(r"[0-9A-Za-z_.\-]{1,20}", re.ASCII)


class Press(StrEnum):
    """Everything a manager can do; also the names of commands."""

    take = "take"
    release = "release"
    decline = "decline"
    accept = "accept"
    refuse = "refuse"
    card = "card"
    client = "client"
    history = "history"
    transcript = "transcript"
    whole = "whole"
    original = "original"
    files = "files"
    file = "file"
    client_link = "botlink"
    why = "why"
    note = "note"
    transfer = "transfer"
    give = "give"
    move = "move"
    snooze = "snooze"
    sleep = "sleep"
    waitclient = "waitclient"
    close = "close"
    end = "end"
    reopen = "reopen"
    sever = "split"
    dismiss = "dismiss"
    needless = "needless"
    call = "call"
    listen = "listen"
    reached = "reached"
    noanswer = "noanswer"
    elsewhere = "elsewhere"
    answered = "answered"
    write = "write"
    channel = "channel"
    template = "tpl"
    ask_link = "asklink"
    resend = "resend"
    delete = "delete"
    arrived = "arrived"
    lost = "lost"
    shared = "shared"
    question = "question"
    merge = "join"
    apart = "apart"
    undo = "undo"
    to = "to"
    memo = "memo"
    cancel = "cancel"
    stage = "stage"
    lose = "lose"
    fill = "fill"
    step = "step"
    task = "task"
    done = "done"
    later = "later"
    result = "result"
    notlead = "notlead"
    tasks = "tasks"
    today = "today"
    new = "new"
    my = "my"
    queue = "queue"
    overdue = "overdue"
    next = "next"
    search = "find"
    desk = "desk"
    shift = "shift"
    extension = "extension"
    team = "team"
    relieve = "relieve"
    admin = "admin"
    people = "people"
    invite = "invite"
    rules = "rules"
    draft = "draft"
    autos = "autos"
    health = "health"
    connect = "connect"
    read = "read"
    unread = "unread"
    day = "day"
    week = "stats"
    room = "room"
    practice = "practice"
    help = "help"


class StaleButton(PayloadInvalid):
    """A button we do not know: of another version of the hub, or made up."""

    code = "bot.stale_button"


@dataclass(frozen=True, slots=True)
class Action:
    """A press: what, on which subject, as of which version of it (0: any), with which argument."""

    press: Press
    subject: int = 0
    version: int = 0
    arg: str = ""


def encode(action: Action) -> str:
    """Return the action as the text of a button.

    Raises:
        ValueError: it does not fit; a programming error, since arguments are ours.
    """
    parts = [PREFIX, action.press.value, to_base36(action.subject), to_base36(action.version)]
    if action.arg:
        if not _ARGUMENT.fullmatch(action.arg):
            raise ValueError(f"an argument is letters, digits, '_', '.' and '-', not {action.arg!r}")
        parts.append(action.arg)
    text = ":".join(parts)
    if len(text) > LIMIT_BYTES:
        raise ValueError(f"a button holds {LIMIT_BYTES} bytes, not {text!r}")
    return text


def decode(text: str) -> Action:
    """Return the action a button's text means.

    Raises:
        StaleButton: anything but exactly what `encode` makes.
    """
    prefix, _, rest = text.partition(":")
    parts = rest.split(":")
    if prefix != PREFIX or len(text) > LIMIT_BYTES or len(parts) not in (3, 4):
        raise StaleButton("the button is of another version")
    if len(parts) == 4 and not _ARGUMENT.fullmatch(parts[3]):
        raise StaleButton("the button's argument is damaged")
    arg = parts[3] if len(parts) == 4 else ""
    return Action(_press(parts[0]), from_base36(parts[1]), from_base36(parts[2]), arg)


def from_base36(text: str) -> int:
    """Return the number an argument means.

    Raises:
        StaleButton: it is none.
    """
    if not _BASE36.fullmatch(text):
        raise StaleButton("the button's argument is no number")
    number = int(text, 36)
    if number > _LARGEST:
        raise StaleButton("the button's number is larger than any of ours")
    return number


def page_in(text: str) -> int:
    """Return the page an argument names, from 0; the first one for anything else, and where no list could reach."""
    return int(text) if text.isascii() and text.isdigit() and len(text) <= _PAGE_DIGITS else 0


def _press(name: str) -> Press:
    try:
        return Press(name)
    except ValueError as error:
        raise StaleButton("the button's action is unknown") from error


def to_base36(number: int) -> str:
    """Return a non-negative number in base 36, lower case."""
    if number < 0:
        raise ValueError("only numbers from 0 have a place in a button")
    digits = ""
    while number >= 36:
        number, digit = divmod(number, 36)
        digits = _DIGITS[digit] + digits
    return _DIGITS[number] + digits
