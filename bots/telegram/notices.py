"""What each notice shows a manager: from the state at sending, not from the moment it was decided.

A conversation the manager may no longer see collapses instead: a notice never shows what its receiver may not read
(RG-2). Each returns the ids of the messages it made, empty when an existing one was changed.
"""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime

from bots.memory import CARD_KEPT, Purpose, Standing
from bots.screens import feedback
from bots.screens.admin import came_in_screen
from bots.screens.admin_connect import connected_words
from bots.screens.admin_rules import lapsed_words, offered_screen
from bots.screens.digest import digest_screen
from bots.screens.lists import list_screen
from bots.screens.mirror import album_of, mirror_screen
from bots.screens.moments import clock_time
from bots.screens.question import question_screen
from bots.screens.quoting import one_line
from bots.screens.restored import restored_screen
from bots.screens.room import still_in_words
from bots.screens.screen import Screen, notice
from bots.screens.words import account_words, ending_words
from bots.telegram.bursts import tell_burst, tell_overheard_burst
from bots.telegram.call_notices import tell_of_call, tell_of_recording
from bots.telegram.cards import collapse_card, has_news, post_card, redraw_card, refresh_card, show_files
from bots.telegram.day_notices import tell_of_day
from bots.telegram.held import end_held
from bots.telegram.mirrors import Mirror, find_mirror, redraw_mirror, send_mirror
from bots.telegram.overheard import tell_overheard
from bots.telegram.plan_notices import ask_about_talk, tell_of_automation, tell_of_task
from bots.telegram.queue_card import ONE_SOUND_IN, bring_offer, is_for_list, refresh_list
from bots.telegram.turn import Turn
from hub.domain.delivery import Notice
from hub.domain.errors import NotFound
from hub.domain.ids import ConversationId, ManagerId, MessageId
from hub.domain.message import DeliveryState
from hub.domain.outbound import ChangeKind
from hub.inbox.queries import get_candidate, get_card, get_message, list_waiting
from hub.inbox.views import CardView, MessageView

Payload = Mapping[str, object]
Teller = Callable[[Turn, Payload], Awaitable[list[int]]]

_HEADLINES = {
    Notice.new_lead: "card.fresh",
    Notice.assigned: "card.assigned",
    Notice.transferred: "card.transferred",
    Notice.transfer_returned: "card.returned",
    Notice.queue: "card.in_queue",
    Notice.woken: "card.woken",
    Notice.whisper: "card.whisper",
    Notice.low_rating: "card.low_rating",
}
_WITH_FILES = frozenset({Notice.new_lead, Notice.offer, Notice.assigned, Notice.transferred})


async def tell(turn: Turn, payload: Payload) -> list[int]:
    """Show what a payload of the notify lane describes; the turn's key is the delivery's."""
    kind = Notice(str(payload["notice"]))
    try:
        return await _TELLERS.get(kind, _card)(turn, payload)
    except NotFound:
        await collapse_card(turn, _conversation(payload))
        await refresh_list(turn, _conversation(payload))
        return []


async def _card(turn: Turn, payload: Payload) -> list[int]:
    """Bring the card anew, with sound: a lead, an offer, a missed call, something handed over or back."""
    kind = Notice(str(payload["notice"]))
    card = await turn.desk.reader.get_card(turn.actor, _conversation(payload), language=turn.texts.language)
    ids = await post_card(turn, card, headline=_HEADLINES.get(kind, ""), is_quiet=False, cause=turn.key)
    if kind in _WITH_FILES:
        await show_files(turn, card, card.recent)
    return ids


async def _offer(turn: Turn, payload: Payload) -> list[int]:
    """Bring an offer by a card of its own; where others wait before the manager already, by the list of them."""
    card = await turn.desk.reader.get_card(turn.actor, _conversation(payload), language=turn.texts.language)
    if await is_for_list(turn, card):
        return await bring_offer(turn, card.id)
    return await _card(turn, payload)


async def _offers_changed(turn: Turn, payload: Payload) -> list[int]:
    """Redraw the list of offers, if the chat has one."""
    await refresh_list(turn)
    return []


