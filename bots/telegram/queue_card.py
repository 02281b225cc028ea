"""The queue card: one message a chat that lists what is offered to its manager, where a card each would be a flood.

Who has others before them already that came close to a new offer gets no further card: the list is edited in its place.
An offer counts as brought when the list that was drawn last has it, so a rush of them costs one drawing in
`queue_card_rests`, whoever of them comes first; the others find themselves on it. It is posted anew, aloud, at most
once in half a minute: an edit makes no sound. What was drawn is kept beside the message: ids and a mark of the rest.
"""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Self

from bots.memory import CARD_KEPT, Facts
from bots.screens.lists import SHOWN, offers_pointer, offers_screen
from bots.screens.screen import Screen
from bots.telegram.turn import Turn
from hub.domain.errors import TemporaryFailure
from hub.domain.ids import ConversationId
from hub.inbox.queries import list_these
from hub.inbox.views import CardView, RowView

OTHERS = 2
RUSH = timedelta(seconds=5)
"""So many other offers before a manager that came so close to this one, and it comes by the list."""
ONE_SOUND_IN = timedelta(seconds=30)
TOO_FAR_UP = 10
_NAME = "offers"
_NEVER = datetime(2000, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Drawn:
    """The queue card as it stands: its message (0: none yet), what it lists, its mark, when it was drawn and rang."""

    message: int = 0
    ids: frozenset[int] = frozenset()
    says: str = ""
    drawn_at: datetime = _NEVER
    rang_at: datetime = _NEVER

    @classmethod
    def read(cls, facts: Facts | None) -> Self:
        """Return what was kept; nothing was drawn yet if there is nothing."""
        if not facts:
            return cls()
        ids = facts["ids"]
        return cls(
            message=int(str(facts["message"])),
            ids=frozenset(map(int, ids)) if isinstance(ids, Sequence) else frozenset(),
            says=str(facts["says"]),
            drawn_at=datetime.fromisoformat(str(facts["drawn_at"])),
            rang_at=datetime.fromisoformat(str(facts["rang_at"])),
        )

    def as_facts(self) -> Facts:
        """Return what is kept of it."""
        times = {"drawn_at": self.drawn_at.isoformat(), "rang_at": self.rang_at.isoformat()}
        return {"message": self.message, "ids": sorted(self.ids), "says": self.says, **times}


@dataclass(frozen=True, slots=True)
class _Offers:
    """What is offered now: all of it, and the first rows."""

    ids: Sequence[ConversationId]
    rows: Sequence[RowView] = field(default=())

    def mark(self, language: str) -> str:
        """Return a mark of everything the card says, the passing of time apart."""
        return hashlib.blake2b(repr((language, len(self.ids), self.rows)).encode(), digest_size=8).hexdigest()


async def is_for_list(turn: Turn, card: CardView) -> bool:
    """Tell whether an offer belongs on the list: it has no card of its own, and enough others came close to it.

    Compared are the times at which they came, not the present: after an outage a crowd is a crowd still.
    """
    if not card.offered_to_viewer or card.assignee_id is not None or card.state != "open":
        return False
    if (await turn.desk.memory.look(turn.chat.id, card.id)).card is not None:
        return False
    came_at = {each.id: each.last_message_at for each in await turn.desk.reader.list_offers(turn.actor)}
    own = came_at.pop(card.id, None)
    return own is not None and sum(abs(at - own) <= RUSH for at in came_at.values()) >= OTHERS


async def bring_offer(turn: Turn, conversation_id: ConversationId, *, is_quiet: bool = False) -> list[int]:
    """See to it that the queue card has this offer; return the ids of what was posted.

    Raises:
        TemporaryFailure: the card was drawn a moment ago; its `retry_after` says when it may be drawn again.
    """
    if conversation_id in (await _drawn(turn)).ids:
        return []
    async with turn.desk.queue_cards[turn.chat.id]:
        drawn = await _drawn(turn)
        if conversation_id in drawn.ids:
            return []
        _let_rest(turn, drawn)
        rings = not is_quiet and not _has_rung(turn, drawn)
        is_anew = rings or await _is_far_up(turn, drawn)
        return await _draw(turn, drawn, await _read(turn), is_anew=is_anew, rings=rings)


async def refresh_list(turn: Turn, about: ConversationId | None = None) -> None:
    """Redraw the queue card in place, quietly, if it says something else now; of `about` only where it lists that.

    Raises:
        TemporaryFailure: as `bring_offer`.
    """
    if not _may_differ(await _drawn(turn), about):
        return
    async with turn.desk.queue_cards[turn.chat.id]:
        drawn = await _drawn(turn)
        if not _may_differ(drawn, about):
            return
        offers = await _read(turn)
        if offers.mark(turn.texts.language) != drawn.says:
            _let_rest(turn, drawn)
            await _draw(turn, drawn, offers, is_anew=False, rings=False)


async def is_queue_card(turn: Turn, bot_message_id: int) -> bool:
    """Tell whether a message of the chat is the queue card, which stays where a button on it is pressed."""
    return bot_message_id != 0 and (await _drawn(turn)).message == bot_message_id


def _may_differ(drawn: Drawn, about: ConversationId | None) -> bool:
    return drawn.message != 0 and (about is None or about in drawn.ids)


async def _drawn(turn: Turn) -> Drawn:
    return Drawn.read(await turn.desk.memory.recall(turn.chat.id, _NAME))


async def _read(turn: Turn) -> _Offers:
    ids = [ConversationId(each.id) for each in await turn.desk.reader.list_offers(turn.actor)]
    return _Offers(ids, await list_these(turn.office, turn.actor, ids[:SHOWN]) if ids else ())


def _let_rest(turn: Turn, drawn: Drawn) -> None:
    """Let the notice come again, if the card was drawn a moment ago; a clock that was put back holds up nothing."""
    left = drawn.drawn_at + turn.desk.queue_card_rests - turn.now()
    if timedelta(0) < left <= turn.desk.queue_card_rests:
        raise TemporaryFailure("the queue card was drawn a moment ago", retry_after=left)


def _has_rung(turn: Turn, drawn: Drawn) -> bool:
    return timedelta(0) <= turn.now() - drawn.rang_at < ONE_SOUND_IN


async def _draw(turn: Turn, drawn: Drawn, offers: _Offers, *, is_anew: bool, rings: bool) -> list[int]:
    """Draw it in its place, or below if it shall stand there or is gone; return the ids of what was posted.

    An emptied one never moves.
    """
    screen = offers_screen(turn.texts, offers.rows, total=len(offers.ids), now=turn.now())
    stays = drawn.message != 0 and not (is_anew and offers.ids)
    if stays and await turn.chat.replace(drawn.message, screen):
        await _keep(turn, drawn, offers, message=drawn.message, has_rung=False)
        return []
    return await _post(turn, drawn, offers, screen.aloud() if rings else screen)


async def _post(turn: Turn, drawn: Drawn, offers: _Offers, screen: Screen) -> list[int]:
    """Post it anew and shrink the one before; an emptied one that is gone stays so."""
    if not offers.ids:
        await _keep(turn, drawn, offers, message=0, has_rung=False)
        return []
    ids = await turn.chat.show(screen)
    await _keep(turn, drawn, offers, message=ids[-1], has_rung=not screen.is_quiet)
    if drawn.message:
        await turn.chat.replace(drawn.message, offers_pointer(turn.texts))
    return ids


async def _is_far_up(turn: Turn, drawn: Drawn) -> bool:
    return await turn.desk.memory.count_below(turn.chat.id, drawn.message, upto=TOO_FAR_UP) >= TOO_FAR_UP


async def _keep(turn: Turn, drawn: Drawn, offers: _Offers, *, message: int, has_rung: bool) -> None:
    now = turn.now()
    rang_at = now if has_rung else drawn.rang_at
    kept = Drawn(message, frozenset(offers.ids), offers.mark(turn.texts.language), now, rang_at)
    await turn.desk.memory.keep(turn.chat.id, _NAME, kept.as_facts(), lasting=CARD_KEPT)
