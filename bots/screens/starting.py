"""A lead by hand: what to write, and what the written lines mean (L-9)."""

import re
from dataclasses import dataclass

from bots.screens.action import Action, Press
from bots.screens.card_buttons import button
from bots.screens.quoting import one_line
from bots.screens.screen import Button, Screen, bold, line
from bots.screens.words import contact_name
from bots.texts import Texts
from hub.domain.identity import canonical_phone
from hub.inbox.plan_views import TaskView
from hub.inbox.views import CardView

_PIECES = re.compile(r"[,;\n]+")
_SOURCE = re.compile(r"(?:источник|откуда|source)\s*[:=—-]\s*(.+)", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Written:
    """What somebody wrote of a new client, cut into its parts."""

    name: str
    phone: str
    note: str = ""
    source: str = ""


def parse_new(text: str) -> Written | None:
    """Return what «Мария, +7 916 123-45-67, хочет окна, источник: выставка» means; `None` without a number in it.

    Pieces are cut by commas, semicolons or lines. One that is a number is the phone, the first
    of the others the name, the rest the note.
    """
    pieces = [piece.strip() for piece in _PIECES.split(text) if piece.strip()]
    phone = next((piece for piece in pieces if _is_phone(piece)), "")
    if not phone:
        return None
    sources = {piece: found[1].strip() for piece in pieces if (found := _SOURCE.fullmatch(piece))}
    name, *rest = [piece for piece in pieces if piece != phone and piece not in sources] or [""]
    return Written(name, phone, ", ".join(rest), next(iter(sources.values()), ""))


def _is_phone(piece: str) -> bool:
    return sum(each.isdigit() for each in piece) >= 7 and canonical_phone(piece) is not None


def ask_new_screen(texts: Texts, *, is_wrong: bool = False) -> Screen:
    """Return what to write; once more with the reason if what was written held no number."""
    asked = texts("new.no_phone") if is_wrong else texts("new.ask")
    return Screen((line(asked), line(texts("new.example"))), ((Button(texts("button.cancel"), Action(Press.cancel)),),))


def started_screen(texts: Texts, card: CardView, task: TaskView) -> Screen:
    """Return that the lead is there, with its first step and the ways on; writing first is one of them (FR-5)."""
    name = contact_name(texts, card.contact_name)
    blocks = (
        line(bold(texts("new.done", number=card.number, name=name))),
        line(texts("new.step", what=one_line(task.what, 200))),
    )
    planning = (Button(texts("button.later"), Action(Press.later, task.id)), button(texts, card, Press.stage))
    writing = (button(texts, card, Press.write, label="button.write_first"), button(texts, card, Press.card))
    return Screen(blocks, (planning, writing))
