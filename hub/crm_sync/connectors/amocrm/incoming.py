"""What amoCRM sends: webhooks of the account, and what people write in chats where the hub is the channel."""

from collections.abc import Sequence

from hub.channels.base import Peek, Raw
from hub.crm_sync.connectors.amocrm import chats, hooks
from hub.crm_sync.connectors.amocrm.settings import AmoSettings
from hub.domain.errors import PayloadInvalid
from hub.domain.inbound import CrmAnswer, CrmHint


def ensure_ours(raw: Raw, settings: AmoSettings) -> None:
    """Check what proves either kind. Raises: WebhookRejected."""
    if chats.is_chat_hook(raw):
        chats.ensure_signed(raw, settings)
    else:
        hooks.ensure_ours(raw, settings)


def peek(raw: Raw) -> Peek:
    """Return the message's id and its chat, or what a repeated webhook has too and its first record."""
    try:
        if chats.is_chat_hook(raw):
            told = next(iter(chats.read_answer(raw)), None)
            return Peek(told.external_id, f"chat:{told.conversation}") if told else Peek("", "")
        fields = hooks.read_fields(raw.body)
    except PayloadInvalid:
        return Peek("", "")
    return Peek(hooks.event_id(raw, fields), hooks.first_record(fields), hooks.REPEATED_WITHIN)


def read(raw: Raw) -> Sequence[CrmHint | CrmAnswer]:
    """Return which records changed, or what was answered. Raises: PayloadInvalid."""
    return chats.read_answer(raw) if chats.is_chat_hook(raw) else hooks.read_hints(raw)
