"""What each notice says in a letter: from the state at sending, drawn from the screens of `bots.screens`.

A card carries the tail of its history, since a letter has no button to turn pages. What the manager may not see any
more, or what has settled itself meanwhile, makes no letter.
"""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime

from bots.screens import feedback
from bots.screens.action import Press
from bots.screens.admin import came_in_screen
from bots.screens.admin_connect import connected_words
from bots.screens.admin_rules import lapsed_words, offered_screen
from bots.screens.card import card_screen
from bots.screens.day import day_screen
from bots.screens.digest import digest_screen
from bots.screens.headlines import HEADLINES, level_headline
from bots.screens.history import Page, history_screen
from bots.screens.lists import list_screen
from bots.screens.mirror import album_of, mirror_screen
from bots.screens.moments import clock_time
from bots.screens.quoting import one_line
from bots.screens.room import still_in_words
from bots.screens.screen import Row, Screen, line, notice
from bots.screens.tasks import task_screen
from bots.screens.words import account_words, channel_name, contact_name, ending_words
from bots.texts import Texts
from hub.domain.delivery import Notice
from hub.domain.errors import NotFound
from hub.domain.ids import ConversationId, LineKey, MessageId
from hub.domain.message import DeliveryState
from hub.domain.rights import Person
from hub.inbox.office import Office
from hub.inbox.queries import get_card, get_history, get_message, list_waiting
from hub.inbox.queries.day import find_day
from hub.inbox.queries.plans import get_task
from hub.inbox.views import CardView

Payload = Mapping[str, object]
_TASKS = {"made": "task.made", "before": "task.before", "due": "task.due", "after": "task.after"}
_LINKED = frozenset({Press.take, Press.close})
_WHOLE = 100_000
"""A letter has place for what a card cuts, and no button that would bring it."""


@dataclass(frozen=True, slots=True)
class Telling:
    """One notice for one manager, who reads `texts`."""

    office: Office
    actor: Person
    texts: Texts

    def now(self) -> datetime:
        """Return the instant in UTC."""
        return self.office.clock.now()


@dataclass(frozen=True, slots=True)
class Told:
    """What a letter says. `card` is set where it shows a conversation, so that a reply to it answers the client."""

    subject: str
    screens: Sequence[Screen]
    card: CardView | None = None
    footer: str = ""

    @property
    def line(self) -> LineKey:
        """Return the line of the conversation, empty without one."""
        return self.card.line if self.card is not None else LineKey("")


Teller = Callable[[Telling, Payload], Awaitable[Told | None]]


async def tell(telling: Telling, payload: Payload) -> Told | None:
    """Return what a notice says by mail, `None` where there is nothing to say any more. Raises: NotFound by rights."""
    return await _TELLERS.get(Notice(str(payload["notice"])), _card)(telling, payload)


async def _card(telling: Telling, payload: Payload) -> Told:
    card = await _get(telling, payload)
    return await _carded(telling, card, HEADLINES.get(Notice(str(payload["notice"])), ""))


async def _client_message(telling: Telling, payload: Payload) -> Told | None:
    """Return the whole message and the card below it; files that come later make no letter of their own."""
    if payload.get("only_files"):
        return None
    card = await _get(telling, payload)
    message = await get_message(telling.office, telling.actor, card.id, MessageId(_number(payload, "message_id")))
    said = mirror_screen(telling.texts, card, album_of([message]), now=telling.now())
    return await _carded(telling, card, "mail.said_more", above=Screen(said.blocks))


async def _level(telling: Telling, payload: Payload) -> Told | None:
    """Return the card because time runs out; a client answered meanwhile alarms nobody."""
    card = await _get(telling, payload)
    is_of_wait = not {"unconfirmed", "no_open_time"} & set(payload) and payload.get("clock") != "resolution"
    if is_of_wait and card.wait is None:
        return None
    return await _carded(telling, card, level_headline(card, payload, telling.now()))


