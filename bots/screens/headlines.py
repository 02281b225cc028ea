"""The first line of a card that comes again: which notice brought it."""

from collections.abc import Mapping
from datetime import datetime

from hub.domain.delivery import Notice
from hub.inbox.views import CardView

HEADLINES: Mapping[Notice, str] = {
    Notice.new_lead: "card.fresh",
    Notice.assigned: "card.assigned",
    Notice.transferred: "card.transferred",
    Notice.transfer_returned: "card.returned",
    Notice.queue: "card.in_queue",
    Notice.woken: "card.woken",
    Notice.whisper: "card.whisper",
}
"""Keys of the catalogue."""


def level_headline(card: CardView, payload: Mapping[str, object], now: datetime) -> str:
    """Return the key of what a `level` notice warns of."""
    for name in ("unconfirmed", "no_open_time"):
        if payload.get(name):
            return f"card.{name}"
    if payload.get("clock") in ("resolution", "callback"):
        return f"card.{payload['clock']}_breached"
    return "card.breached" if card.wait is not None and now > card.wait.deadline_at else "card.level"
