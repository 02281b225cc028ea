"""A delivery: one outgoing effect, written in the commit that decided it, carried out afterwards by `hub.delivery`."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from hub.domain.ids import ConnectionId, ConversationId, DeliveryId, ManagerId, MessageId
from hub.domain.message import DeliveryState


class Lane(StrEnum):
    """Lanes are worked apart, so that a dead CRM never delays an answer."""

    reply = "reply"
    notify = "notify"
    call = "call"
    media = "media"
    crm = "crm"
    webhook = "webhook"


class Notice(StrEnum):
    """What a manager is told; the `notice` of a notify delivery's payload.

    The screen is made from the state at sending, the payload only names the thing: `conversation_id`, `wait_id`,
    `message_id`, `level`, `candidate_id`, `lost_to` … A `digest` names several in `told`: payloads of `level` notices.
    `offers_changed` names no conversation: something that was offered to the manager is not any more.
    """

    new_lead = "new_lead"
    offer = "offer"
    client_message = "client_message"
    card_changed = "card_changed"
    missed_call = "missed_call"
    assigned = "assigned"
    transferred = "transferred"
    transfer_returned = "transfer_returned"
    taken_away = "taken_away"
    queue = "queue"
    level = "level"
    digest = "digest"
    match_question = "match_question"
    reply_state = "reply_state"
    call_state = "call_state"
    recording = "recording"
    woken = "woken"
    shift_ending = "shift_ending"
    connection_down = "connection_down"
    connection_up = "connection_up"
    connection_ending = "connection_ending"
    connection_made = "connection_made"
    task = "task"
    call_result = "call_result"
    automation = "automation"
    restored = "restored"
    mail_refused = "mail_refused"
    reaction = "reaction"
    change_refused = "change_refused"
    low_rating = "low_rating"
    burst = "burst"
    whisper = "whisper"
    offers_changed = "offers_changed"
    room_lost = "room_lost"
    room_farewell = "room_farewell"
    room_still_in = "room_still_in"
    draft_offered = "draft_offered"
    draft_lapsed = "draft_lapsed"
    overheard = "overheard"
    overheard_burst = "overheard_burst"
    day = "day"
    account = "account"
    came_in = "came_in"
    chat_ended = "chat_ended"


@dataclass(frozen=True, slots=True)
class Delivery:
    """One outgoing effect.

    `key` makes it unique for ever. `order_key` (hashed to `order_hash` for the store) orders within a lane: the thread
    for replies, the manager's chat and conversation for notices. `due_at` UTC. `external_ids` are the provider's ids of
    accepted parts. Written by a fold as queued; every later state is the worker's.
    """

    id: DeliveryId
    lane: Lane
    order_hash: int
    key: str
    due_at: datetime
    created_at: datetime
    payload: Mapping[str, object] = field(default_factory=dict)
    connection_id: ConnectionId | None = None
    conversation_id: ConversationId | None = None
    message_id: MessageId | None = None
    manager_id: ManagerId | None = None
    state: DeliveryState = DeliveryState.queued
