"""Connecting something from the chat: which kind, then a link to a form; secrets are never written in a chat."""

from collections.abc import Mapping, Sequence

from bots.screens.action import Action, Press
from bots.screens.quoting import one_line
from bots.screens.screen import Button, Row, Screen, line, notice
from bots.screens.words import channel_name
from bots.texts import Texts


def kinds_screen(texts: Texts, kinds: Sequence[str]) -> Screen:
    """Return what can be connected by a form."""
    buttons = [Button(kind_name(texts, each), Action(Press.connect, arg=each)) for each in kinds]
    rows: list[Row] = [tuple(buttons[at : at + 2]) for at in range(0, len(buttons), 2)]
    return notice(texts("connect.which"), *rows, (Button(texts("button.admin"), Action(Press.admin)),))


def link_screen(texts: Texts, kind: str, link: str) -> Screen:
    """Return a link, shown this once."""
    blocks = (line(texts("connect.link", kind=kind_name(texts, kind))), line(link), line(texts("connect.link_once")))
    return Screen(blocks, ((Button(texts("button.copy_link"), copies=link),),))


def kind_name(texts: Texts, kind: str) -> str:
    """Return what people call a kind of connection; of several PBX each has its own word."""
    name = channel_name(texts, kind)
    return name if texts.has(f"channel.{kind}") or name == kind else f"{name} · {kind}"


def connected_words(texts: Texts, payload: Mapping[str, object]) -> str:
    """Return the sentence that a connection works."""
    name, kind = one_line(str(payload.get("name", ""))), str(payload.get("kind", ""))
    return texts("connect.connected", kind=kind_name(texts, kind), name=name)
