"""Every screen that shows a client, drawn from values that nobody sane would send; found by looking, none left out.

A screen is a public function of `bots.screens` that returns one. Its arguments are made after their annotations; where
a name or a text may stand, stands something hostile.
"""

import importlib
import inspect
import pkgutil
import types
import typing
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import fields, is_dataclass
from datetime import date, datetime, timedelta
from enum import Enum
from functools import cache
from typing import Any, NewType, get_args, get_origin
from zoneinfo import ZoneInfo

from hypothesis import strategies as st

import bots.screens
from bots.practice.progress import Place
from bots.practice.stories import STORIES
from bots.screens.screen import Screen
from bots.texts import CATALOGUES, Texts
from hub.domain.ids import LineKey
from hub.domain.words import Words
from hub.inbox.views import MessageView
from tests.bots.views import MOSCOW, NOW

FAMILY = "👨‍👩‍👧‍👦"
HOSTILE = (
    "",
    "<b>Имя</b> & Co <script>alert(1)</script>",
    "\u202eгнь\u202c\u2066скрыто\u2067\u200f",
    "שלום עולם 1042",
    "مرحبا (#1)",
    f"{FAMILY * 300}",
    "👍🏽" * 700,
    "🇷🇺🇩🇪" * 300,
    "é" * 2000,
    "x" * 4096,
    "слово 💬 " * 600,
    "строка\r\n\x1b[2J\x1b]0;t\x07\x00\x9b31m\u2028ещё",
    "{0} {name} {{}} %s",
    "\ud800 половина",
    "*_[x](tg://user?id=1)`~|",
    "\u200d\u200c \u00a0",
)
"""Markup, directions turned, whole families, half signs, terminal sequences, formats, blanks, 4,096 characters."""

_PLAIN: Mapping[object, st.SearchStrategy[Any]] = {
    str: st.sampled_from(HOSTILE),
    bool: st.booleans(),
    int: st.sampled_from((0, 1, 2, 5, 21, 10**11)),
    float: st.sampled_from((0.0, 12.5)),
    bytes: st.just(b""),
    object: st.sampled_from(HOSTILE),
    datetime: st.sampled_from((NOW, NOW - timedelta(days=3), NOW + timedelta(hours=5))),
    date: st.just(NOW.date()),
    timedelta: st.sampled_from((timedelta(0), timedelta(minutes=75), timedelta(days=2))),
    ZoneInfo: st.sampled_from((MOSCOW, ZoneInfo("Asia/Kathmandu"))),
    LineKey: st.sampled_from(("sales", "support")),
}
_HEADLINES = [key for key, text in CATALOGUES["ru"].items() if key.startswith("card.") and "{" not in str(text)]
_CHANNELS = st.sampled_from(("", "telegram", "email", "webform", "mango", "smoke-signal"))
_CODE = st.sampled_from(("one", "price_1"))
_OURS = st.just("Слова, которые мы пишем сами.")
_BY_NAME: Mapping[str, st.SearchStrategy[Any]] = {
    "title": _OURS,
    "number": st.sampled_from((1, 1042, 10**6)),
    "presence": st.sampled_from(("working", "paused", "off", "schedule")),
    "headline": st.sampled_from(["", *_HEADLINES]),
    "channel": _CHANNELS,
    "reply_channel": _CHANNELS,
    "key": _CODE,
    "code": _CODE,
    "mark": _CODE,
    "level": st.sampled_from(("proven", "claimed", "imported")),
    "call": st.sampled_from(("", "k7")),
    "flags": st.sampled_from(("", "k")),
    "why": _OURS,
    "made": _OURS,
    "link": st.just("https://t.me/desk_bot?start=m_0123456789"),
    "url": st.just("https://crm.example/7"),
}
"""What our own code fills: from a closed set of words, or with an address of ours."""

WITHOUT_CLIENTS = ("admin", "dates", "lead", "screen")
"""Beginnings of modules that show the words of the rules and none of a client."""


def list_screens() -> list[tuple[str, Callable[..., Screen]]]:
    """Return every screen with its name."""
    names = [each.name for each in pkgutil.iter_modules(bots.screens.__path__)]
    modules = [
        importlib.import_module(f"bots.screens.{each}") for each in names if not each.startswith(WITHOUT_CLIENTS)
    ]
    return [
        (f"{module.__name__.rpartition('.')[2]}.{name}", function)
        for module in modules
        for name, function in inspect.getmembers(module, inspect.isfunction)
        if function.__module__ == module.__name__ and not name.startswith("_")
        if typing.get_type_hints(function).get("return") is Screen
    ]


def drawn_by(name: str, draw: Callable[..., Screen], texts: Texts) -> st.SearchStrategy[Screen]:
    """Return what a screen shows of any values its annotations allow."""
    hints = typing.get_type_hints(draw)
    hints.pop("return")
    chosen = {each: _argument(f"{name}.{each}", hint, texts) for each, hint in hints.items()}
    return st.builds(draw, **chosen)


def _argument(place: str, hint: object, texts: Texts) -> st.SearchStrategy[Any]:
    known = SPECIAL.get(place, _BY_NAME.get(place.rpartition(".")[2]))
    return known if known is not None else st.just(texts) if hint is Texts else values_of(hint)


@cache
def values_of(hint: Any) -> st.SearchStrategy[Any]:
    """Return values of an annotation: hostile words, either answer, every member, something or nothing."""
    if hint in _PLAIN:
        return _PLAIN[hint]
    if isinstance(hint, NewType):
        return values_of(hint.__supertype__)
    if isinstance(hint, type) and issubclass(hint, Enum):
        return st.sampled_from(list(hint))
    if is_dataclass(hint):
        return _built(hint)
    return _of_many(get_origin(hint), get_args(hint))


def _built(made: Any) -> st.SearchStrategy[Any]:
    hints = typing.get_type_hints(made)
    named = {each.name: _argument(f"{made.__name__}.{each.name}", hints[each.name], RU) for each in fields(made)}
    return st.builds(made, **named)


def _of_many(origin: Any, inner: tuple[Any, ...]) -> st.SearchStrategy[Any]:
    if origin in (types.UnionType, typing.Union):
        return st.one_of([st.none() if each is types.NoneType else values_of(each) for each in inner])
    if origin is tuple and inner[-1] is not Ellipsis:
        return st.tuples(*map(values_of, inner))
    if origin in (tuple, Sequence, list, Iterable):
        return st.lists(values_of(inner[0]), max_size=3).map(tuple)
    if origin is frozenset:
        return st.frozensets(values_of(inner[0]), max_size=3)
    if origin is Mapping:
        return st.dictionaries(values_of(inner[0]), values_of(inner[1]), max_size=3)
    raise AssertionError(f"say in SPECIAL or here how to make a {origin}[{inner}]")


RU = Texts("ru")
PLAYED = [Place(story, scene) for story, scenes in STORIES.items() for scene in scenes if scenes[scene].ways]
SPECIAL: Mapping[str, st.SearchStrategy[Any]] = {
    "NumberView.number": values_of(str),
    "practice.scene_screen.place": st.sampled_from(PLAYED),
    "FileView.place": st.sampled_from((1, 7, 999)),
    "Place.scene": st.just("done"),
    "LeadRow.stage": st.just(Words("Этап", "Stage")),
    "Burst.parts": st.deferred(lambda: st.lists(values_of(MessageView), min_size=1, max_size=3).map(tuple)),
    "DayView.by_channel": st.lists(st.tuples(_CHANNELS, st.just(3)), max_size=3).map(tuple),
}
"""Places whose values are not told by their annotation, by `module.screen.argument` or `Class.field`."""
