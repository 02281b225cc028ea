"""Sipuni: one address for all events, by GET or POST, and click-to-call.

Source: https://doc.sipuni.com (sending HTTP events, read 2026-11-21); commands as in
https://github.com/bzdvdn/sipuni-api-wrapper. `event` 1 rings a number, 3 answers, 4 ends a leg, 2 ends the call and
is final; 5 and 6 are about phones. Nothing is signed: the secret is the address, and `networks` may narrow it. The
answer must be JSON with `success: true`, or sending may be suspended, so everything stored is answered so. Times are
unix seconds, `call_answer_timestamp` 0 means no answer. Numbers of employees carry a user code: `short_*` do not.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import timedelta
from urllib.parse import parse_qs, urlencode, urlsplit

from pydantic import Field, SecretStr

from hub.channels.base import Raw, Reply
from hub.channels.telephony.base import (
    RECORDING_DEADLINE,
    RECORDING_LIMIT_BYTES,
    Outcome,
    Telephony,
    TelephonySettings,
    form_of,
    need,
    refused,
    told_in,
    unix_instant,
    whole_call,
)
from hub.domain.call import ABANDONED_IN_MENU
from hub.domain.errors import PayloadInvalid
from hub.domain.inbound import CallDirection, CallEvent, CallStage
from hub.domain.outbound import Failed, SendResult
from hub.net.http import HttpAnswer
from hub.net.signatures import digest_hex

_STAGES = {"1": CallStage.ringing, "3": CallStage.answered, "4": CallStage.ended}
_FINAL, _ABOUT_PHONES = "2", frozenset({"5", "6"})
_EXTERNAL, _LONGEST_EXTENSION = "1", 6
_REASONS = {
    "NOANSWER": "no_answer",
    "CANCEL": "cancelled",
    "BUSY": "busy",
    "CONGESTION": "failed",
    "CHANUNAVAIL": "unavailable",
}
_SUCCESS = Reply(body=b'{"success": true}', content_type="application/json; charset=utf-8")


class SipuniSettings(TelephonySettings):
    """Settings of an account."""

    user: str = Field("", description="Number of the account in the API (user), for calling from cards, e.g. 012345.")
    api_secret: SecretStr = Field(SecretStr(""), description="Key of the API, for calling from cards.")
    api_url: str = Field("https://sipuni.com/api", description="Address of the provider's API.")


def sign(values: Mapping[str, str], secret: str) -> str:
    """Return the hash of a command: MD5 of the values in the order of their names and the secret, joined by plus."""
    return digest_hex("+".join([*(values[name] for name in sorted(values)), secret]).encode(), "md5")


class Sipuni(Telephony[SipuniSettings]):
    """See the module."""

    settings_model = SipuniSettings

    def verify(self, raw: Raw) -> None:
        """Check the network; the unguessable address is the only other proof there is."""
        self.check_network(raw)

    def handshake(self, raw: Raw) -> Reply | None:
        """Answer a ping: a request without any field."""
        return _SUCCESS if not raw.body and not raw.query else None

    def acknowledge(self, raw: Raw) -> Reply:
        """Say the word without which sending is suspended."""
        del raw
        return _SUCCESS

    def parse(self, raw: Raw) -> Sequence[CallEvent]:
        """Return the stages; events about phones are ignored."""
        fields = form_of(raw)
        kind = need(fields, "event")
        if kind in _ABOUT_PHONES:
            return ()
        if kind == _FINAL:
            return self._end(fields)
        if kind not in _STAGES:
            raise PayloadInvalid("event is none of 1 to 6")
        ringing = self._ringing(fields, need(fields, "timestamp"))
        leg = ringing.extension or fields.get("dst_num", "")
        at = fields["timestamp"]
        external_id = f"{ringing.call}:{kind}:{leg}:{at}"
        return (replace(ringing, external_id=external_id, stage=_STAGES[kind], leg=leg),)

    @property
    def can_call(self) -> bool:
        """Tell whether the account's number and key of the API are known."""
        return bool(self.settings.user and self.settings.api_secret.get_secret_value())

    async def originate(self, extension: str, phone: str, command: str) -> SendResult:
        """Ring the employee, then the client. The provider cannot carry `command`.

        `callback/call_number` says `success` (the wrapper above, read 2026-11-21).
        """
        if not self.can_call:
            return Failed("not_configured", "user or api_secret is empty", is_connection_fault=True)
        order = {
            "antion": "0",
            "phone": phone.lstrip("+"),
            "reverse": "0",
            "sipnumber": extension,
            "user": self.settings.user,
        }
        query = urlencode({**order, "hash": sign(order, self.settings.api_secret.get_secret_value())})
        request = self.context.http.request("POST", f"{self.settings.api_url}/callback/call_number?{query}")
        return await self.command(request, command, refusal=_refusal)

    async def recording_again(self, reference: str) -> bytes:
        """Ask the account for a recording by the id in its expired address.

        `statistic/record` of `id` and `user` answers the file itself (the wrapper above, read 2026-11-21).
        """
        recording = parse_qs(urlsplit(reference).query).get("id", [""])[0]
        if not recording or not self.can_call:
            return await super().recording_again(reference)
        order = {"id": recording, "user": self.settings.user}
        query = urlencode({**order, "hash": sign(order, self.settings.api_secret.get_secret_value())})
        answer = await self.context.http.request(
            "POST",
            f"{self.settings.api_url}/statistic/record?{query}",
            deadline=RECORDING_DEADLINE,
            limit_bytes=RECORDING_LIMIT_BYTES,
        )
        if answer.status != 200:
            return await super().recording_again(reference)
        return answer.body

    def setup_steps(self, language: str) -> Sequence[str]:
        """Say where the address goes in the cabinet."""
        url = self.context.public_url
        if language == "ru":
            return (
                "Личный кабинет Sipuni → Настройки → Интеграции → «События АТС» (HTTP API) → включить.",
                f"«Адрес для отправки событий»: {url}",
                "Адрес секретный: подписи у событий нет. Список адресов Sipuni можно вписать в networks.",
                "Для звонков из карточки: «Ключ интеграции» → api_secret, номер пользователя → user.",
            )
        return (
            "Sipuni account → Settings → Integrations → «События АТС» (HTTP API) → switch on.",
            f"«Адрес для отправки событий»: {url}",
            "The address is secret: events are not signed. Sipuni's networks may be put into networks.",
            "For calls from cards: «Ключ интеграции» → api_secret, the number of the user → user.",
        )

    def _ringing(self, fields: Mapping[str, str], at: str) -> CallEvent:
        call, direction = need(fields, "call_id"), _direction(fields)
        outside, inside = ("dst", "src") if direction is CallDirection.outbound else ("src", "dst")
        client, extension = fields.get(f"{outside}_num", ""), fields.get(f"short_{inside}_num", "")
        return CallEvent(
            external_id=f"{call}:{_FINAL}:ringing",
            call=call,
            stage=CallStage.ringing,
            direction=self.direction_of(direction, client),
            occurred_at=unix_instant(at),
            client=self.client_number(client),
            client_original=client,
            line_number=self.line_number(fields.get("pbxdstnum") or fields.get("treeNumber", "")),
            extension=extension if len(extension) <= _LONGEST_EXTENSION else "",
            command=fields.get("callbackId", ""),
        )

    def _end(self, fields: Mapping[str, str]) -> Sequence[CallEvent]:
        ended_at = unix_instant(need(fields, "timestamp"))
        ringing = self._ringing(fields, fields.get("call_start_timestamp") or fields["timestamp"])
        answered = fields.get("call_answer_timestamp", "").strip("0")
        talk = ended_at - unix_instant(fields["call_answer_timestamp"]) if answered else timedelta(0)
        reason = "" if answered else _REASONS.get(fields.get("status", ""), "")
        if reason == "cancelled" and not ringing.extension:
            reason = ABANDONED_IN_MENU
        recording = fields.get("call_record_link", "")
        return whole_call(ringing, Outcome(ended_at, max(talk, timedelta(0)), reason, recording))


def _direction(fields: Mapping[str, str]) -> CallDirection:
    """Return the way by the type of both sides, 1 being outside; without types short numbers are inside."""
    is_from_outside, is_to_outside = (_is_outside(fields, side) for side in ("src", "dst"))
    if is_from_outside:
        return CallDirection.inbound
    return CallDirection.outbound if is_to_outside else CallDirection.internal


def _is_outside(fields: Mapping[str, str], side: str) -> bool:
    told = fields.get(f"{side}_type", "")
    number = fields.get(f"short_{side}_num") or fields.get(f"{side}_num", "")
    return told == _EXTERNAL if told else len(number) > _LONGEST_EXTENSION


def _refusal(answer: HttpAnswer) -> SendResult | None:
    """Return why the API refused: `success` of the body decides."""
    told = told_in(answer)
    return None if told.get("success") else refused(told.get("message"))


CHANNEL = Sipuni
