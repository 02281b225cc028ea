"""What each provider posts about one moment of a call, written without a look at the adapters.

Shapes follow the pages named in the adapters; signatures are computed here once more, so that a mistake in an adapter
is not repeated on this side.
"""

import base64
import hashlib
import hmac
import json
from collections.abc import Callable, Mapping
from datetime import UTC, timedelta
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from hub.testing.telephony.scenes import Happening, Moment, Played, PlayedCall, Post, Scene

_FORM = "application/x-www-form-urlencoded"
_JSON = "application/json"
MOSCOW = ZoneInfo("Europe/Moscow")


Encoder = Callable[[Played, Happening], Post | None]


def encode_mango(played: Played, now: Happening) -> Post | None:
    """Post leg events and the summary of the VPBX API, signed over the json text."""
    if now.moment is Moment.arrives:
        return None
    is_over, settings = now.moment is Moment.over, played.settings
    event = {"entry_id": played.call.call, **_mango_sides(played, now)}
    text = json.dumps({**event, **(_mango_summary if is_over else _mango_leg)(played, now)}, ensure_ascii=False)
    signature = hashlib.sha256(f"{settings['api_key']}{text}{settings['api_salt']}".encode()).hexdigest()
    form = {"vpbx_api_key": settings["api_key"], "sign": signature, "json": text}
    return _form(form, suffix="events/summary" if is_over else "events/call")


def _mango_sides(played: Played, now: Happening) -> dict[str, object]:
    number = f"sip:user{now.extension}@example.mangosip.ru"
    inside = {"extension": now.extension, "number": number} if now.extension else {}
    outside = {"number": played.client} if played.client else {}
    line = {} if now.moment is Moment.over else {"line_number": played.call.line}
    if played.is_out:
        return {"from": inside, "to": {**outside, **line}}
    return {"from": outside, "to": {**inside, **line}}


def _mango_summary(played: Played, now: Happening) -> dict[str, object]:
    start = int(played.call.started_at.timestamp())
    return {
        "call_direction": 2 if played.is_out else 1,
        "line_number": played.call.line,
        "create_time": start,
        "forward_time": start,
        "talk_time": now.answered_unix,
        "end_time": int(now.at.timestamp()),
        "entry_result": 1,
        "disconnect_reason": _mango_reason(played),
    }


def _mango_leg(played: Played, now: Happening) -> dict[str, object]:
    states = {Moment.ringing: "Appeared", Moment.answered: "Connected", Moment.leg_ended: "Disconnected"}
    return {
        "call_id": f"{played.call.call}-{now.extension or 'menu'}",
        "timestamp": int(now.at.timestamp()),
        "seq": 1 + list(states).index(now.moment),
        "call_state": states[now.moment],
        "location": "abonent" if now.extension else "ivr",
    }


def _mango_reason(played: Played) -> int:
    return {Scene.abandoned_in_menu: 1170, Scene.out_of_hours: 1192, Scene.missed: 1110}.get(played.scene, 1100)


def encode_megafon(played: Played, now: Happening) -> Post | None:
    """Post events without time or id, and the history record that says how it went."""
    call = played.call
    common = {"callid": call.call, "phone": played.client_or, "diversion": call.line, "telnum": call.line}
    common |= {"crm_token": played.settings["crm_token"], "user": now.extension and f"user{now.extension}"}
    common |= {"ext": now.extension}
    match now.moment:
        case Moment.arrives:
            return None if played.is_out else _form({"cmd": "contact", **common})
        case Moment.over:
            return _form({**_megafon_history(played, now), **common})
        case _:
            kind = _megafon_event(played, now)
            return _form({"cmd": "event", "type": kind, "direction": played.way, **common})


def _megafon_event(played: Played, now: Happening) -> str:
    is_mine = now.extension == played.call.extension and played.scene is Scene.answered
    first, last = "OUTGOING" if played.is_out else "INCOMING", "COMPLETED" if is_mine else "CANCELLED"
    return {Moment.ringing: first, Moment.answered: "ACCEPTED"}.get(now.moment, last)


