"""Any other PBX that posts call events: the settings say which field means what.

Source: our own description, docs/telephony.md ("Any other PBX", 2026-11-21); it covers the webhooks of OnlinePBX,
Ringostat, Calltouch, 3CX modules and home-made forwarders with one address and names of their own.
A path such as `data.call.id` walks objects of a JSON body and numbers of lists; forms and queries have flat names.
An event word that is in neither `stages` nor `ignored` is parked, so that nobody loses calls to a new word.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from pydantic import Field, SecretStr, model_validator

from hub.channels.base import Raw, Reply
from hub.channels.telephony.base import (
    Outcome,
    Telephony,
    TelephonySettings,
    check_secret,
    clean,
    form_of,
    seconds,
    unix_instant,
    whole_call,
)
from hub.domain.errors import PayloadInvalid
from hub.domain.inbound import CallDirection, CallEvent, CallStage
from hub.net.payloads import Json, read_form, read_json

_PER_SECOND = {"unix": 1, "unix_ms": 1_000, "unix_us": 1_000_000}
_ISO = "iso"


class MappedStage(StrEnum):
    """What an event word may mean. `missed` and `completed` are final: they tell of the whole call."""

    ringing = "ringing"
    answered = "answered"
    leg_ended = "leg_ended"
    completed = "completed"
    missed = "missed"
    recording = "recording"


class MappedSettings(TelephonySettings):
    """Where the fields of the PBX stand. An empty path means: the PBX does not tell."""

    secret: SecretStr = Field(min_length=1, description="Secret that the PBX sends with each request.")
    previous_secret: SecretStr = Field(SecretStr(""), description="The secret before, while it is being changed.")
    secret_place: str = Field(
        "header:x-hub-secret",
        pattern=r"^(header|query|body):.+",
        description="Where the secret stands: header:NAME, query:NAME or body:PATH.",
    )
    call: str = Field(description="Path of the id of the call, e.g. data.call_id.")
    event: str = Field(description="Path of the word that names the event, e.g. event.")
    stages: dict[str, MappedStage] = Field(description="What each event word means, e.g. call_end = completed.")
    ignored: tuple[str, ...] = Field((), description="Event words that tell nothing of a call.")
    direction: str = Field("", description="Path of the direction; empty: all calls are inbound.")
    outbound_words: tuple[str, ...] = Field(("out", "outbound", "outgoing"), description="Words for calls from us.")
    internal_words: tuple[str, ...] = Field(("internal", "local"), description="Words for calls between employees.")
    caller: str = Field(description="Path of the number that calls, e.g. caller.")
    callee: str = Field("", description="Path of the number that is called, e.g. callee.")
    line: str = Field("", description="Path of our number, e.g. gateway.")
    extension: str = Field("", description="Path of the employee's short number.")
    leg: str = Field("", description="Path of the id of one leg, where a call has several.")
    at: str = Field("", description="Path of the time of the event; empty: the time of arrival.")
    time_format: str = Field("unix", description="unix, unix_ms, unix_us, iso, or a pattern such as %Y-%m-%d %H:%M:%S.")
    talk: str = Field("", description="Path of the seconds spoken.")
    reason: str = Field("", description="Path of the provider's word for the end.")
    recording: str = Field("", description="Path of the address of the recording.")
    success_body: str = Field("", description="Body of the answer, where the PBX wants one.")

    @model_validator(mode="after")
    def _has_an_end(self) -> "MappedSettings":
        """Refuse a mapping under which no call would ever end."""
        if not {MappedStage.completed, MappedStage.missed, MappedStage.leg_ended} & set(self.stages.values()):
            raise ValueError("stages: no word means completed, missed or leg_ended, so no call would ever end")
        return self


class Mapped(Telephony[MappedSettings]):
    """See the module."""

    settings_model = MappedSettings

    def verify(self, raw: Raw) -> None:
        """Check the secret where the settings say it stands."""
        self.check_network(raw)
        place, _, name = self.settings.secret_place.partition(":")
        given = _secret_in(raw, place, name)
        check_secret(given, f"secret ({place})", self.settings.secret, self.settings.previous_secret)

    def acknowledge(self, raw: Raw) -> Reply:
        """Say what the settings say."""
        del raw
        body = self.settings.success_body
        kind = "application/json" if body.startswith("{") else "text/plain"
        return Reply(body=body.encode(), content_type=f"{kind}; charset=utf-8")

    def parse(self, raw: Raw) -> Sequence[CallEvent]:
        """Return the stages that the mapping reads out of a payload."""
        payload = _payload(raw)
        word = _need(payload, self.settings.event)
        if word in self.settings.ignored:
            return ()
        stage = self.settings.stages.get(word)
        if stage is None:
            raise PayloadInvalid("the event word is in neither stages nor ignored of the connection")
        event = self._event(payload, self._instant(payload, raw))
        if stage in {MappedStage.completed, MappedStage.missed}:
            return self._end(payload, event, stage)
        return (self._live(payload, event, stage),)

    def setup_steps(self, language: str) -> Sequence[str]:
        """Say what the PBX needs to know."""
        place = self.settings.secret_place
        if language == "ru":
            return (
                f"В настройках АТС укажите адрес для событий: {self.context.public_url}",
                f"Секрет подключения передавайте с каждым запросом здесь: {place}",
                "Позвоните на свой номер и сверьте, как прочитано событие; незнакомые слова попадают в «разобрать».",
            )
        return (
            f"Give the PBX this address for events: {self.context.public_url}",
            f"Send the secret of the connection with each request here: {place}",
            "Call your number and compare how the event was read; unknown words are parked.",
        )

    def _event(self, payload: Json, at: datetime) -> CallEvent:
        call, word = _need(payload, self.settings.call), _need(payload, self.settings.event)
        direction = self._direction(_text(payload, self.settings.direction).lower())
        client = _text(payload, self.settings.callee if direction is CallDirection.outbound else self.settings.caller)
        return replace(
            self.ringing(call, client, direction, at),
            external_id=f"{call}:{word}:ringing",
            line_number=self.line_number(_text(payload, self.settings.line)),
            extension=_text(payload, self.settings.extension),
        )

    def _live(self, payload: Json, event: CallEvent, stage: MappedStage) -> CallEvent:
        leg, recording = _text(payload, self.settings.leg), _text(payload, self.settings.recording)
        leg = leg or (event.extension if stage is MappedStage.leg_ended else "")
        kind = CallStage.ended if stage is MappedStage.leg_ended else CallStage(stage)
        external_id = f"{event.external_id.removesuffix('ringing')}{leg or event.extension}"
        return replace(event, external_id=external_id, stage=kind, leg=leg, recording=recording)

    def _end(self, payload: Json, event: CallEvent, stage: MappedStage) -> Sequence[CallEvent]:
        talk = timedelta(0) if stage is MappedStage.missed else seconds(_text(payload, self.settings.talk))
        began = replace(event, occurred_at=event.occurred_at - talk)
        reason, recording = (_text(payload, path) for path in (self.settings.reason, self.settings.recording))
        return whole_call(began, Outcome(event.occurred_at, talk, reason, recording))

    def _direction(self, word: str) -> CallDirection:
        if word in self.settings.internal_words:
            return CallDirection.internal
        return CallDirection.outbound if word in self.settings.outbound_words else CallDirection.inbound

    def _instant(self, payload: Json, raw: Raw) -> datetime:
        told, form = _text(payload, self.settings.at), self.settings.time_format
        if not told:
            return raw.received_at
        if form in _PER_SECOND:
            return unix_instant(told, _PER_SECOND[form])
        return self.iso_instant(told) if form == _ISO else self.local_instant(told, form)


def _payload(raw: Raw) -> Json:
    """Return a JSON body as it is, a form or query as an object of texts."""
    if raw.body.lstrip()[:1] in {b"{", b"["}:
        return read_json(raw.body)
    return form_of(raw)


def _text(payload: Json, path: str) -> str:
    """Return what stands at a path as text, empty where the path leads nowhere."""
    if not path:
        return ""
    if isinstance(payload, Mapping) and path in payload:
        return clean(payload[path])
    found: Any = payload
    for step in path.split("."):
        found = _inside(found, step)
    return clean(found)


def _inside(value: Json, step: str) -> Json:
    if isinstance(value, Mapping):
        return value.get(step)
    if isinstance(value, list) and step.isdecimal() and int(step) < len(value):
        return value[int(step)]
    return None


def _need(payload: Json, path: str) -> str:
    value = _text(payload, path)
    if not value:
        raise PayloadInvalid(f"nothing at {path}: compare the mapping of the connection with what the PBX sends")
    return value


def _secret_in(raw: Raw, place: str, name: str) -> str:
    try:
        if place == "header":
            return clean(raw.headers.get(name.lower()))
        if place == "query":
            return clean(dict(read_form(raw.query.encode())).get(name))
        return _text(_payload(raw), name)
    except PayloadInvalid:
        return ""


CHANNEL = Mapped
