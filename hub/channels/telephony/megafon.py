"""The white-label cloud PBX of MegaFon and its family: Gravitel, Dom.ru, Sibirskie Seti, TTK, MGTS, Kcell, Moldcell.

Source: protocol of the cloud PBX with a CRM as the public SDK describes it (https://github.com/maxim-oleinik/gravitel,
read 2026-11-21) and https://vats.megafon.ru. Posts forms with `cmd` = event, history, contact or rating to one address;
proof is the body field `crm_token`. Events carry neither id nor time: a stage of a call is its own id, and it happened
when it arrived. CANCELLED means that the client gave up *or a colleague answered*, so it ends a leg; only `history`
says missed, spelled `missed`, `Missed` or `Cancel` by brand and age. `contact` is a question at ring time. `duration`
is read as talk; brands that count the ringing in overstate it by that much.
"""

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from pydantic import Field, SecretStr

from hub.channels.base import Raw, Reply, Responsible
from hub.channels.telephony.base import (
    Outcome,
    Telephony,
    TelephonySettings,
    check_secret,
    form_of,
    need,
    proof_of,
    refused,
    seconds,
    told_in,
    whole_call,
)
from hub.domain.errors import PayloadInvalid
from hub.domain.identity import IdentityType
from hub.domain.inbound import CallDirection, CallEvent, CallStage
from hub.domain.outbound import Failed, SendResult
from hub.net.http import HttpAnswer

_STAGES = {
    "INCOMING": CallStage.ringing,
    "OUTGOING": CallStage.ringing,
    "TRANSFERRED": CallStage.ringing,
    "ACCEPTED": CallStage.answered,
    "COMPLETED": CallStage.ended,
    "CANCELLED": CallStage.ended,
}
_REASONS = {
    "missed": "no_answer",
    "cancel": "cancelled",
    "busy": "busy",
    "notavailable": "unavailable",
    "notallowed": "failed",
    "notfound": "failed",
}
_START = "%Y%m%dT%H%M%S%z"


class MegafonSettings(TelephonySettings):
    """Settings of a cloud PBX."""

    crm_token: SecretStr = Field(min_length=1, description="Key for your CRM: the PBX puts it into each request.")
    previous_crm_token: SecretStr = Field(SecretStr(""), description="The key before, while it is being changed.")
    pbx_url: str = Field("", description="Address of the PBX for commands (for calling from cards), from the cabinet.")
    pbx_token: SecretStr = Field(SecretStr(""), description="Key of the PBX for commands, from the same page.")


