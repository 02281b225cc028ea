"""What people look at: every query asks for rights first and shows nothing beyond them (RG-2, RG-3, RG-5).

Reading changes nothing. A thing of others answers as if it did not exist: `NotFound`.
"""

from hub.inbox.explain import explain_conversation
from hub.inbox.queries.candidates import get_candidate
from hub.inbox.queries.cards import get_card, get_history, get_message
from hub.inbox.queries.crms import list_crm_cards
from hub.inbox.queries.lines import list_other_lines
from hub.inbox.queries.lists import (
    find_conversation_by_number,
    get_desk,
    list_desks,
    list_mine,
    list_overdue,
    list_queue,
    list_these,
    list_waiting,
)
from hub.inbox.queries.numbers import list_number_moves
from hub.inbox.queries.people import get_actor_by_telegram, list_receivers, responsible_for
from hub.inbox.queries.reader import Reader
from hub.inbox.queries.searching import find_conversations

__all__ = [
    "Reader",
    "explain_conversation",
    "find_conversation_by_number",
    "find_conversations",
    "get_actor_by_telegram",
    "get_candidate",
    "get_card",
    "get_desk",
    "get_history",
    "get_message",
    "list_crm_cards",
    "list_desks",
    "list_mine",
    "list_number_moves",
    "list_other_lines",
    "list_overdue",
    "list_queue",
    "list_receivers",
    "list_these",
    "list_waiting",
    "responsible_for",
]