def _megafon_history(played: Played, now: Happening) -> dict[str, str]:
    call, missed = played.call, "NotAvailable" if played.is_out else "Missed"
    history = {"cmd": "history", "type": played.way, "status": "Success" if now.talked else missed}
    history |= {"start": call.started_at.astimezone(UTC).strftime("%Y%m%dT%H%M%SZ")}
    history |= {"duration": _whole(now.talked), "wait": _whole(now.at - now.talked - call.started_at)}
    return {**history, "link": f"https://pbx.example/records/{call.call}.mp3"} if now.talked else history


def encode_zadarma(played: Played, now: Happening) -> Post | None:
    """Post notifications with the start of the call only, signed over three fields."""
    start = played.call.started_at.astimezone(MOSCOW).strftime("%Y-%m-%d %H:%M:%S")
    name, sides = (_zadarma_out if played.is_out else _zadarma_in)(played, now)
    if not name:
        return None
    fields = {**sides, "pbx_call_id": f"{played.way}_{played.call.call}", "call_start": start}
    fields |= {"internal": now.extension} if now.extension else {}
    fields |= _zadarma_outcome(played, now) if now.moment is Moment.over else {}
    signed = {"NOTIFY_ANSWER": ("caller_id", "destination")}.get(name, ("caller_id", "called_did"))
    signed = ("internal", "destination") if played.is_out else signed
    text = "".join(fields[part] for part in (*signed, "call_start"))
    digest = hmac.new(played.settings["api_secret"].encode(), text.encode(), "sha1").hexdigest()
    return _form({"event": name, **fields}, Signature=base64.b64encode(digest.encode()).decode())


def _zadarma_in(played: Played, now: Happening) -> tuple[str, dict[str, str]]:
    ring = "NOTIFY_INTERNAL" if now.extension else "NOTIFY_IVR"
    names = {Moment.arrives: "NOTIFY_START", Moment.ringing: ring, Moment.over: "NOTIFY_END"}
    if now.moment is Moment.answered:
        return "NOTIFY_ANSWER", {"caller_id": played.client_or, "destination": now.extension}
    return names.get(now.moment, ""), {"caller_id": played.client_or, "called_did": played.call.line}


def _zadarma_out(played: Played, now: Happening) -> tuple[str, dict[str, str]]:
    names = {Moment.ringing: "NOTIFY_OUT_START", Moment.over: "NOTIFY_OUT_END"}
    return names.get(now.moment, ""), {"caller_id": played.call.line, "destination": played.call.client}


def _zadarma_outcome(played: Played, now: Happening) -> dict[str, str]:
    outcome = {"duration": _whole(now.talked), "status_code": "16"}
    if not now.talked:
        return {**outcome, "disposition": "cancel", "is_recorded": "0"}
    recording = f"1458832388.{played.call.call[:6]}"
    return {**outcome, "disposition": "answered", "is_recorded": "1", "call_id_with_rec": recording}


def encode_uis(played: Played, now: Happening) -> Post | None:
    """Post notifications by the hub's own template; ends of legs have no notification."""
    stages = {Moment.ringing: "ringing", Moment.answered: "answered"}
    stage = stages.get(now.moment) or ("ended" if now.talked or played.is_out else "lost")
    if now.moment in {Moment.arrives, Moment.leg_ended}:
        return None
    is_over, call = now.moment is Moment.over, played.call
    told = {
        "stage": stage,
        "at": str(int(now.at.timestamp())),
        "local_time": now.at.astimezone(MOSCOW).strftime("%Y-%m-%d %H:%M:%S.000"),
        "call": call.call,
        "leg": f"{call.call}{now.extension}",
        "direction": played.way,
        "client": played.client,
        "line": call.line,
        "employee": now.extension,
        "employees": "{{employee_ids}}" if not now.extension else now.extension,
        "talk": _whole(now.talked) if is_over else "{{talk_time_duration}}",
        "total": _whole(now.at - call.started_at) if is_over else "{{total_time_duration}}",
        "internal": "false",
        "recording": "{{file_link}}",
        "command": "",
    }
    headers = {"Content-Type": _JSON, "X-Hub-Secret": played.settings["secret"]}
    return Post(json.dumps(told).encode(), headers)


