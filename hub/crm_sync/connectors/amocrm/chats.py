"""Chats API: the hub stands as a channel, so clients' messages appear in amoCRM's chats and people answer there.

Source: https://www.amocrm.ru/developers/content/chats/chat-start, .../chat-api-reference and .../chat-webhooks (read
2026-11-22). Another host and another signature: HMAC-SHA1 over method, MD5 of the exact bytes, type, date (good for
fifteen minutes) and path. Channel, secret and bot are issued by the vendor's support. A chat made before its first
message and linked with a card makes no unclaimed lead; one chat has one card. A hook is signed over its body alone,
comes once, and is not repeated. Users have other ids here. What a message id that is sent twice makes is not
documented: after a lost answer the history of the card's chats is read.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from email.utils import format_datetime
from urllib.parse import quote

from hub.channels.base import Context, Raw
from hub.crm_sync.base import Entry, Place, Refused, Talk, Written
from hub.crm_sync.calling import Caller, Limit
from hub.crm_sync.connectors.amocrm.account import Account
from hub.crm_sync.connectors.amocrm.api import Api, Row, embedded, object_of, rows_of, vendor_words
from hub.crm_sync.connectors.amocrm.bodies import number, one_line
from hub.crm_sync.connectors.amocrm.settings import AmoSettings
from hub.crm_sync.connectors.amocrm.snapshots import instant
from hub.crm_sync.wording import shortened
from hub.domain.crm import CrmRef
from hub.domain.errors import (
    AuthenticationFailed,
    OutcomeUnknown,
    PayloadInvalid,
    PermanentFailure,
    ProviderError,
    WebhookRejected,
)
from hub.domain.inbound import CrmAnswer
from hub.net.http import HttpAnswer
from hub.net.payloads import Json, clean_text, read_json_object
from hub.net.signatures import digest_hex, hmac_hex, is_same_secret

MESSAGE = "chat_messages"
_TYPE = "application/json"
_LONGEST_TEXT = 9_000
_DELIVERED, _FAILED, _OTHER_ERROR = 1, -1, 905
_HISTORY = 50
_LOOKED_AT_CHATS = 5


@dataclass(frozen=True, slots=True)
class Chats:
    """The chats of one account; remembers which are linked with their cards."""

    api: Api
    account: Account
    context: Context
    _linked: set[tuple[str, str]] = field(default_factory=set)

    async def connect(self) -> None:
        """Connect the account to the channel; to be repeated after each installation of the integration."""
        settings = self.api.settings
        body = {"account_id": await self.account.chat_account(), "title": "Hub", "hook_api_version": "v2"}
        await self._call("POST", f"/v2/origin/custom/{settings.chat_channel}/connect", body)

    async def say(self, said: Entry, talk: Talk, *, key: str) -> Written:
        """Show a message in the chat of its conversation, which is the card's."""
        client = _client(talk)
        scope, chat = await self._scope(), conversation_of(talk.conversation)
        await self._link(scope, chat, talk)
        text = shortened("\n".join((said.text, *said.files)).strip() or "…", _LONGEST_TEXT, self.api.settings.language)
        milliseconds = int(said.at.timestamp() * 1000)
        payload: dict[str, Json] = {
            "timestamp": milliseconds // 1000,
            "msec_timestamp": milliseconds,
            "msgid": key,
            "conversation_id": chat,
            "silent": not said.is_inbound,
            "message": {"type": "text", "text": text},
        }
        sides = {"sender": client} if said.is_inbound else {"sender": await self._author(said), "receiver": client}
        told = await self._call("POST", scope, {"event_type": "new_message", "payload": {**payload, **sides}})
        made = told.get("new_message")
        if not isinstance(made, dict) or not made.get("msgid"):
            raise OutcomeUnknown("amoCRM's chats have taken a message and do not say as which")
        return Written(CrmRef(MESSAGE, str(made["msgid"])))

    async def find(self, key: str, place: Place) -> CrmRef | None:
        """Return the message that was said with `key` in one of the card's chats."""
        scope = await self._scope()
        for chat in (await self._chats_of("contact_id", place.contact.id))[:_LOOKED_AT_CHATS]:
            path = f"{scope}/chats/{chat['chat_id']}/history"
            for row in rows_of((await self._call("GET", path, None, f"?limit={_HISTORY}")).get("messages")):
                message = row.get("message")
                if isinstance(message, dict) and message.get("client_id") == key and message.get("id"):
                    return CrmRef(MESSAGE, str(message["id"]))
        return None

    async def confirm(self, answer: CrmAnswer, problem: str) -> None:
        """Mark an answer as delivered, or show why it was not; one that is gone there is nobody's to read."""
        body: dict[str, Json] = {"status_code": _DELIVERED}
        if problem:
            body = {"status_code": _FAILED, "error_code": _OTHER_ERROR, "error": problem}
        try:
            path = f"{await self._scope()}/{quote(answer.external_id, safe='')}/delivery_status"
            await self._call("POST", path, body)
        except PermanentFailure as error:
            if error.reason != Refused.missing:
                raise

    async def _scope(self) -> str:
        return f"/v2/origin/custom/{self.api.settings.chat_channel}_{await self.account.chat_account()}"

    async def _link(self, scope: str, chat: str, talk: Talk) -> None:
        """Make the chat, unless it is there, and the card's, unless it is."""
        known = (chat, talk.place.contact.id)
        if known in self._linked:
            return
        made = await self._call("POST", f"{scope}/chats", {"conversation_id": chat, "user": _client(talk)})
        if not made.get("id"):
            raise OutcomeUnknown("amoCRM's chats have made a chat and do not say which")
        card = number(talk.place.contact.id)
        if card not in {row.get("contact_id") for row in await self._chats_of("chat_id", str(made["id"]))}:
            body = [{"contact_id": card, "chat_id": str(made["id"])}]
            await self.api.write("POST", "/api/v4/contacts/chats", body)
        self._linked.add(known)

    async def _chats_of(self, name: str, value: str) -> Sequence[Row]:
        told = await self.api.read("/api/v4/contacts/chats", [(f"{name}[]", value)])
        return [row for row in embedded(told, "chats") if row.get("chat_id")]

    async def _author(self, said: Entry) -> Row:
        """Return who answered: the person's own id in the chats, the channel's bot for whom amoCRM does not know."""
        known = await self.account.chat_user(said.user) if said.user else ""
        author = one_line(said.author) or "Hub"
        return {"id": f"hub-{said.user or 'bot'}", "name": author, "ref_id": known or self.api.settings.chat_bot}

    async def _call(self, method: str, path: str, body: Mapping[str, Json] | None, query: str = "") -> Row:
        settings, data = self.api.settings, b"" if body is None else json.dumps(body, ensure_ascii=False).encode()
        limit = Limit("chats", settings.requests_per_second, burst=2)
        caller = Caller(self.context, settings.account, (limit,), _judge)
        is_write = method != "GET"
        headers = signed(settings, method, path, data, format_datetime(self.context.clock.now()))
        answer = await caller.ask(
            method, f"{settings.chat_base}{path}{query}", is_write=is_write, headers=headers, data=data or None
        )
        return object_of(answer, is_write=is_write) if answer.body.strip() else {}


