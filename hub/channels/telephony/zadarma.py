"""Zadarma PBX, and Novofon API v1, its fork: signed notifications, routing of a ringing call, callback.

Source: https://zadarma.com/en/support/api/ and https://github.com/zadarma/user-api-v1 (read 2026-11-21). Posts forms
with the header `Signature` = base64 of the *hex* HMAC-SHA1 of three fields, other ones for each event; it covers
neither length nor outcome and never changes for a call. `GET ?zd_echo=x` wants `x` back. Times are the account's wall
clock, and only the start of the call is told: later stages happened when they arrived. NOTIFY_RECORD may come before
NOTIFY_END. A call `answered` without `internal` was taken by a machine. The answer to NOTIFY_START may redirect it.
Calls whose notifications never came are read from /v1/statistics/pbx/ (ten requests a minute at most): one row a leg,
the employee's number only as the end of `sip`; whether a row names the dialled number is not documented.
"""

import base64
import json
import re
from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from urllib.parse import parse_qs, quote_plus, urlencode

from pydantic import Field, SecretStr

from hub.channels.base import PollBatch, Raw, Reply, Responsible
from hub.channels.telephony.base import (
    Outcome,
    Telephony,
    TelephonySettings,
    arrival,
    clean,
    form_of,
    need,
    proof_of,
    refused,
    seconds,
    told_in,
    whole_call,
)
from hub.channels.telephony.history import PastCall, watch_history
from hub.domain.call import VOICEMAIL
from hub.domain.errors import PayloadInvalid, TemporaryFailure, WebhookRejected
from hub.domain.inbound import CallDirection, CallEvent, CallStage
from hub.domain.outbound import SendResult
from hub.net.http import HttpAnswer
from hub.net.payloads import Json
from hub.net.signatures import digest_hex, hmac_hex, is_same_secret

_ARRIVAL = ("caller_id", "called_did", "call_start")
_OUTGOING = ("internal", "destination", "call_start")
_SIGNED = {
    "NOTIFY_START": _ARRIVAL,
    "NOTIFY_INTERNAL": _ARRIVAL,
    "NOTIFY_IVR": _ARRIVAL,
    "NOTIFY_END": _ARRIVAL,
    "NOTIFY_ANSWER": ("caller_id", "destination", "call_start"),
    "NOTIFY_OUT_START": _OUTGOING,
    "NOTIFY_OUT_END": _OUTGOING,
    "NOTIFY_RECORD": ("pbx_call_id", "call_id_with_rec"),
}
_REASONS = {"busy": "busy", "cancel": "cancelled", "no answer": "no_answer"}
_PAGE = 1000
_MOST_PAGES = 5
_ZONES_APART = timedelta(hours=14)
_ECHO = re.compile(r"[\w.-]{1,128}")


class ZadarmaSettings(TelephonySettings):
    """Settings of a PBX account."""

    api_key: SecretStr = Field(description="Key of the API page, for calling from cards and recordings.")
    api_secret: SecretStr = Field(min_length=1, description="Secret of the API page: it signs both directions.")
    previous_api_secret: SecretStr = Field(SecretStr(""), description="The secret before, while it is being changed.")
    api_url: str = Field(
        "https://api.zadarma.com", description="Address of the API; Novofon v1: https://api.novofon.com."
    )
    return_seconds: int = Field(15, ge=3, le=120, description="Seconds the responsible manager rings first.")


def sign(secret: str, text: str) -> str:
    """Return base64 of the hexadecimal HMAC-SHA1, as the provider's own code makes it."""
    return base64.b64encode(hmac_hex(secret, text.encode(), "sha1").encode()).decode()


def signed_text(fields: Mapping[str, str]) -> str:
    """Return what the signature of a notification covers; empty for events without a known rule."""
    return "".join(fields.get(name, "") for name in _SIGNED.get(fields.get("event", ""), ()))