async def _digest(telling: Telling, payload: Payload) -> Told | None:
    """List the late clients who still wait."""
    named = payload.get("told")
    told = [each for each in named if isinstance(each, Mapping)] if isinstance(named, Sequence) else []
    rows = await list_waiting(telling.office, telling.actor, [_number(each, "wait_id") for each in told])
    if not rows:
        return None
    screen = digest_screen(telling.texts, rows, settled=len(told) - len(rows), now=telling.now())
    return Told(screen.blocks[0].text, [screen])


async def _day(telling: Telling, payload: Payload) -> Told | None:
    """Tell the day in words: what the picture shows stands in them."""
    view = await find_day(telling.office, telling.actor, date.fromisoformat(str(payload["day"])))
    if view is None:
        return None
    screen = day_screen(telling.texts, view, now=telling.now())
    return Told(screen.blocks[0].text, [screen])


async def _shift_ending(telling: Telling, payload: Payload) -> Told | None:
    """List who still waits shortly before the shift ends (R-13)."""
    listed = payload.get("waits")
    waits = [int(str(each)) for each in listed] if isinstance(listed, Sequence) else []
    waiting = await list_waiting(telling.office, telling.actor, waits)
    rows = [row for row in waiting if row.assignee_id == telling.actor.manager_id]
    if not rows:
        return None
    ends_at = datetime.fromisoformat(str(payload["ends_at"]))
    at = clock_time(telling.texts, ends_at, zone=rows[0].zone, now=telling.now())
    title = telling.texts("shift.ending", time=at)
    return Told(title, [list_screen(telling.texts, title, rows, now=telling.now())])


async def _reply_state(telling: Telling, payload: Payload) -> Told | None:
    """Say that an answer did not arrive, or that nobody knows; one that arrived makes no letter."""
    card = await _get(telling, payload)
    message = await get_message(telling.office, telling.actor, card.id, MessageId(_number(payload, "message_id")))
    if message.delivery in (DeliveryState.failed, DeliveryState.parked):
        return await _carded(telling, card, above=feedback.failed(telling.texts, card, message))
    if message.delivery is DeliveryState.unknown:
        return await _carded(telling, card, above=feedback.unknown(telling.texts, card, message))
    return None


async def _task(telling: Telling, payload: Payload) -> Told | None:
    """Bring a task; one that is done alarms nobody."""
    task = await get_task(telling.office, telling.actor, _number(payload, "task_id"))
    if not task.is_open:
        return None
    headline = _TASKS.get(str(payload.get("word", "")), "task.due")
    screen = task_screen(telling.texts, task, now=telling.now(), headline=headline)
    return Told(f"{telling.texts(headline)}: {one_line(task.what, 60)}", [screen])


async def _automation(telling: Telling, payload: Payload) -> Told:
    card = await _get(telling, payload)
    said = one_line(str(payload["en" if telling.texts.language == "en" else "ru"]), 200)
    name = contact_name(telling.texts, card.contact_name)
    words = telling.texts("automation.found", said=said, number=card.number, name=name)
    return await _carded(telling, card, above=notice(words))


async def _connection_down(telling: Telling, payload: Payload) -> Told:
    name, reason = (one_line(str(payload.get(part, "")), 200) for part in ("name", "reason"))
    words = telling.texts("system.connection_down", name=name, reason=reason)
    return Told(one_line(words, 100), [notice(words)])


async def _connection_up(telling: Telling, payload: Payload) -> Told:
    words = telling.texts("system.connection_up", name=one_line(str(payload.get("name", "")), 200))
    return Told(one_line(words, 100), [notice(words)])


async def _connection_made(telling: Telling, payload: Payload) -> Told:
    words = connected_words(telling.texts, payload)
    return Told(words, [notice(words)])


async def _connection_ending(telling: Telling, payload: Payload) -> Told:
    words = ending_words(telling.texts, payload)
    return Told(one_line(words, 100), [notice(words)])