class Megafon(Telephony[MegafonSettings]):
    """See the module."""

    settings_model = MegafonSettings
    staff_address = IdentityType.pbx_login
    staff_form = re.compile(r"[A-Za-z0-9][A-Za-z0-9._@-]{0,63}")

    def verify(self, raw: Raw) -> None:
        """Check the shared key in the body."""
        self.check_network(raw)
        given = proof_of(raw).get("crm_token", "")
        check_secret(given, "crm_token", self.settings.crm_token, self.settings.previous_crm_token)

    def acknowledge(self, raw: Raw) -> Reply:
        """Say yes; a question about a hidden number gets the neutral answer."""
        return self.answer(raw, None) if self._command(raw) == "contact" else Reply()

    def parse(self, raw: Raw) -> Sequence[CallEvent]:
        """Return the stages; questions and ratings are ignored."""
        fields = form_of(raw)
        match need(fields, "cmd"):
            case "event":
                return (self._stage(fields, raw),)
            case "history":
                return self._history(fields)
            case "contact" | "rating":
                return ()
            case _:
                raise PayloadInvalid("cmd is none of event, history, contact, rating")

    def question(self, raw: Raw) -> str | None:
        """Return who calls if the PBX asks whom to ring."""
        return self.client_number(form_of(raw).get("phone", "")) or None if self._command(raw) == "contact" else None

    def answer(self, raw: Raw, responsible: Responsible | None) -> Reply:
        """Name the caller on the phone's display and ring the responsible manager by the PBX login first."""
        del raw
        known = responsible or Responsible()
        told = {"contact_name": known.contact_name, "responsible": known.extension}
        body = json.dumps({name: value for name, value in told.items() if value}, ensure_ascii=False)
        return Reply(body=body.encode(), content_type="application/json; charset=utf-8")

    @property
    def can_call(self) -> bool:
        """Tell whether the PBX's address for commands is known."""
        return bool(self.settings.pbx_url)

    async def originate(self, extension: str, phone: str, command: str) -> SendResult:
        """Ring the employee (PBX login), then the client. The PBX cannot carry `command`.

        `makeCall` answers `{"uuid": …}`, nothing or OK; 400 and 401 carry `error` (the SDK above, read 2026-11-21).
        """
        if not self.can_call:
            return Failed("not_configured", "pbx_url of the connection is empty", is_connection_fault=True)
        token = self.settings.pbx_token.get_secret_value()
        form = {"cmd": "makeCall", "token": token, "user": extension, "phone": phone.lstrip("+")}
        request = self.context.http.request("POST", self.settings.pbx_url, data=form)
        return await self.command(request, command, refusal=_refusal)

    def setup_steps(self, language: str) -> Sequence[str]:
        """Say where the address goes in the cabinet."""
        if language == "ru":
            return (
                "Личный кабинет Виртуальной АТС → Настройки → Интеграция с CRM → «Ваша CRM».",
                f"«Адрес вашей CRM»: {self.context.public_url}",
                "«Ключ для авторизации в вашей CRM»: то же значение, что crm_token этого подключения.",
                "«Адрес Виртуальной АТС» и «Ключ для авторизации в Виртуальной АТС» скопируйте в pbx_url и pbx_token.",
                "Включите события, историю звонков и запрос ответственного; логины сотрудников впишите менеджерам.",
            )
        return (
            "Cloud PBX account → Settings → CRM integration → «Ваша CRM».",
            f"«Адрес вашей CRM»: {self.context.public_url}",
            "«Ключ для авторизации в вашей CRM»: the same value as crm_token of this connection.",
            "Copy «Адрес Виртуальной АТС» and «Ключ для авторизации в Виртуальной АТС» to pbx_url and pbx_token.",
            "Switch on events, call history and the request for the responsible; give managers their PBX logins.",
        )

    def _command(self, raw: Raw) -> str:
        try:
            return form_of(raw).get("cmd", "")
        except PayloadInvalid:
            return ""

    def _stage(self, fields: Mapping[str, str], raw: Raw) -> CallEvent:
        word, call, employee = need(fields, "type").upper(), need(fields, "callid"), _employee(fields)
        if word not in _STAGES:
            raise PayloadInvalid("type of an event is not known")
        is_out = word == "OUTGOING" or fields.get("direction") == "out"
        event = self._first_stage(fields, raw.received_at, is_out=is_out)
        return replace(
            event,
            external_id=f"{call}:{word.lower()}:{employee}:{fields.get('second_callid', '')}",
            stage=_STAGES[word],
            leg="" if word == "TRANSFERRED" else employee,
        )

    def _history(self, fields: Mapping[str, str]) -> Sequence[CallEvent]:
        started_at = self.local_instant(need(fields, "start"), _START)
        status = need(fields, "status").lower()
        ringing = self._first_stage(fields, started_at, is_out=need(fields, "type") == "out")
        length, waited = seconds(fields.get("duration", "")), seconds(fields.get("wait", ""))
        talk = length if status == "success" else timedelta(0)
        reason = "" if talk else _REASONS.get(status, "")
        return whole_call(ringing, Outcome(started_at + waited + length, talk, reason, fields.get("link", "")))

    def _first_stage(self, fields: Mapping[str, str], occurred_at: datetime, *, is_out: bool) -> CallEvent:
        call, client = need(fields, "callid"), fields.get("phone", "")
        start, employee = fields.get("start", ""), _employee(fields)
        direction = CallDirection.outbound if is_out else CallDirection.inbound
        return CallEvent(
            external_id=f"{call}:history:{employee}:{start}:ringing",
            call=call,
            stage=CallStage.ringing,
            direction=self.direction_of(direction, client),
            occurred_at=occurred_at,
            client=self.client_number(client),
            client_original=client,
            line_number=self._line(fields),
            extension=employee,
        )

    def _line(self, fields: Mapping[str, str]) -> str:
        """Return the number that was dialled; `diversion` may be a number inside the PBX, then `telnum` is the line."""
        dialled = fields.get("diversion", "")
        return self.client_number(dialled) or self.line_number(fields.get("telnum", "")) or dialled


def _refusal(answer: HttpAnswer) -> SendResult | None:
    """Return why the PBX refused: `error` decides; a bare OK or nothing at all is a yes."""
    if answer.body.strip() in {b"", b"OK"}:
        return None
    told = told_in(answer)
    return refused(told["error"]) if "error" in told else None


def _employee(fields: Mapping[str, str]) -> str:
    """Return the PBX login, which commands and answers want too; the short number where there is none."""
    return fields.get("user") or fields.get("ext", "")


CHANNEL = Megafon