def encode_sipuni(played: Played, now: Happening) -> Post | None:
    """Post events 1 to 4 with short numbers and unix times; nothing is signed."""
    if now.moment is Moment.arrives:
        return None
    call = played.call
    kind = {Moment.ringing: "1", Moment.answered: "3", Moment.leg_ended: "4", Moment.over: "2"}[now.moment]
    outside, inside = (
        {"num": played.client_or, "short": played.client_or, "type": "1"},
        _sipuni_side(now.extension, call),
    )
    source, target = (inside, outside) if played.is_out else (outside, inside)
    fields = {"event": kind, "call_id": call.call, "timestamp": str(int(now.at.timestamp())), "pbxdstnum": call.line}
    for name, side in (("src", source), ("dst", target)):
        fields |= {f"{name}_num": side["num"], f"short_{name}_num": side["short"], f"{name}_type": side["type"]}
    if now.moment is Moment.over:
        fields |= {
            "call_start_timestamp": str(int(call.started_at.timestamp())),
            "call_answer_timestamp": str(now.answered_unix),
        }
        fields |= {"status": "ANSWER" if now.talked else "CANCEL" if not now.extension else "NOANSWER"}
        fields |= {"call_record_link": f"https://pbx.example/r/{call.call}"} if now.talked else {}
    return _form(fields)


def _sipuni_side(extension: str, call: PlayedCall) -> dict[str, str]:
    if not extension:
        return {"num": call.line, "short": call.line, "type": "1"}
    return {"num": f"012345{extension}", "short": extension, "type": "2"}


SAMPLE_STAGES: Mapping[str, str] = {
    "call_start": "ringing",
    "call_answered": "answered",
    "leg_end": "leg_ended",
    "call_end": "completed",
}
MAPPED_SAMPLE: Mapping[str, object] = {
    "call": "data.uuid",
    "event": "event",
    "stages": dict(SAMPLE_STAGES),
    "direction": "data.direction",
    "caller": "data.caller",
    "callee": "data.callee",
    "line": "data.gateway",
    "extension": "data.extension",
    "leg": "data.leg",
    "at": "data.date",
    "talk": "data.dialog_duration",
    "reason": "data.hangup_cause",
    "recording": "data.download_url",
}


def encode_mapped(played: Played, now: Happening) -> Post | None:
    """Post as a home-made forwarder does: JSON under its own names, read by `MAPPED_SAMPLE`."""
    if now.moment is Moment.arrives:
        return None
    call = played.call
    names = {"ringing": "call_start", "answered": "call_answered", "leg_ended": "leg_end", "over": "call_end"}
    numbers = (call.line, call.client) if played.is_out else (played.client_or, call.line)
    told: dict[str, object] = {"uuid": call.call, "direction": played.way}
    told |= {"caller": numbers[0], "callee": numbers[1], "gateway": call.line, "extension": now.extension}
    told |= {
        "date": int(now.at.timestamp()),
        "leg": "" if now.moment is Moment.over else f"leg-{now.extension or 'menu'}",
    }
    if now.moment is Moment.over:
        told |= {"dialog_duration": _whole(now.talked), "hangup_cause": _mapped_reason(played)}
        told |= {"download_url": f"https://pbx.example/{call.call}.mp3" if now.talked else None}
    body = json.dumps({"event": names[now.moment], "data": told}).encode()
    return Post(body, {"Content-Type": _JSON, "X-Hub-Secret": played.settings["secret"]})


def _mapped_reason(played: Played) -> str:
    return played.scene if played.scene in {Scene.abandoned_in_menu, Scene.out_of_hours} else ""


ENCODERS: Mapping[str, Encoder] = {
    "mango": encode_mango,
    "megafon": encode_megafon,
    "zadarma": encode_zadarma,
    "uis": encode_uis,
    "sipuni": encode_sipuni,
    "mapped": encode_mapped,
}


def _form(fields: Mapping[str, str], suffix: str = "", **headers: str) -> Post:
    return Post(urlencode(fields).encode(), {"Content-Type": _FORM, **headers}, suffix)


def _whole(length: timedelta) -> str:
    return str(int(length.total_seconds()))