def signed(settings: AmoSettings, method: str, path: str, body: bytes, date: str) -> dict[str, str]:
    """Return the four headers of a call; the path is without query."""
    digest = digest_hex(body, "md5")
    text = "\n".join((method, digest, _TYPE, date, path))
    signature = hmac_hex(settings.chat_secret.get_secret_value(), text.encode(), "sha1")
    return {"Date": date, "Content-Type": _TYPE, "Content-MD5": digest, "X-Signature": signature}


def conversation_of(conversation: str) -> str:
    """Return the chat's id on our side."""
    return f"hub-{conversation}"


def is_chat_hook(raw: Raw) -> bool:
    """Tell a message of the chats from a webhook of the account: one is JSON, the other a form."""
    return raw.body.lstrip()[:1] == b"{"


def ensure_signed(raw: Raw, settings: AmoSettings) -> None:
    """Check the signature over the bytes as they came.

    Raises:
        WebhookRejected: it is wrong, or this connection has no chats.
    """
    secret = settings.chat_secret.get_secret_value()
    if not secret:
        raise WebhookRejected("a message of the chats, and this connection has no channel")
    if not is_same_secret(raw.headers.get("x-signature", ""), hmac_hex(secret, raw.body, "sha1")):
        raise WebhookRejected("X-Signature mismatch; HMAC-SHA1 over the body as it came")


def read_answer(raw: Raw) -> Sequence[CrmAnswer]:
    """Return what somebody wrote in one of our chats; what has no chat of ours is left out.

    Raises:
        PayloadInvalid: it is none of the documented form.
    """
    told = _part(read_json_object(raw.body), "message")
    message, conversation = _part(told, "message"), _part(told, "conversation")
    number_of_ours = str(conversation.get("client_id") or "").removeprefix("hub-")
    text = "\n".join(part for part in (str(message.get("text") or ""), _media(message)) if part)
    if not number_of_ours.isdecimal() or not text:
        return ()
    external_id = str(message.get("id") or "")
    if not external_id:
        raise PayloadInvalid("a message of the chats has no id")
    return (
        CrmAnswer(
            external_id=clean_text(external_id),
            conversation=number_of_ours,
            user=str(_part(told, "sender").get("id") or ""),
            text=text,
            occurred_at=instant(told.get("timestamp")) or raw.received_at,
        ),
    )


def _media(message: Row) -> str:
    link, name = str(message.get("media") or ""), str(message.get("file_name") or "")
    return f"{name}: {link}" if link and name else link


def _part(told: Row, name: str) -> Row:
    found = told.get(name)
    if not isinstance(found, dict):
        raise PayloadInvalid(f"a message of the chats has no {name}")
    return found


def _client(talk: Talk) -> Row:
    """Return the client as a participant of the chat."""
    person = talk.person
    profile = {"phone": next(iter(person.phones), ""), "email": next(iter(person.emails), "")}
    shown = {"id": f"hub-contact-{talk.place.contact.id}", "name": one_line(person.name) or "—", "profile": profile}
    return {**shown, "profile_link": person.link} if person.link else shown


def _judge(answer: HttpAnswer) -> ProviderError | None:
    """Read a refusal of the chats; None leaves it to the status."""
    match answer.status:
        case 403:
            text = "amoCRM's chats refuse the signature: chat_secret is wrong, or this machine's clock is"
            return AuthenticationFailed(text, 403)
        case 400:
            return PermanentFailure(f"amoCRM's chats: {vendor_words(answer)}", 400, reason=Refused.invalid)
        case _:
            return None