class Zadarma(Telephony[ZadarmaSettings]):
    """See the module."""

    settings_model = ZadarmaSettings
    staff_form = re.compile(r"\d{2,15}", re.ASCII)

    def verify(self, raw: Raw) -> None:
        """Check the header over the fields of the event."""
        self.check_network(raw)
        text = signed_text(proof_of(raw))
        if not text:
            raise WebhookRejected("no rule for the signature of this event")
        secrets = (self.settings.api_secret, self.settings.previous_api_secret)
        valid = [sign(secret.get_secret_value(), text) for secret in secrets if secret.get_secret_value()]
        if not is_same_secret(clean(raw.headers.get("signature")), *valid):
            raise WebhookRejected("Signature mismatch; base64 of the hex HMAC-SHA1 over the fields of the event")

    def handshake(self, raw: Raw) -> Reply | None:
        """Give the token of the registration check back, and answer a look at the address."""
        if raw.method not in {"GET", "HEAD"} or raw.body:
            return None
        token = parse_qs(raw.query).get("zd_echo", [""])[0]
        return Reply(body=token.encode() if _ECHO.fullmatch(token) else b"")

    def parse(self, raw: Raw) -> Sequence[CallEvent]:
        """Return the stages of a notification."""
        fields = form_of(raw)
        match need(fields, "event"):
            case "NOTIFY_START" | "NOTIFY_IVR" | "NOTIFY_INTERNAL" | "NOTIFY_OUT_START":
                return (self._first_stage(fields),)
            case "NOTIFY_ANSWER":
                return (self._answer_stage(fields, raw),)
            case "NOTIFY_END" | "NOTIFY_OUT_END":
                return self._end(fields, raw)
            case "NOTIFY_RECORD":
                return (_record_stage(fields, raw),)
            case _:
                raise PayloadInvalid("event is no notification of a call")

    def question(self, raw: Raw) -> str | None:
        """Return who calls: the answer to NOTIFY_START may route the call."""
        try:
            fields = form_of(raw)
        except PayloadInvalid:
            return None
        return (
            self.client_number(fields.get("caller_id", "")) or None if fields.get("event") == "NOTIFY_START" else None
        )

    def answer(self, raw: Raw, responsible: Responsible | None) -> Reply:
        """Ring the responsible manager first, then as the PBX says; the neutral answer is empty."""
        del raw
        known = responsible or Responsible()
        order: dict[str, object] = {}
        if known.extension:
            order |= {"redirect": known.extension, "return_timeout": self.settings.return_seconds}
        if known.contact_name:
            order["caller_name"] = known.contact_name
        body = json.dumps(order, ensure_ascii=False).encode() if order else b""
        return Reply(body=body, content_type="application/json; charset=utf-8")

    @property
    def can_call(self) -> bool:
        """Tell whether calls can be ordered: the keys of notifications are those of commands."""
        return True

    async def originate(self, extension: str, phone: str, command: str) -> SendResult:
        """Ring the employee, then the client. The provider gives no id back and cannot carry `command`.

        `/v1/request/callback/` says `status` success or error (the provider's own client, read 2026-11-21).
        """
        path, query = "/v1/request/callback/", {"from": extension, "to": phone.lstrip("+")}
        return await self.command(self._get(path, query), command, refusal=_refusal)

    async def batches(self, cursor: Mapping[str, object]) -> AsyncIterator[PollBatch]:
        """Yield the calls that the account knows and no notification told of; see `watch_history`."""
        async for batch in watch_history(self.context, cursor, self._past_calls):
            yield batch

    async def _past_calls(self, since: datetime, until: datetime) -> Sequence[PastCall]:
        """Return the calls that began in the span: the account's zone is asked for widely and read narrowly."""
        span = {
            "start": f"{since - _ZONES_APART:%Y-%m-%d %H:%M:%S}",
            "end": f"{until + _ZONES_APART:%Y-%m-%d %H:%M:%S}",
        }
        legs: dict[str, list[Mapping[str, str]]] = {}
        for page in range(_MOST_PAGES):
            rows = await self._statistics({**span, "version": "2", "skip": str(page * _PAGE), "limit": str(_PAGE)})
            for row in rows:
                legs.setdefault(need(row, "pbx_call_id"), []).append({name: clean(each) for name, each in row.items()})
            if len(rows) < _PAGE:
                return [call for call in map(self._past_call, legs.items()) if since <= call.began_at < until]
        raise TemporaryFailure(f"more than {_MOST_PAGES * _PAGE} rows in the span, too many to compare")

    def _past_call(self, told: tuple[str, Sequence[Mapping[str, str]]]) -> PastCall:
        call, rows = told
        return PastCall(call, min(self.local_instant(need(row, "callstart")) for row in rows), _as_end(call, rows))

    async def _statistics(self, query: Mapping[str, str]) -> Sequence[Mapping[str, Json]]:
        answer = await self._get("/v1/statistics/pbx/", query)
        told = answer.json()
        if answer.status != 200 or not isinstance(told, dict) or told.get("status") != "success":
            raise TemporaryFailure("the account does not show its history of calls", answer.status)
        stats = told.get("stats")
        return [row for row in stats if isinstance(row, dict)] if isinstance(stats, list) else []

    async def recording_address(self, reference: str) -> str:
        """Ask for an address of the recording, good for half an hour."""
        answer = await self._get("/v1/pbx/record/request/", {"call_id": reference, "lifetime": "1800"})
        told = answer.json() if answer.status == 200 else {}
        if not isinstance(told, dict) or told.get("status") != "success":
            raise TemporaryFailure("the recording is not ready", answer.status, timedelta(seconds=40))
        links = [told.get("link"), *(told.get("links") or [])]
        return next((str(link) for link in links if link), "")

    def setup_steps(self, language: str) -> Sequence[str]:
        """Say where the address goes in the cabinet."""
        url = self.context.public_url
        if language == "ru":
            return (
                "Личный кабинет Zadarma (или Novofon, API v1) → Настройки → Интеграции и API → «Ключи и API».",
                "Скопируйте Key в api_key и Secret в api_secret.",
                f"«Уведомления о звонках АТС»: вставьте {url} и сохраните — кабинет проверит адрес (zd_echo).",
                "Включите все уведомления: NOTIFY_START, INTERNAL, ANSWER, END, OUT_START, OUT_END, RECORD, IVR.",
                "В zone укажите часовой пояс из профиля кабинета: время в уведомлениях приходит без пояса.",
            )
        return (
            "Zadarma account (or Novofon, API v1) → Settings → Integrations and API → «Keys and API».",
            "Copy Key to api_key and Secret to api_secret.",
            f"«Notifications about PBX calls»: put {url} there and save; the account checks the address (zd_echo).",
            "Switch on all notifications: NOTIFY_START, INTERNAL, ANSWER, END, OUT_START, OUT_END, RECORD, IVR.",
            "Set zone to the time zone of the account's profile: notifications carry times without one.",
        )

    def _first_stage(self, fields: Mapping[str, str]) -> CallEvent:
        call, event = need(fields, "pbx_call_id"), need(fields, "event")
        is_out = event.startswith("NOTIFY_OUT") or call.startswith("out_")
        client = fields.get("destination" if is_out else "caller_id", "")
        direction = CallDirection.outbound if is_out else CallDirection.inbound
        extension = fields.get("internal", "")
        return CallEvent(
            external_id=f"{call}:{event}:{extension}:ringing",
            call=call,
            stage=CallStage.ringing,
            direction=self.direction_of(direction, client),
            occurred_at=self.local_instant(need(fields, "call_start")),
            client=self.client_number(client),
            client_original=client,
            line_number=self.line_number(fields.get("caller_id" if is_out else "called_did", "")),
            extension=extension,
        )

    def _answer_stage(self, fields: Mapping[str, str], raw: Raw) -> CallEvent:
        ringing = self._first_stage(fields)
        external_id = ringing.external_id.removesuffix("ringing") + "answered"
        at = arrival(raw, ringing.occurred_at)
        return replace(ringing, external_id=external_id, stage=CallStage.answered, occurred_at=at)

    def _end(self, fields: Mapping[str, str], raw: Raw) -> Sequence[CallEvent]:
        ringing, length = self._first_stage(fields), seconds(fields.get("duration", ""))
        is_past = fields.get("is_history") == "1"
        ended_at = ringing.occurred_at + length if is_past else arrival(raw, ringing.occurred_at + length)
        word = need(fields, "disposition").lower()
        recording = fields.get("call_id_with_rec", "") if fields.get("is_recorded") == "1" else ""
        is_machine = ringing.direction is CallDirection.inbound and not ringing.extension
        is_talk = word == "answered" and not is_machine
        reason = "" if is_talk else VOICEMAIL if word == "answered" else _REASONS.get(word, "failed")
        return whole_call(ringing, Outcome(ended_at, length if is_talk else timedelta(0), reason, recording))

    async def _get(self, path: str, query: Mapping[str, str]) -> HttpAnswer:
        text = urlencode(sorted({**query, "format": "json"}.items()), quote_via=quote_plus)
        signature = sign(self.settings.api_secret.get_secret_value(), path + text + digest_hex(text.encode(), "md5"))
        headers = {"Authorization": f"{self.settings.api_key.get_secret_value()}:{signature}"}
        return await self.context.http.request("GET", f"{self.settings.api_url}{path}?{text}", headers=headers)


