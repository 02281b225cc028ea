"""UIS, CoMagic, CallGear, and Novofon since it moved to that platform: notifications by our own template.

Source: https://www.uiscom.ru/support/ (event notifications) and https://www.comagic.ru/support/api/call-api/ (Call API
v4.0, read 2026-11-21). What a notification holds is a template in the account; `template` is ours, one for each kind of
event with its own word in `stage`, so nothing depends on the account's names of events. A lost call has an event of its
own. Nothing is signed: the template's header carries our secret. `notification_timestamp` is unix time; where an
account lacks it, `notification_time` is its wall clock. A variable without a value may stay as `{{name}}`.
"""

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from pydantic import Field, SecretStr

from hub.channels.base import Raw
from hub.channels.telephony.base import (
    Outcome,
    Telephony,
    TelephonySettings,
    check_secret,
    clean,
    need,
    refused,
    seconds,
    told_in,
    unix_instant,
    whole_call,
)
from hub.domain.call import ABANDONED_IN_MENU
from hub.domain.errors import PayloadInvalid
from hub.domain.inbound import CallDirection, CallEvent, CallStage
from hub.domain.outbound import Failed, SendResult, Unknown
from hub.net.http import HttpAnswer
from hub.net.payloads import Json, read_json_object

_VARIABLES = {
    "at": "notification_timestamp",
    "local_time": "notification_time",
    "call": "call_session_id",
    "leg": "leg_id",
    "direction": "direction",
    "client": "contact_phone_number",
    "line": "virtual_phone_number",
    "employee": "employee_id",
    "employees": "employee_ids",
    "talk": "talk_time_duration",
    "total": "total_time_duration",
    "internal": "is_internal",
    "recording": "file_link",
    "command": "external_id",
}
_EVENTS = {
    "ringing": (
        "Входящий звонок; Ожидание ответа; Исходящий звонок",
        "Inbound call; Waiting for answer; Outbound call",
    ),
    "answered": ("Начало разговора", "Talk started"),
    "lost": ("Потерянный звонок", "Lost call"),
    "ended": ("Завершение звонка", "Call finished"),
    "recording": ("Запись разговора готова", "Recording ready"),
}
_STAGES = {"ringing": CallStage.ringing, "answered": CallStage.answered, "recording": CallStage.recording}
_INTERNAL_ERROR = -32603
_TRUE = frozenset({"1", "true", "yes", "да"})


class UisSettings(TelephonySettings):
    """Settings of an account with notifications."""

    secret: SecretStr = Field(min_length=1, description="Our secret: header X-Hub-Secret of each notification.")
    previous_secret: SecretStr = Field(SecretStr(""), description="The secret before, while it is being changed.")
    api_url: str = Field(
        "https://callapi.uiscom.ru/v4.0", description="Address of the Call API (UIS, CoMagic, Novofon)."
    )
    access_token: SecretStr = Field(SecretStr(""), description="Key of the Call API, for calling from cards.")
    virtual_number: str = Field("", description="Number of the account that clients see on calls from cards.")


def template(stage: str) -> str:
    """Return the body of the notification for events of `stage`, as it is put into the account."""
    fields = ", ".join(f'"{name}": "{{{{{variable}}}}}"' for name, variable in _VARIABLES.items())
    return f'{{"stage": "{stage}", {fields}}}'


