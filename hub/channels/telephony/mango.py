"""Mango Office VPBX: leg events, a final summary, recordings, click-to-call.

Source: Mango Office VPBX API 1.10 (https://www.mango-office.ru/support/api/, PDF of 2017-12, read 2026-11-21).
Posts a form of `vpbx_api_key`, `sign`, `json` to the connection's address with `/events/call`, `/events/summary` … put
behind it; `sign` is the hex SHA-256 of key + json as received + salt. Events are sent in parallel and unordered; each
menu, queue and employee has a leg of its own, so only the summary is final. Its examples carry wrong suffixes, hence
dispatch by shape, and `entry_result` 1 for a caller who hung up in the menu, hence `talk_time` decides (the instant of
the answer, 0 without one). Times are unix seconds. Reason codes not in the list occur: the class of a code counts.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import TypeAlias

from pydantic import Field, SecretStr

from hub.channels.base import Raw
from hub.channels.telephony.base import (
    Outcome,
    Telephony,
    TelephonySettings,
    clean,
    form_of,
    need,
    proof_of,
    refused,
    told_in,
    unix_instant,
    whole_call,
)
from hub.domain.call import ABANDONED_IN_MENU, BLOCKED, OUT_OF_HOURS
from hub.domain.errors import AuthenticationFailed, PayloadInvalid, PermanentFailure, TemporaryFailure, WebhookRejected
from hub.domain.inbound import CallDirection, CallEvent, CallStage
from hub.domain.outbound import Failed, Later, SendResult
from hub.net.http import HttpAnswer
from hub.net.payloads import Json, read_json_object
from hub.net.signatures import digest_hex, is_same_secret

_DIRECTIONS = {"0": CallDirection.internal, "1": CallDirection.inbound, "2": CallDirection.outbound}
_REASONS = {
    "1111": "no_answer",
    "1121": "busy",
    "1122": "rejected",
    "1151": BLOCKED,
    "116": "no_answer",
    "119": OUT_OF_HOURS,
    "2": "failed",
    "42": "failed",
    "5": "failed",
}
_RECORDED_WELL = _ACCEPTED = "1000"
_REFUSALS = {"2": "no_money", "42": "bad_number", "45": "forbidden"}
_OVERLOADED = "50"
_Sides: TypeAlias = tuple[CallDirection, dict[str, str], dict[str, str]]


class MangoSettings(TelephonySettings):
    """Settings of a VPBX account."""

    api_key: SecretStr = Field(description="Unique code of your PBX, from the API page of the cabinet.")
    api_salt: SecretStr = Field(min_length=1, description="Key for creating the signature, from the same page.")
    previous_api_key: SecretStr = Field(SecretStr(""), description="The code before, while it is being changed.")
    previous_api_salt: SecretStr = Field(SecretStr(""), description="The signing key before, during a change.")
    api_url: str = Field("https://app.mango-office.ru/vpbx", description="Address of the provider's API.")


def sign(api_key: str, text: str, salt: str) -> str:
    """Return the signature of a request: SHA-256 of key + json + salt in hex, in both directions."""
    return digest_hex(f"{api_key}{text}{salt}".encode(), "sha256")


class Mango(Telephony[MangoSettings]):
    """See the module."""

    settings_model = MangoSettings

    def verify(self, raw: Raw) -> None:
        """Check the signature over the json text as it came."""
        self.check_network(raw)
        fields = proof_of(raw)
        if not fields.get("sign") or "json" not in fields:
            raise WebhookRejected("fields sign and json are needed")
        valid = [sign(key, fields["json"], salt) for key, salt in self._keys()]
        if not is_same_secret(fields["sign"], *valid):
            raise WebhookRejected("sign mismatch; computed over json as received")

    def parse(self, raw: Raw) -> Sequence[CallEvent]:
        """Return the stages; texts, key presses and results of commands are ignored."""
        event = read_json_object(need(form_of(raw), "json").encode())
        if "call_state" in event:
            return self._leg(event)
        if "entry_result" in event or "talk_time" in event:
            return self._summary(event)
        if "recording_id" in event:
            return _recording(event, raw)
        if event.keys() & {"command_id", "dtmf", "sms_id"}:
            return ()
        raise PayloadInvalid("no event of the VPBX API: neither call_state nor talk_time nor recording_id")

    @property
    def can_call(self) -> bool:
        """Tell whether calls can be ordered: the keys of events are those of commands."""
        return True

    async def originate(self, extension: str, phone: str, command: str) -> SendResult:
        """Ring the employee, then the client; the events carry `command`.

        A refusal is HTTP 420 with a `code` (API 1.10, «commands/callback», read 2026-11-21); its class is enough.
        """
        order = {"command_id": command, "from": {"extension": extension}, "to_number": phone.lstrip("+")}
        return await self.command(self._post("commands/callback", order), command, refusal=_refusal)

    async def recording_address(self, reference: str) -> str:
        """Exchange the recording's id for its single-use address.

        By which code one is refused that is not ready yet no page says: only what waiting cannot change is no wait.
        """
        answer = await self._post("queries/recording/post", {"recording_id": reference, "action": "download"})
        if answer.status == 302:
            return answer.headers.get("location", "")
        if answer.status in {401, 403}:
            raise AuthenticationFailed("the PBX refuses our key for recordings", answer.status)
        if answer.status == 404:
            raise PermanentFailure("the provider no longer has the recording", 404, reason="not_found")
        if answer.status >= 400 and (reason := _reason_of(_code_of(answer))):
            raise PermanentFailure("the PBX refuses the recording", answer.status, reason=reason)
        raise TemporaryFailure(f"the recording is not ready ({answer.status})", answer.status, timedelta(minutes=1))

    def setup_steps(self, language: str) -> Sequence[str]:
        """Say where the address goes in the cabinet."""
        if language == "ru":
            return (
                "Личный кабинет Mango Office → Интеграции → «API коннектор» → подключить.",
                "Скопируйте «Уникальный код вашей АТС» в api_key и «Ключ для создания подписи» в api_salt.",
                f"В поле «Адрес внешней системы» вставьте {self.context.public_url} — без косой черты в конце.",
                "Сохраните и позвоните на свой номер: здесь появится «подпись верна, прочитано: звонок».",
            )
        return (
            "Mango Office account → Integrations → «API коннектор» → connect.",
            "Copy «Уникальный код вашей АТС» to api_key and «Ключ для создания подписи» to api_salt.",
            f"Put {self.context.public_url} into «Адрес внешней системы», without a slash at the end.",
            "Save and call your number: here appears «signature valid, read as: call».",
        )

    def _keys(self) -> list[tuple[str, str]]:
        """Return the pairs of code and signing key that are valid: the present one, and during a change the last."""
        key, salt = self.settings.api_key.get_secret_value(), self.settings.api_salt.get_secret_value()
        old_salt = self.settings.previous_api_salt.get_secret_value()
        old_key = self.settings.previous_api_key.get_secret_value() or key
        return [(key, salt), (old_key, old_salt)] if old_salt else [(key, salt)]

    async def _post(self, path: str, order: Mapping[str, Json]) -> HttpAnswer:
        key, salt = self._keys()[0]
        text = json.dumps(order, ensure_ascii=False)
        form = {"vpbx_api_key": key, "sign": sign(key, text, salt), "json": text}
        return await self.context.http.request("POST", f"{self.settings.api_url}/{path}", data=form)

    def _leg(self, event: Mapping[str, Json]) -> Sequence[CallEvent]:
        state, leg = need(event, "call_state"), need(event, "call_id")
        direction, outside, inside = _leg_sides(event)
        stage = _stage(event, direction)
        if stage is None:
            return ()
        at, line = unix_instant(need(event, "timestamp")), _side(event, "to").get("line_number", "")
        ringing = self._ringing(event, (direction, outside, inside), at, line)
        external_id, reason = f"{leg}:{state}:{clean(event.get('seq'))}", _reason(clean(event.get("disconnect_reason")))
        return (replace(ringing, external_id=external_id, stage=stage, leg=leg, reason=reason),)

    def _summary(self, event: Mapping[str, Json]) -> Sequence[CallEvent]:
        direction = _DIRECTIONS.get(need(event, "call_direction"))
        if direction is None:
            raise PayloadInvalid("call_direction is none of 0, 1, 2")
        caller, callee = _side(event, "from"), _side(event, "to")
        sides = (direction, callee, caller) if direction is CallDirection.outbound else (direction, caller, callee)
        began_at, ended_at = unix_instant(need(event, "create_time")), unix_instant(need(event, "end_time"))
        ringing = self._ringing(event, sides, began_at, clean(event.get("line_number")))
        has_talk = clean(event.get("talk_time")).strip("0")
        talk = max(ended_at - unix_instant(need(event, "talk_time")), timedelta(0)) if has_talk else timedelta(0)
        return whole_call(ringing, Outcome(ended_at, talk, "" if talk else _final_reason(event)))

    def _ringing(self, event: Mapping[str, Json], sides: _Sides, at: datetime, line: str) -> CallEvent:
        direction, outside, inside = sides
        call, client = need(event, "entry_id"), outside.get("number", "")
        return replace(
            self.ringing(call, client, direction, at),
            external_id=f"{call}:summary:ringing",
            line_number=self.line_number(line),
            extension=inside.get("extension", ""),
            command=clean(event.get("command_id")),
        )


def _refusal(answer: HttpAnswer) -> SendResult | None:
    """Return what a code means: overload passes, the other classes are refusals; without one the status decides."""
    code = _code_of(answer)
    if code in {"", _ACCEPTED}:
        return None
    if code.startswith(_OVERLOADED):
        return Later(f"the PBX is overloaded ({code})")
    reason = _reason_of(code)
    return Failed(reason, code) if reason else refused(code)


def _code_of(answer: HttpAnswer) -> str:
    """Return the code of an answer, empty if it has none."""
    told = told_in(answer) if answer.body else {}
    said = told.get("code") or told.get("result")
    return clean(said) if isinstance(said, str | int) else ""


def _reason_of(code: str) -> str:
    """Return the class of a refusal that no second request changes, empty for every other code."""
    return next((_REFUSALS[code[:length]] for length in (2, 1) if code[:length] in _REFUSALS), "")


def _recording(event: Mapping[str, Json], raw: Raw) -> Sequence[CallEvent]:
    """Return a finished recording; what was too short has a code other than 1000 and no file."""
    is_finished = clean(event.get("recording_state")) == "Completed"
    if not is_finished or clean(event.get("completion_code") or _RECORDED_WELL) != _RECORDED_WELL:
        return ()
    call, recording, told = need(event, "entry_id"), need(event, "recording_id"), clean(event.get("timestamp"))
    at = unix_instant(told) if told else raw.received_at
    return (
        CallEvent(f"{recording}:recording", call, CallStage.recording, CallDirection.inbound, at, recording=recording),
    )


def _side(event: Mapping[str, Json], name: str) -> dict[str, str]:
    side = event.get(name) or {}
    if not isinstance(side, dict):
        raise PayloadInvalid(f"{name} is no object")
    return {key: clean(value) for key, value in side.items() if not isinstance(value, (dict, list))}


def _leg_sides(event: Mapping[str, Json]) -> _Sides:
    """Return direction, outside and inside of a leg, which says neither: employees have extensions."""
    caller, callee = _side(event, "from"), _side(event, "to")
    if caller.get("extension"):
        is_inside = bool(callee.get("extension"))
        return (CallDirection.internal if is_inside else CallDirection.outbound), callee, caller
    is_ordered = bool(clean(event.get("callback_initiator")) or clean(event.get("command_id")))
    return (CallDirection.outbound if is_ordered else CallDirection.inbound), caller, callee


def _stage(event: Mapping[str, Json], direction: CallDirection) -> CallStage | None:
    """Return the stage of a leg; None for holding. A menu or queue that picks up has answered nobody."""
    is_person = clean(event.get("location")) == "abonent"
    is_own_first = direction is CallDirection.outbound and bool(_side(event, "to").get("extension"))
    match clean(event.get("call_state")):
        case "Appeared":
            return CallStage.ringing
        case "Connected":
            return CallStage.answered if is_person and not is_own_first else CallStage.ringing
        case "Disconnected":
            return CallStage.ended
        case "OnHold":
            return None
        case _:
            raise PayloadInvalid("call_state is none of Appeared, Connected, OnHold, Disconnected")


def _final_reason(event: Mapping[str, Json]) -> str:
    """Return why nobody spoke; a summary without callee never left the menu."""
    reason = _reason(clean(event.get("disconnect_reason")))
    callee = _side(event, "to")
    is_in_menu = not callee.get("extension") and not callee.get("number")
    return ABANDONED_IN_MENU if is_in_menu and reason not in {OUT_OF_HOURS, BLOCKED} else reason


def _reason(code: str) -> str:
    """Return our word for a code, by its class where the code itself is not listed."""
    return next((_REASONS[code[:length]] for length in (4, 3, 2, 1) if code[:length] in _REASONS), "")


CHANNEL = Mango
