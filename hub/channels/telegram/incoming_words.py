"""Content that is neither text nor file, in words a manager can read: polls, dice, games, checklists, stories.

The fields are the provider's (https://core.telegram.org/bots/api#message, API 10.3, read 2026-11-21). Whatever has
another shape than documented gives no words, and is then announced as any content nobody knows.
"""

from collections.abc import Callable, Mapping
from typing import Any

from hub.channels.telegram.wire import Message

Content = Mapping[str, Any]


def words_of(message: Message) -> str:
    """Return what a message without text and file shows, empty if it shows nothing we have words for."""
    extra = message.model_extra or {}
    found = ((say, extra[name]) for name, say in _SAID.items() if isinstance(extra.get(name), dict))
    return next((words for say, content in found if (words := say(content))), "")


def _poll(content: Content) -> str:
    listed = content.get("options")
    options = [f"– {_text(each)}" for each in listed if _text(each)] if isinstance(listed, list) else []
    return "\n".join((f"📊 Опрос: {_at(content, 'question')}", *options)) if _at(content, "question") else ""


def _dice(content: Content) -> str:
    return f"{_at(content, 'emoji') or '🎲'} {_at(content, 'value')}".strip()


def _game(content: Content) -> str:
    return f"🎮 Игра: {_at(content, 'title')}" if _at(content, "title") else ""


def _checklist(content: Content) -> str:
    listed = content.get("tasks")
    tasks = [f"– {_text(each)}" for each in listed if _text(each)] if isinstance(listed, list) else []
    return "\n".join((f"☑️ Список: {_at(content, 'title')}", *tasks)) if _at(content, "title") else ""


def _story(_: Content) -> str:
    return "📖 История: видна только в приложении Telegram"


def _text(item: object) -> str:
    return _at(item, "text") if isinstance(item, dict) else ""


def _at(content: Content, name: str) -> str:
    value = content.get(name)
    return str(value) if isinstance(value, str | int) else ""


_SAID: Mapping[str, Callable[[Content], str]] = {
    "poll": _poll,
    "dice": _dice,
    "game": _game,
    "checklist": _checklist,
    "story": _story,
}
