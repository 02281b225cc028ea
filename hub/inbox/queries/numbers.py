"""Telephone numbers that have changed hands, for both cards (M-8)."""

from hub.domain.ids import ConversationId
from hub.domain.rights import Person
from hub.inbox.masking import hide_numbers, mask_phone
from hub.inbox.office import Office
from hub.inbox.viewer import Viewed, view
from hub.inbox.views import NumberView
from hub.store import explanations
from hub.store.explanations import NumberMove
from hub.store.pool import acquire


async def list_number_moves(office: Office, actor: Person, conversation_id: ConversationId) -> tuple[NumberView, ...]:
    """Return the numbers that a conversation's client got from others or lost to them, masked as the line says (RG-5).

    Raises:
        NotFound: by rights (RG-2).
    """
    async with acquire(office.pool) as connection:
        viewed = await view(connection, office, actor, conversation_id)
        moves = await explanations.list_number_moves(connection, viewed.card.conversation.contact_id)
    return tuple(_view(viewed, move) for move in moves)


def _view(viewed: Viewed, move: NumberMove) -> NumberView:
    number = move.number if viewed.sees_phones else mask_phone(move.number)
    other = move.other if viewed.sees_phones else hide_numbers(move.other, [move.number])
    return NumberView(number, move.at, has_come=move.has_come, other=other if move.has_come else "")