async def _level(turn: Turn, payload: Payload) -> list[int]:
    """Bring the card because time runs out; a client answered meanwhile alarms nobody."""
    card = await get_card(turn.office, turn.actor, _conversation(payload))
    if payload.get("unconfirmed"):
        headline = "card.unconfirmed"
    elif payload.get("no_open_time"):
        headline = "card.no_open_time"
    elif payload.get("clock") == "resolution":
        headline = "card.resolution_breached"
    elif card.wait is None:
        return await _card_changed(turn, payload)
    elif payload.get("clock") == "callback":
        headline = "card.callback_breached"
    else:
        headline = "card.breached" if turn.now() > card.wait.deadline_at else "card.level"
    return await post_card(turn, card, headline=headline, is_quiet=False, cause=turn.key)


async def _digest(turn: Turn, payload: Payload) -> list[int]:
    """List the late clients who still wait; a single one is told by its card, as an alarm of its own (B-2).

    What was listed is noted, so a repetition shows nothing twice.
    """
    name = f"digest:{turn.key}"
    if await turn.desk.memory.recall(turn.chat.id, name) is not None:
        return []
    told = _told(payload)
    rows = await list_waiting(turn.office, turn.actor, [_number(each, "wait_id") for each in told])
    if len(rows) == 1:
        alarm = next((each for each in told if _conversation(each) == rows[0].id), {})
        return await tell(turn, {**alarm, "notice": Notice.level.value, "conversation_id": rows[0].id})
    if not rows:
        return []
    screen = digest_screen(turn.texts, rows, settled=len(told) - len(rows), now=turn.now())
    ids = await turn.chat.show(screen.aloud())
    await turn.desk.memory.keep(turn.chat.id, name, {"sent": ids}, lasting=CARD_KEPT)
    return ids


async def _shift_ending(turn: Turn, payload: Payload) -> list[int]:
    """List who still waits ten minutes before the shift ends (R-13); once, and nothing if all were answered."""
    name = f"shift:{turn.key}"
    if await turn.desk.memory.recall(turn.chat.id, name) is not None:
        return []
    listed = payload.get("waits")
    waits = [int(str(each)) for each in listed] if isinstance(listed, Sequence) else []
    waiting = await list_waiting(turn.office, turn.actor, waits)
    rows = [row for row in waiting if row.assignee_id == turn.actor.manager_id]
    if not rows:
        return []
    ends_at = datetime.fromisoformat(str(payload["ends_at"]))
    title = turn.texts("shift.ending", time=clock_time(turn.texts, ends_at, zone=rows[0].zone, now=turn.now()))
    ids = await turn.chat.show(list_screen(turn.texts, title, rows, now=turn.now()).aloud())
    await turn.desk.memory.keep(turn.chat.id, name, {"sent": ids}, lasting=CARD_KEPT)
    return ids


def _told(payload: Payload) -> list[Payload]:
    """Return the alarms that a digest holds."""
    told = payload.get("told")
    return [each for each in told if isinstance(each, Mapping)] if isinstance(told, Sequence) else []


async def _client_message(turn: Turn, payload: Payload) -> list[int]:
    """Mirror a message, an album as one; one already mirrored (a repetition, an edit) is redrawn in place.

    Files that arrive later follow as replies to what shows their message: its mirror, or the card. The card is redrawn
    where it shows the message itself, or has something new to say.
    """
    card, parts = await turn.desk.reader.get_message(
        turn.actor, _conversation(payload), _message(payload), language=turn.texts.language
    )
    standing = await turn.desk.memory.look(turn.chat.id, card.id, _message(payload))
    screen = mirror_screen(turn.texts, card, album_of(parts), now=turn.now())
    known = Mirror(card.id, _message(payload), shown=standing.mirror)
    mirror = await redraw_mirror(turn, await _mirror_of(turn, card, parts, known), screen)
    ids: list[int] = []
    if mirror.shown or not payload.get("only_files"):
        rings = not mirror.shown and await _rings(turn, card, standing)
        mirror, ids = await send_mirror(turn, mirror, screen if rings else replace(screen, is_quiet=True))
    await show_files(turn, card, parts, below=mirror.last)
    if standing.card and (not ids or has_news(turn, card, standing.known)):
        await refresh_card(turn, card.id)
    return ids


async def _mirror_of(turn: Turn, card: CardView, parts: Sequence[MessageView], known: Mirror) -> Mirror:
    """Return the mirror if it is `known` where it stands; of an album whichever part it was first drawn for."""
    if known.shown:
        return known
    for part in parts if len(parts) > 1 else ():
        found = await find_mirror(turn, Mirror(card.id, part.id))
        if found.shown:
            return found
    return Mirror(card.id, parts[0].id)


