"""The live card of a conversation: who, what, until when, why here, and everything that may be done about it.

One function draws it whatever its state is: new, offered, mine, handed over, snoozed, closed, a missed call to return.
Which notice brought it is the first line only, so that a refreshed card never loses its meaning.
"""

from collections.abc import Sequence
from datetime import datetime

from bots.screens import card_buttons, moments
from bots.screens.calls import calling_line
from bots.screens.quoting import client_text, one_line
from bots.screens.screen import Block, Screen, Span, bold, line
from bots.screens.ways import reachable
from bots.screens.whole import is_cut, whole_row
from bots.screens.words import (
    address_text,
    body_blocks,
    channel_name,
    contact_name,
    file_line,
    outcome_name,
    source_name,
)
from bots.texts import Texts
from hub.domain.message import Direction, MessageKind
from hub.inbox.views import CardView, MessageView, WaitView

SHOWN_MESSAGES = 3
TEXT_LIMIT = 700
NOTE_LIMIT = 300


def card_screen(texts: Texts, card: CardView, *, now: datetime, headline: str = "") -> Screen:
    """Return the card as of `now`; `headline` is a catalogue key that says why it comes again (`card.woken` …)."""
    first = (line(texts(headline)),) if headline else ()
    times = (*_due(texts, card, now), *_matter(texts, card, now))
    blocks = (*first, _title(texts, card, now), *_who(texts, card), *times)
    blocks += (*calling_line(texts, card), *_state(texts, card, now))
    long = [each for each in _last_said(card) if _is_cut(texts, each)]
    rows = (*card_buttons.rows(texts, card), *whole_row(texts, card, long, now=now))
    return Screen(blocks + _last_words(texts, card) + _footer(texts, card, now), rows)


def pointer(texts: Texts, number: int) -> Screen:
    """Return what an older copy of a card shrinks to."""
    return Screen((line(texts("card.moved_down", number=number)),))


def collapsed(texts: Texts, number: int, winner: str) -> Screen:
    """Return what a card becomes when the conversation is somebody else's: one line, nothing to press."""
    if winner:
        return Screen((line(texts("card.taken_by", number=number, name=one_line(winner))),))
    return Screen((line(texts("card.gone", number=number)),))


def _title(texts: Texts, card: CardView, now: datetime) -> Block:
    parts = [bold(_title_words(texts, card, now)), Span(f" · {channel_name(texts, card.channel)}")]
    if card.wait and card.wait.needs_callback and card.wait.last_missed_at:
        at = moments.clock_time(texts, card.wait.last_missed_at, zone=card.zone, now=now)
        parts.append(Span(f" · {texts('card.missed_at', time=at)}"))
    return line(*parts)


def _title_words(texts: Texts, card: CardView, now: datetime) -> str:
    wait = card.wait
    if card.state == "closed":
        return texts("card.closed", number=card.number)
    if wait is None:
        return texts("card.snoozed" if card.snoozed_until else "card.calm", number=card.number)
    if wait.needs_callback:
        return texts("card.missed", number=card.number)
    if card.assignee_id is None:
        return texts("card.offer" if card.offered_to_viewer else "card.new", number=card.number)
    return texts("card.waiting", number=card.number, light=_light(wait, now))


def _light(wait: WaitView, now: datetime) -> str:
    return moments.light(started_at=wait.started_at, deadline_at=wait.deadline_at, now=now)


def _who(texts: Texts, card: CardView) -> tuple[Block, ...]:
    names = [bold(contact_name(texts, card.contact_name))]
    names += [Span(f" · {one_line(card.company, 60)}")] if card.company else []
    names += [Span(f" · {texts('card.regular')}")] if card.is_regular else []
    lines = [line(*names)]
    if card.addresses:
        lines.append(line("  ".join(address_text(texts, address) for address in card.addresses[:3])))
    lines.append(line(texts("card.line", line=one_line(card.line_name))))
    if card.source:
        lines.append(line(texts("card.source", source=source_name(texts, card.source))))
    return tuple(lines)


def _due(texts: Texts, card: CardView, now: datetime) -> tuple[Block, ...]:
    wait = card.wait
    if wait is None:
        return ()
    if not wait.needs_callback:
        return (line(texts("card.answer_due"), *moments.due(texts, wait.deadline_at, zone=card.zone, now=now)),)
    due_at = wait.callback_due_at or wait.deadline_at
    lines = [line(texts("card.callback_due"), *moments.due(texts, due_at, zone=card.zone, now=now))]
    counts = [texts.count("card.missed_times", wait.missed_calls)] if wait.missed_calls > 1 else []
    counts += [texts.count("card.attempts", wait.call_attempts)] if wait.call_attempts else []
    return (*lines, line(", ".join(counts))) if counts else tuple(lines)


