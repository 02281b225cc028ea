"""Recordings of talks: the button that brings one, its line in the chat, and why there is none."""

from datetime import datetime

from bots.screens import moments
from bots.screens.action import Action, Press, to_base36
from bots.screens.screen import Button, Row, Screen, line
from bots.screens.words import contact_name
from bots.texts import Texts
from hub.domain.message import AttachmentKind
from hub.inbox.views import CardView, MessageView


def has_recording(message: MessageView) -> bool:
    """Tell whether a talk can be heard: its recording is here, or the PBX says where."""
    found = (each for each in message.attachments if each.kind is AttachmentKind.recording)
    return any(each.sha256 or each.provider_ref for each in found)


def newest_row(texts: Texts, card: CardView) -> tuple[Row, ...]:
    """Return the way to hear the newest talk that the card knows of; nothing without one."""
    talks = [each for each in card.recent if has_recording(each)]
    return ((_button(card, talks[-1], texts("button.listen")),),) if talks else ()


def listen_row(texts: Texts, card: CardView, messages: tuple[MessageView, ...], *, now: datetime) -> tuple[Row, ...]:
    """Return a button for each talk of a page that can be heard, named by its time."""
    talks = [each for each in messages if has_recording(each)]
    times = [moments.clock_time(texts, each.occurred_at, zone=card.zone, now=now) for each in talks]
    buttons = [_button(card, each, f"▶️ {time}") for each, time in zip(talks, times, strict=True)]
    return (tuple(buttons),) if buttons else ()


def recording_caption(texts: Texts, card: CardView, talk: MessageView, *, now: datetime) -> Screen:
    """Return the line below a recording: whose talk it is and when it was."""
    at = moments.clock_time(texts, talk.occurred_at, zone=card.zone, now=now)
    name = contact_name(texts, card.contact_name)
    return Screen((line(texts("recording.caption", name=name, time=at, number=card.number)),))


def no_recording(texts: Texts, card: CardView, reason: str) -> Screen:
    """Return why a recording cannot be heard, with the next step."""
    key = f"recording.why.{reason}"
    why = texts(key if texts.has(key) else "recording.why.other")
    return Screen((line(texts("recording.failed", number=card.number, reason=why)),), is_quiet=False)


def _button(card: CardView, talk: MessageView, label: str) -> Button:
    return Button(label, Action(Press.listen, card.id, 0, to_base36(talk.id)))