async def _card_changed(turn: Turn, payload: Payload) -> list[int]:
    """Redraw the card; one that was told by mail while this chat could not be reached is owed to it, without sound."""
    if not payload.get("owed"):
        await refresh_card(turn, _conversation(payload))
        await refresh_list(turn, _conversation(payload))
        return []
    card = await turn.desk.reader.get_card(turn.actor, _conversation(payload), language=turn.texts.language)
    standing = await turn.desk.memory.look(turn.chat.id, card.id)
    if await is_for_list(turn, card):
        return await bring_offer(turn, card.id, is_quiet=True)
    if standing.card is None and card.state == "open":
        return await post_card(turn, card, cause=turn.key)
    await redraw_card(turn, card)
    return []


async def _taken_away(turn: Turn, payload: Payload) -> list[int]:
    """Say who has it now, in the card's place; a manager who never saw a card is not bothered.

    The list comes last: it may have to rest, and nobody shall press «Взять» on the card meanwhile.
    """
    winner = payload.get("by_id")
    manager = None if winner is None else await turn.desk.find_manager(ManagerId(int(str(winner))))
    await collapse_card(turn, _conversation(payload), manager.name if manager else "")
    await refresh_list(turn, _conversation(payload))
    return []


async def _match_question(turn: Turn, payload: Payload) -> list[int]:
    asked = await get_candidate(turn.office, turn.actor, _number(payload, "candidate_id"))
    return await turn.chat.show(question_screen(turn.texts, asked))


async def _reply_state(turn: Turn, payload: Payload) -> list[int]:
    """Tell what became of an answer: by a reaction on the manager's own message, failures in words with the ways on."""
    card = await get_card(turn.office, turn.actor, _conversation(payload))
    message = await get_message(turn.office, turn.actor, card.id, _message(payload))
    own = await turn.desk.memory.find_shown(turn.chat.id, message.id, Purpose.answer)
    await end_held(turn, message.id)
    match message.delivery:
        case DeliveryState.sent:
            await refresh_card(turn, card.id)
            is_told = own is None or await turn.chat.react(own, "👌")
            return [] if is_told else await turn.chat.show(feedback.delivered(turn.texts, card), reply_to=own)
        case DeliveryState.failed | DeliveryState.parked:
            return await _bad_news(turn, card, feedback.failed(turn.texts, card, message), own=own)
        case DeliveryState.unknown:
            return await _bad_news(turn, card, feedback.unknown(turn.texts, card, message), own=own)
        case _:
            return []


async def _bad_news(turn: Turn, card: CardView, screen: Screen, *, own: int | None) -> list[int]:
    if own is not None:
        await turn.chat.react(own, "💔")
    ids = await turn.chat.show(screen, reply_to=own)
    await turn.link(ids[-1], card.id, Purpose.notice)
    return ids


async def _reaction(turn: Turn, payload: Payload) -> list[int]:
    """Show a client's mark on an answer (case 46): below the manager's own message, in words where that cannot be."""
    card = await get_card(turn.office, turn.actor, _conversation(payload))
    emoji = str(payload.get("emoji", ""))
    own = await turn.desk.memory.find_shown(turn.chat.id, _message(payload), Purpose.answer)
    if (own is not None and await turn.chat.react(own, emoji or "👌")) or not emoji:
        return []
    message = await get_message(turn.office, turn.actor, card.id, _message(payload))
    ids = await turn.chat.show(feedback.marked(turn.texts, card, message, emoji), reply_to=own)
    await turn.link(ids[-1], card.id, Purpose.notice)
    return ids


async def _change_refused(turn: Turn, payload: Payload) -> list[int]:
    """Say that the client has the earlier text, or still has a deleted answer; the card shows what is there."""
    card = await get_card(turn.office, turn.actor, _conversation(payload))
    own = await turn.desk.memory.find_shown(turn.chat.id, _message(payload), Purpose.answer)
    key = "reply.not_deleted" if payload.get("kind") == ChangeKind.delete else "reply.edited"
    ids = await turn.chat.show(notice(turn.texts(key)).aloud(), reply_to=own)
    await refresh_card(turn, card.id)
    return ids


