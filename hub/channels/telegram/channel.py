"""The Telegram channel: puts its translators together behind the contract of `hub.channels.base`."""

from collections.abc import AsyncIterator, Mapping, Sequence
from typing import ClassVar

from hub.channels.base import (
    Capabilities,
    Channel,
    ChannelSettings,
    CheckResult,
    Context,
    Evidence,
    Peek,
    PollBatch,
    Raw,
    Reply,
)
from hub.channels.telegram import changing, polling, setup
from hub.channels.telegram.bot_api import BotApi
from hub.channels.telegram.business import REPLY_WINDOW
from hub.channels.telegram.downloading import download
from hub.channels.telegram.outgoing_parts import METHODS, TEXT_LIMIT, UPLOAD_LIMIT_BYTES
from hub.channels.telegram.parsing import events_of
from hub.channels.telegram.sending import Sender
from hub.channels.telegram.settings import Mode, TelegramSettings
from hub.channels.telegram.webhook_watch import watch
from hub.channels.telegram.wire import ALLOWED_UPDATES, read_update
from hub.domain.errors import PayloadInvalid, WebhookRejected
from hub.domain.inbound import InboundEvent
from hub.domain.message import Attachment
from hub.domain.outbound import OutboundChange, OutboundMessage, SendResult
from hub.net.payloads import Json, read_json_object
from hub.net.signatures import is_same_secret

_HEADER = "x-telegram-bot-api-secret-token"


class TelegramChannel(Channel[TelegramSettings]):
    """One bot that clients write to. `wanted` are the kinds of updates it asks for; others are lost for good."""

    settings_model: ClassVar[type[ChannelSettings]] = TelegramSettings
    capabilities = Capabilities(
        text_limit=TEXT_LIMIT,
        media=frozenset(METHODS),
        media_limit_bytes=UPLOAD_LIMIT_BYTES,
        account_reply_window=REPLY_WINDOW,
        has_buttons=True,
    )
    evidence = Evidence.documented
    wanted: ClassVar[Sequence[str]] = ALLOWED_UPDATES

    def __init__(self, settings: TelegramSettings, context: Context) -> None:
        super().__init__(settings, context)
        self._api = BotApi(settings, context.http)
        self._sender = Sender(self._api, context)

    def verify(self, raw: Raw) -> None:
        """Compare the secret header; without a secret in the settings everything is rejected."""
        given = raw.headers.get(_HEADER, "")
        secrets = (self.settings.webhook_secret, self.settings.previous_webhook_secret)
        if not given:
            raise WebhookRejected(f"no header {_HEADER}")
        if not given.isascii() or not is_same_secret(given, *(secret.get_secret_value() for secret in secrets)):
            raise WebhookRejected(f"the header {_HEADER} differs from the connection's secret")

    def acknowledge(self, raw: Raw) -> Reply:
        """Say 200 with an empty body: a body could be read as a method call."""
        del raw
        return Reply()

    def peek(self, raw: Raw) -> Peek:
        """Return the update's id and its chat; changes of one business account keep their order too."""
        try:
            update = read_json_object(raw.body)
        except PayloadInvalid:
            return Peek("", "")
        number = update.get("update_id")
        return Peek(str(number) if isinstance(number, int) else "", _chat_id(update))

    def parse(self, raw: Raw) -> Sequence[InboundEvent]:
        """Return what an update tells."""
        return events_of(read_update(raw.body), region=self.settings.region, received_at=raw.received_at)

    async def batches(self, cursor: Mapping[str, object]) -> AsyncIterator[PollBatch]:
        """Yield batches for ever; of a bot whose updates come by webhook, what became of them at Telegram."""
        polled = (
            polling.poll(
                self._api,
                self.context.clock,
                cursor,
                wanted=self.wanted,
                connected_at=self.context.connected_at,
            )
            if self.settings.mode is Mode.polling
            else watch(self._api, self.settings, self.context, cursor=cursor, wanted=self.wanted)
        )
        async for batch in polled:
            yield batch

    async def send(self, message: OutboundMessage) -> SendResult:
        """Send text and files; a repeated send may arrive twice, Telegram knows no key."""
        return await self._sender.send(message)

    async def change(self, wanted: OutboundChange) -> SendResult:
        """Edit or delete what was sent, or put a reaction below what the client wrote."""
        return await changing.change(self._api, self.context.clock, wanted)

    async def fetch_media(self, attachment: Attachment) -> AsyncIterator[bytes]:
        """Yield a file of up to 20 MB by its file id, whole."""
        yield await download(self._api, attachment.provider_ref)

    async def check(self) -> CheckResult:
        """Ask who the bot is and how its updates leave."""
        return await setup.check(self._api, self.settings, self.wanted)

    async def start_link(self, payload: str) -> str:
        """Return the deep link of the bot. Source: core.telegram.org/api/links#bot-links (read 2026-11-22)."""
        return await setup.start_link(self._api, payload)

    async def subscribe(self) -> CheckResult:
        """Set the webhook, or take it away for polling."""
        return await setup.subscribe(self._api, self.settings, self.context.public_url, wanted=self.wanted)

    def setup_steps(self, language: str) -> Sequence[str]:
        """Return what to do in Telegram."""
        return setup.list_steps(self.settings, self.context.public_url, language)


def _chat_id(update: Mapping[str, Json]) -> str:
    """Return the chat an update is about, whatever its kind, or the business account; empty if it names none."""
    connection = update.get("business_connection")
    if isinstance(connection, dict) and isinstance(connection.get("id"), str):
        return f"account:{connection['id']}"
    for content in update.values():
        if isinstance(content, dict) and (number := _number_of_chat(content)) is not None:
            return str(number)
    return ""


def _number_of_chat(content: Mapping[str, Json]) -> int | None:
    """Return the chat of a message, a membership or a reaction; of a press its message's, of a search its person."""
    message = content.get("message")
    for holder in (
        content.get("chat"),
        message.get("chat") if isinstance(message, dict) else None,
        content.get("from"),
    ):
        if isinstance(holder, dict) and isinstance(holder.get("id"), int):
            return int(holder["id"])
    return None