async def _account(telling: Telling, payload: Payload) -> Told:
    words = account_words(telling.texts, payload)
    return Told(one_line(words, 100), [notice(words)])


async def _came_in(telling: Telling, payload: Payload) -> Told:
    screen = came_in_screen(telling.texts, payload)
    return Told(one_line(screen.text, 100), [Screen(screen.blocks)])


async def _room_lost(telling: Telling, payload: Payload) -> Told:
    words = telling.texts("room.lost", name=one_line(str(payload.get("name", "")), 60))
    return Told(one_line(words, 100), [notice(words)])


async def _room_still_in(telling: Telling, payload: Payload) -> Told:
    words = still_in_words(telling.texts, payload)
    return Told(one_line(words, 100), [notice(words)])


async def _draft_offered(telling: Telling, payload: Payload) -> Told:
    screen = offered_screen(telling.texts, payload)
    return Told(one_line(screen.text, 100), [Screen(screen.blocks)])


async def _draft_lapsed(telling: Telling, payload: Payload) -> Told:
    words = lapsed_words(telling.texts, payload)
    return Told(one_line(words, 100), [notice(words)])


async def _refused(telling: Telling, payload: Payload) -> Told:
    """Say why an answer by mail did not go to the client; a reply to this letter is another try.

    Who may not see the conversation (any more) reads the reason alone.
    """
    texts = telling.texts
    words = texts(f"mail.refused_{payload['reason']}", winner=one_line(str(payload.get("winner", ""))))
    try:
        card = await _get(telling, payload)
    except NotFound:
        told = texts("mail.refused_plain")
        return Told(told, [Screen((line(told), line(words)))])
    told = texts("mail.refused", number=card.number)
    return replace(await _carded(telling, card, above=Screen((line(told), line(words)))), subject=told)


async def _carded(telling: Telling, card: CardView, headline: str = "", *, above: Screen | None = None) -> Told:
    """Return the card with what stands `above` it and the tail of its history below."""
    texts, now = telling.texts, telling.now()
    messages, has_older = await get_history(telling.office, telling.actor, card.id, page=0)
    drawn = card_screen(texts, card, now=now, headline=headline)
    shown = Screen(drawn.blocks, _linked(drawn.rows))
    past = history_screen(texts, card, Page(messages, 0, has_older), now=now, text_limit=_WHOLE)
    first = (Screen(above.blocks),) if above is not None else ()
    why = texts(headline) if headline else texts("mail.about")
    name = contact_name(texts, card.contact_name)
    subject = texts("mail.subject", why=why, number=card.number, name=name, channel=channel_name(texts, card.channel))
    return Told(subject, (*first, shown, Screen(past.blocks)), card, _footer(texts, card))


def _linked(rows: Sequence[Row]) -> tuple[Row, ...]:
    """Return the buttons that a page can carry out."""
    return (tuple(each for row in rows for each in row if each.action is not None and each.action.press in _LINKED),)


def _footer(texts: Texts, card: CardView) -> str:
    if card.only_address is not None:
        return texts("mail.hint_address", address=one_line(card.only_address.text))
    if not card.reply_channel:
        return texts("mail.no_channel")
    return texts("mail.hint", channel=channel_name(texts, card.reply_channel))


async def _get(telling: Telling, payload: Payload) -> CardView:
    return await get_card(telling.office, telling.actor, ConversationId(_number(payload, "conversation_id")))


def _number(payload: Payload, name: str) -> int:
    return int(str(payload[name]))


_TELLERS: Mapping[Notice, Teller] = {
    Notice.client_message: _client_message,
    Notice.level: _level,
    Notice.digest: _digest,
    Notice.day: _day,
    Notice.shift_ending: _shift_ending,
    Notice.reply_state: _reply_state,
    Notice.task: _task,
    Notice.automation: _automation,
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
    Notice.mail_refused: _refused,
}