async def _connection_down(turn: Turn, payload: Payload) -> list[int]:
    name, reason = (one_line(str(payload.get(part, "")), 200) for part in ("name", "reason"))
    words = turn.texts("system.connection_down", name=name, reason=turn.desk.say(reason, turn.texts.language))
    return await turn.chat.show(notice(words).aloud())


async def _connection_up(turn: Turn, payload: Payload) -> list[int]:
    words = turn.texts("system.connection_up", name=one_line(str(payload.get("name", "")), 200))
    return await turn.chat.show(notice(words).aloud())


async def _connection_made(turn: Turn, payload: Payload) -> list[int]:
    return await turn.chat.show(notice(connected_words(turn.texts, payload)).aloud())


async def _connection_ending(turn: Turn, payload: Payload) -> list[int]:
    return await turn.chat.show(notice(ending_words(turn.texts, payload)).aloud())


async def _account(turn: Turn, payload: Payload) -> list[int]:
    return await turn.chat.show(notice(account_words(turn.texts, payload)).aloud())


async def _came_in(turn: Turn, payload: Payload) -> list[int]:
    return await turn.chat.show(came_in_screen(turn.texts, payload).aloud())


async def _room_lost(turn: Turn, payload: Payload) -> list[int]:
    words = turn.texts("room.lost", name=one_line(str(payload.get("name", "")), 60))
    return await turn.chat.show(notice(words).aloud())


async def _room_still_in(turn: Turn, payload: Payload) -> list[int]:
    return await turn.chat.show(notice(still_in_words(turn.texts, payload)).aloud())


async def _draft_offered(turn: Turn, payload: Payload) -> list[int]:
    return await turn.chat.show(offered_screen(turn.texts, payload))


async def _draft_lapsed(turn: Turn, payload: Payload) -> list[int]:
    return await turn.chat.show(notice(lapsed_words(turn.texts, payload)))


async def _restored(turn: Turn, payload: Payload) -> list[int]:
    """Say once that the hub came from a backup and how many clients wait longer than they should (case 38)."""
    policy = turn.office.policy()
    zone = policy.get_line(policy.default_line).calendar.zone
    made = clock_time(turn.texts, datetime.fromisoformat(str(payload["made_at"])), zone=zone, now=turn.now())
    return await turn.chat.show(restored_screen(turn.texts, payload, made=made).aloud())


_TELLERS: Mapping[Notice, Teller] = {
    Notice.offer: _offer,
    Notice.offers_changed: _offers_changed,
    Notice.client_message: _client_message,
    Notice.burst: tell_burst,
    Notice.card_changed: _card_changed,
    Notice.level: _level,
    Notice.digest: _digest,
    Notice.shift_ending: _shift_ending,
    Notice.taken_away: _taken_away,
    Notice.match_question: _match_question,
    Notice.reply_state: _reply_state,
    Notice.reaction: _reaction,
    Notice.change_refused: _change_refused,
    Notice.connection_down: _connection_down,
    Notice.connection_up: _connection_up,
    Notice.connection_ending: _connection_ending,
    Notice.connection_made: _connection_made,
    Notice.came_in: _came_in,
    Notice.room_lost: _room_lost,
    Notice.room_still_in: _room_still_in,
    Notice.draft_offered: _draft_offered,
    Notice.draft_lapsed: _draft_lapsed,
    Notice.account: _account,
    Notice.restored: _restored,
    Notice.overheard: tell_overheard,
    Notice.overheard_burst: tell_overheard_burst,
    Notice.day: tell_of_day,
    Notice.task: tell_of_task,
    Notice.automation: tell_of_automation,
    Notice.call_result: ask_about_talk,
    Notice.call_state: tell_of_call,
    Notice.recording: tell_of_recording,
}


async def _rings(turn: Turn, card: CardView, standing: Standing) -> bool:
    """Tell whether a message may ring: at most once in 30 s a conversation, so that a burst rings once."""
    if not standing.has_sounded:
        await turn.desk.memory.sound(turn.chat.id, card.id, lasting=ONE_SOUND_IN)
    return not standing.has_sounded


def _conversation(payload: Payload) -> ConversationId:
    return ConversationId(_number(payload, "conversation_id"))


def _message(payload: Payload) -> MessageId:
    return MessageId(_number(payload, "message_id"))


def _number(payload: Payload, name: str) -> int:
    return int(str(payload[name]))