class Uis(Telephony[UisSettings]):
    """See the module."""

    settings_model = UisSettings
    staff_form = re.compile(r"\d{1,18}", re.ASCII)

    def verify(self, raw: Raw) -> None:
        """Check our secret in the header of the template."""
        self.check_network(raw)
        given = clean(raw.headers.get("x-hub-secret"))
        check_secret(given, "X-Hub-Secret", self.settings.secret, self.settings.previous_secret)

    def parse(self, raw: Raw) -> Sequence[CallEvent]:
        """Return the stages of a notification."""
        fields = {name: _filled(value) for name, value in read_json_object(raw.body).items()}
        stage, at = need(fields, "stage"), self._instant(fields)
        event = self._event(fields, at)
        if stage in {"lost", "ended"}:
            return self._end(fields, event, at)
        if stage not in _STAGES:
            raise PayloadInvalid("stage is none of the words of our template")
        return (_with_leg(event, fields, _STAGES[stage]),)

    @property
    def can_call(self) -> bool:
        """Tell whether the key of the Call API and the number that clients see are known."""
        return bool(self.settings.access_token.get_secret_value() and self.settings.virtual_number)

    async def originate(self, extension: str, phone: str, command: str) -> SendResult:
        """Ring the employee (by id), then the client; the events carry `command`.

        `start.employee_call` of Call API v4.0 (read 2026-11-21) answers `result`, or `error` as JSON-RPC 2.0 has it.
        """
        if not self.can_call:
            return Failed("not_configured", "access_token or virtual_number is empty", is_connection_fault=True)
        order = {
            "access_token": self.settings.access_token.get_secret_value(),
            "first_call": "employee",
            "switch_at_once": True,
            "virtual_phone_number": self.settings.virtual_number.lstrip("+"),
            "contact": phone.lstrip("+"),
            "external_id": command,
            "employee": {"id": int(extension) if extension.isdecimal() else extension},
        }
        body = json.dumps({"jsonrpc": "2.0", "id": command, "method": "start.employee_call", "params": order})
        headers = {"Content-Type": "application/json; charset=UTF-8"}
        request = self.context.http.request("POST", self.settings.api_url, headers=headers, data=body.encode())
        return await self.command(request, command, refusal=_refusal)

    def setup_steps(self, language: str) -> Sequence[str]:
        """Say which notifications to make, with the body of each."""
        is_russian = language == "ru"
        first = (
            "Личный кабинет → Аккаунт → Уведомления → добавить HTTP-уведомление (нужна опция «API/HTTP-уведомления»)."
            if is_russian
            else "Account → Notifications → add an HTTP notification (needs the option «API/HTTP notifications»)."
        )
        second = (
            f"Для каждого события ниже: метод POST, адрес {self.context.public_url}, заголовки Content-Type: "
            "application/json и X-Hub-Secret: значение secret этого подключения."
            if is_russian
            else f"For each event below: method POST, address {self.context.public_url}, headers Content-Type: "
            "application/json and X-Hub-Secret: the secret of this connection."
        )
        bodies = [f"{_EVENTS[stage][not is_russian]}: {template(stage)}" for stage in _EVENTS]
        return (first, second, *bodies)

    def _instant(self, fields: Mapping[str, str]) -> datetime:
        if fields.get("at"):
            return unix_instant(fields["at"])
        return self.local_instant(need(fields, "local_time")[:19])

    def _event(self, fields: Mapping[str, str], at: datetime) -> CallEvent:
        call, client = need(fields, "call"), fields.get("client", "")
        direction = CallDirection.outbound if fields.get("direction") == "out" else CallDirection.inbound
        if fields.get("internal", "").lower() in _TRUE:
            direction = CallDirection.internal
        return replace(
            self.ringing(call, client, direction, at),
            external_id=f"{call}:{need(fields, 'stage')}:ringing",
            line_number=self.line_number(fields.get("line", "")),
            extension=fields.get("employee", ""),
            command=fields.get("command", ""),
        )

    def _end(self, fields: Mapping[str, str], event: CallEvent, at: datetime) -> Sequence[CallEvent]:
        talk = seconds(fields.get("talk", "")) if fields["stage"] == "ended" else timedelta(0)
        began = replace(event, occurred_at=at - seconds(fields.get("total", "")))
        is_in_menu = not talk and not fields.get("employee") and not fields.get("employees")
        reason = ABANDONED_IN_MENU if is_in_menu else ""
        return whole_call(began, Outcome(at, talk, reason, fields.get("recording", "")))


def _with_leg(event: CallEvent, fields: Mapping[str, str], stage: CallStage) -> CallEvent:
    """Return a live stage. Ends of legs are not told, so live stages open none."""
    leg = fields.get("leg") or fields.get("employee", "")
    return replace(event, external_id=f"{event.call}:{stage}:{leg}", stage=stage, recording=fields.get("recording", ""))


def _filled(value: Json) -> str:
    """Return the value of a variable, empty if the account put none in its place."""
    text = clean(value)
    return "" if text.startswith("{{") else text


def _refusal(answer: HttpAnswer) -> SendResult | None:
    """Return why the Call API refused: it answers 200 with an `error` (JSON-RPC 2.0 §5.1).

    Its own internal error says nothing of whether phones ring.
    """
    told = told_in(answer)
    if "result" in told:
        return None
    error = told.get("error")
    fault: Mapping[str, Json] = error if isinstance(error, dict) else {}
    if fault.get("code") == _INTERNAL_ERROR:
        return Unknown("the Call API had an internal error")
    return refused(fault.get("message"))


CHANNEL = Uis
