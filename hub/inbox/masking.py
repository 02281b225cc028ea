"""Telephone numbers hidden from whoever may not read them, wherever they stand: names, words, fields, subjects (RG-5).

A number is found by its shape, however it is spaced: eleven digits from 7 or 8, a mobile one of ten from 9, a foreign
one behind a plus; and the client's own ones also without their beginning. Shorter and longer runs of digits (sums,
orders, tax and account numbers) stay. Photos, sound and files are not looked into.
"""

import re
from collections.abc import Iterable
from dataclasses import replace
from functools import lru_cache

from hub.domain.message import Attachment
from hub.inbox.plan_views import TaskView
from hub.inbox.views import CardView, MessageView, RowView

_GAP = r"[\s()./_\u00ad\u200b-\u200f\u2010-\u2015\u2060\u2212-]{0,5}"
_SHAPES = re.compile(
    rf"(?<!\d)(?:\+?[78]{_GAP})?9(?:{_GAP}\d){{9}}(?!\d)"
    rf"|(?<!\d)\+?[78](?:{_GAP}\d){{10}}(?!\d)"
    rf"|\+(?:{_GAP}\d){{8,15}}(?!\d)"
)
MASKED = "•"
"""Stands for every digit that is hidden."""
_WHOLE, _OWN = 11, 10
_SHORTEST_KNOWN = 7


def mask_phone(number: str) -> str:
    """Return a telephone number with only its ends readable: `+7••••••••67` (RG-5)."""
    return number[:2] + MASKED * max(len(number) - 4, 0) + number[-2:]


def hide_numbers(text: str, known: Iterable[str]) -> str:
    """Return a text in which every telephone number is masked; `known` are the client's own, in E.164."""
    if not any(each.isdigit() for each in text):
        return text
    text = text if text.isascii() else "".join(map(_as_ascii, text))
    for number in known:
        text = _spellings(number).sub(mask_phone(number), text)
    return _SHAPES.sub(lambda found: mask_phone(_canonical(found[0])), text)


def _as_ascii(character: str) -> str:
    """Return a digit of another script (８, ٨) and a wide plus as ours, everything else as it is."""
    if character == "\uff0b":
        return "+"
    return str(int(character)) if character.isdecimal() else character


@lru_cache(maxsize=256)
def _spellings(number: str) -> re.Pattern[str]:
    """Return what finds a number with any gaps, whole or without the country."""
    digits = number.lstrip("+")
    if len(digits) < _SHORTEST_KNOWN:
        return re.compile(rf"(?<!\d){re.escape(number)}(?!\d)")
    own = _GAP.join(digits[-_OWN:])
    return re.compile(rf"(?<!\d)\+?(?:\d{{1,3}}{_GAP})?{own}(?!\d)")


def _canonical(spelled: str) -> str:
    digits = "".join(each for each in spelled if each.isdigit())
    is_ours = not spelled.startswith("+") or digits.startswith("7")
    return f"+7{digits[-_OWN:]}" if is_ours and len(digits) in (_OWN, _WHOLE) else f"+{digits}"


def hide_in_message(message: MessageView, known: Iterable[str]) -> MessageView:
    """Return a message as somebody reads it who may not see the client's numbers."""
    numbers = tuple(known)
    return replace(
        message,
        text=hide_numbers(message.text, numbers),
        subject=hide_numbers(message.subject, numbers),
        fields=tuple((label, hide_numbers(value, numbers)) for label, value in message.fields),
        attachments=tuple(_hide_in_name(each, numbers) for each in message.attachments),
        delivery_reason=hide_numbers(message.delivery_reason, numbers),
    )


def _hide_in_name(attachment: Attachment, known: Iterable[str]) -> Attachment:
    return replace(attachment, name=hide_numbers(attachment.name, known))


def hide_in_card(card: CardView, known: Iterable[str]) -> CardView:
    """Return a card as somebody reads it who may not see the client's numbers."""
    numbers = tuple(known)
    return replace(
        card,
        contact_name=hide_numbers(card.contact_name, numbers),
        company=hide_numbers(card.company, numbers),
        source=hide_numbers(card.source, numbers),
        subject=hide_numbers(card.subject, numbers),
        new_subject=hide_numbers(card.new_subject, numbers),
        reply_hint=hide_numbers(card.reply_hint, numbers),
        addresses=tuple(replace(each, text=hide_numbers(each.text, numbers)) for each in card.addresses),
        recent=tuple(hide_in_message(each, numbers) for each in card.recent),
    )


def hide_in_row(row: RowView, known: Iterable[str]) -> RowView:
    """Return a line of a list as somebody reads it who may not see the client's numbers."""
    numbers = tuple(known)
    name, said = hide_numbers(row.contact_name, numbers), hide_numbers(row.last_text, numbers)
    return replace(row, contact_name=name, last_text=said)


def hide_in_task(task: TaskView, known: Iterable[str]) -> TaskView:
    """Return a task as somebody reads it who may not see the client's numbers."""
    numbers = tuple(known)
    return replace(task, what=hide_numbers(task.what, numbers), contact_name=hide_numbers(task.contact_name, numbers))