def _refusal(answer: HttpAnswer) -> SendResult | None:
    """Return why the API refused: `status` of the body decides, whatever the HTTP status."""
    told = told_in(answer)
    return None if told.get("status") == "success" else refused(told.get("message"))


def _record_stage(fields: Mapping[str, str], raw: Raw) -> CallEvent:
    call, recording = need(fields, "pbx_call_id"), need(fields, "call_id_with_rec")
    direction = CallDirection.outbound if call.startswith("out_") else CallDirection.inbound
    external_id = f"{call}:recording:{recording}"
    return CallEvent(external_id, call, CallStage.recording, direction, raw.received_at, recording=recording)


def _as_end(call: str, legs: Sequence[Mapping[str, str]]) -> bytes:
    """Return the legs of a call as the NOTIFY_END that never came: the longest talk decides, else the last leg."""
    told = max(
        legs, key=lambda leg: (leg.get("disposition") == "answered", seconds(leg.get("seconds", "")), leg["callstart"])
    )
    is_out = call.startswith("out_")
    caller, called = (_digits(told.get(name, "")) for name in ("clid", "destination"))
    fields = {
        "event": "NOTIFY_OUT_END" if is_out else "NOTIFY_END",
        "pbx_call_id": call,
        "call_start": min(leg["callstart"] for leg in legs),
        "caller_id": caller,
        "destination" if is_out else "called_did": called,
        "internal": told.get("sip", "").rpartition("-")[2],
        "duration": told.get("seconds", "0"),
        "disposition": told.get("disposition", ""),
        "is_recorded": "0",
        "is_history": "1",
    }
    return urlencode(fields).encode()


def _digits(text: str) -> str:
    """Return the number of a caller that may come with a name: `Ivan <79161234567>`."""
    return re.sub(r"\D", "", text.rpartition("<")[2])


CHANNEL = Zadarma
