"""A call as one line of the history: who called whom, whether they spoke, and for how long."""

from bots.screens.screen import Block, line
from bots.texts import Texts
from hub.domain.call import CallState
from hub.domain.inbound import CallDirection
from hub.domain.message import AttachmentKind
from hub.inbox.views import MessageView

_MISSED = frozenset({CallState.missed.value, CallState.abandoned.value})


def call_line(texts: Texts, message: MessageView) -> Block:
    """Return what a call was; one without talk says why not, where the PBX told."""
    told = dict(message.fields)
    is_out = told.get("direction") == CallDirection.outbound.value
    talk = _length(texts, told.get("talk_seconds", ""))
    if told.get("state") in _MISSED:
        words = texts("message.call")
    elif not talk:
        words = texts("call.told.not_reached" if is_out else "call.told.inbound")
    else:
        words = texts("call.told.talked_out" if is_out else "call.told.talked_in", talk=talk)
    return line(" · ".join(part for part in (words, _why(texts, told, talk), _recorded(texts, message)) if part))


def _why(texts: Texts, told: dict[str, str], talk: str) -> str:
    key = f"call.end.{told.get('reason', '')}"
    return texts(key) if not talk and texts.has(key) else ""


def _recorded(texts: Texts, message: MessageView) -> str:
    has_one = any(each.kind is AttachmentKind.recording for each in message.attachments)
    return texts("kind.recording") if has_one else ""


def _length(texts: Texts, seconds: str) -> str:
    """Return a length as people read it, 2:13; empty for none."""
    count = int(seconds) if seconds.isascii() and seconds.isdigit() else 0
    minutes, rest = divmod(count, 60)
    return texts("call.told.length", minutes=minutes, seconds=f"{rest:02}") if count else ""
