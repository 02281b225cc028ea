"""Ending: close with an outcome (a refusal asks why), or say that no reply is needed (S8, S9)."""

from datetime import datetime

from bots.screens.action import Press
from bots.screens.card_buttons import button
from bots.screens.screen import Button, Screen, line
from bots.texts import Texts
from hub.domain.conversation import Outcome
from hub.inbox.views import CardView

REFUSALS = ("price", "rival", "later", "terms", "silent", "other")
REASONS = ("thanks", "ours", "repeat")
WITHOUT_REASON = "none"
OWN_REASON = "other"


def outcomes_screen(texts: Texts, card: CardView) -> Screen:
    """Return the outcomes a conversation may have."""
    buttons = [button(texts, card, Press.end, one.value, label=f"outcome.{one.value}") for one in Outcome]
    return _choices(texts, card, texts("close.ask", number=card.number), buttons)


def refusal_screen(texts: Texts, card: CardView) -> Screen:
    """Return the reasons for a refusal; the press carries outcome and reason."""
    refused = Outcome.refused.value
    buttons = [button(texts, card, Press.end, f"{refused}.{why}", label=f"refusal.{why}") for why in REFUSALS]
    return _choices(texts, card, texts("close.why_refused", number=card.number), buttons)


def still_waiting_screen(texts: Texts, card: CardView) -> Screen:
    """Return the refusal to close while the client waits (S9), with the two ways on."""
    ways = (button(texts, card, Press.dismiss), button(texts, card, Press.card))
    return Screen((line(texts("close.waiting")),), (ways,))


def why_matter_runs(card: CardView, *, now: datetime) -> str:
    """Return the key of why the clock of the whole matter cannot stand now (P-2), empty if it can."""
    if card.may_wait_for_client:
        return ""
    if card.matter_due_at is None:
        return "matter.none"
    if card.wait is not None:
        return "matter.waiting"
    return "matter.late" if card.matter_due_at <= now else "matter.unanswered"


def reasons_screen(texts: Texts, card: CardView, *, now: datetime) -> Screen:
    """Return the reasons why no reply is needed; once the deadline has passed one has to be given (S8)."""
    is_late = card.wait is not None and now > card.wait.deadline_at
    choices = (*REASONS, OWN_REASON) if is_late else (*REASONS, WITHOUT_REASON, OWN_REASON)
    buttons = [button(texts, card, Press.needless, why, label=f"dismiss.{why}") for why in choices]
    asked = texts("dismiss.ask", number=card.number)
    return _choices(texts, card, f"{texts('dismiss.needs_reason')} {asked}" if is_late else asked, buttons)


def _choices(texts: Texts, card: CardView, asked: str, buttons: list[Button]) -> Screen:
    rows = tuple(tuple(buttons[at : at + 2]) for at in range(0, len(buttons), 2))
    return Screen((line(asked),), (*rows, (button(texts, card, Press.cancel),)))