def _matter(texts: Texts, card: CardView, now: datetime) -> tuple[Block, ...]:
    """Return until when the whole matter is to be closed, or that the client has to act (P-2)."""
    if card.is_matter_paused:
        return (line(texts("card.matter_paused")),)
    if card.matter_due_at is None:
        return ()
    return (line(texts("card.matter_due"), *moments.due(texts, card.matter_due_at, zone=card.zone, now=now)),)


def _state(texts: Texts, card: CardView, now: datetime) -> tuple[Block, ...]:
    lines = [line(_assignee(texts, card))] if card.state == "open" else []
    if card.client_zone is not None:
        at = moments.clock_time(texts, now, zone=card.client_zone, now=now)
        lines.append(line(texts("card.client_time", time=at)))
    if card.snoozed_until:
        at = moments.clock_time(texts, card.snoozed_until, zone=card.zone, now=now)
        lines.append(line(texts("card.snoozed_until", time=at)))
    if card.state == "closed" and card.outcome:
        lines.append(line(texts("card.outcome", outcome=outcome_name(texts, card.outcome))))
    if card.rating is not None:
        lines.append(line(texts("card.rating", mark=card.rating)))
    if card.reasons and card.state == "open":
        lines.append(line(texts("card.reasons", reasons=one_line("; ".join(card.reasons), 200))))
    if card.candidate_id is not None:
        lines.append(line(texts("card.question")))
    return tuple(lines)


def _assignee(texts: Texts, card: CardView) -> str:
    if card.transfer_to_viewer:
        return texts("card.to_you")
    if card.assignee_id is None:
        return texts("card.free")
    return texts("card.assignee", name=one_line(card.assignee_name))


def _last_words(texts: Texts, card: CardView) -> tuple[Block, ...]:
    """Return what was said last: up to three messages of the client and notes of colleagues.

    Calls are left out since the card speaks of them.
    """
    blocks = [line(texts("card.subject", subject=one_line(card.subject)))] if card.subject else []
    if card.new_subject:
        blocks.append(line(texts("card.new_subject", subject=one_line(card.new_subject))))
    for message in _last_said(card):
        if message.direction is Direction.note:
            blocks += _note(texts, message)
        else:
            blocks += body_blocks(texts, message, limit=TEXT_LIMIT)
    return tuple(blocks)


def _last_said(card: CardView) -> Sequence[MessageView]:
    shown = (Direction.inbound, Direction.note)
    said = [m for m in card.recent if m.direction in shown and m.kind is not MessageKind.call]
    return said[-SHOWN_MESSAGES:]


def _is_cut(texts: Texts, message: MessageView) -> bool:
    return is_cut(texts, message, limit=NOTE_LIMIT if message.direction is Direction.note else TEXT_LIMIT)


def _note(texts: Texts, note: MessageView) -> tuple[Block, ...]:
    words = line(texts("card.note", name=one_line(note.author_name), text=client_text(note.text, NOTE_LIMIT)))
    return (words, *(file_line(texts, attachment) for attachment in note.attachments))


def _footer(texts: Texts, card: CardView, now: datetime) -> tuple[Block, ...]:
    if card.state == "closed":
        return ()
    if not card.reply_channel:
        has_way = next(reachable(card), None) is not None
        return (line(texts("card.no_text_channel" if has_way else "card.no_channel")),)
    key = "card.hint_free" if card.assignee_id is None else "card.hint"
    hint = line(texts(key, hint=_hint(texts, card)))
    if card.reply_until is None:
        return (hint,)
    return (hint, line(texts("card.reply_until"), *moments.due(texts, card.reply_until, zone=card.zone, now=now)))


def _hint(texts: Texts, card: CardView) -> str:
    """Return where an answer goes: its address, of a letter also our mailbox and the subject, and whether by choice."""
    hint = one_line(card.reply_hint or channel_name(texts, card.reply_channel))
    if card.reply_sender:
        hint = texts("card.letter", address=hint, sender=one_line(card.reply_sender, 60))
        hint += texts("card.letter_subject", subject=one_line(card.subject, 80)) if card.subject else ""
    return texts("card.way_chosen", hint=hint) if card.chosen_thread_id is not None else hint
