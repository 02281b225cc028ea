"""A PBX that plays calls: what each provider would post about one call, signed, to the hub's address.

`timeline` says what happens in a scene; an encoder a provider puts each moment into its words. `FakePbx.play` posts
them in order, shuffled, or each twice, as real PBXs do. The sandbox and the acceptance tests use it; it knows nothing
of the adapters, so a mistake in one of them is not repeated here. Shapes follow the pages named in the adapters.
"""

import base64
import hashlib
import hmac
import json
import random
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from hub.net.http import Http, HttpAnswer

_FORM = "application/x-www-form-urlencoded"
_JSON = "application/json"
MOSCOW = ZoneInfo("Europe/Moscow")


class Scene(StrEnum):
    """How a call goes."""

    answered = "answered"
    missed = "missed"
    abandoned_in_menu = "abandoned_in_menu"
    out_of_hours = "out_of_hours"
    hidden = "hidden"
    outgoing = "outgoing"
    not_reached = "not_reached"


class Order(StrEnum):
    """How the network treats the posts of one call."""

    as_happened = "as_happened"
    shuffled = "shuffled"
    repeated = "repeated"


class Moment(StrEnum):
    """What may happen in a call; `over` is the provider's record of the whole."""

    ringing = "ringing"
    answered = "answered"
    leg_ended = "leg_ended"
    over = "over"


@dataclass(frozen=True, slots=True)
class PlayedCall:
    """Who calls whom and when. Numbers are digits with country code; `call` is the provider's id of the call."""

    call: str
    started_at: datetime
    client: str = "79161234567"
    line: str = "74951234567"
    extension: str = "101"
    colleague: str = "102"
    ring: timedelta = timedelta(seconds=8)
    talk: timedelta = timedelta(seconds=42)


@dataclass(frozen=True, slots=True)
class Happening:
    """One moment of a played call at `at`, with the employee it concerns; `talked` only when it is over."""

    moment: Moment
    at: datetime
    extension: str = ""
    talked: timedelta = timedelta(0)


@dataclass(frozen=True, slots=True)
class Post:
    """A request of the provider; `suffix` goes behind the connection's address."""

    body: bytes
    headers: Mapping[str, str] = field(default_factory=dict)
    suffix: str = ""


@dataclass(frozen=True, slots=True)
class Played:
    """What an encoder knows: the scene, the call and the settings of the connection on the other side."""

    scene: Scene
    call: PlayedCall
    settings: Mapping[str, str]

    @property
    def is_out(self) -> bool:
        """Tell whether we call."""
        return self.scene in {Scene.outgoing, Scene.not_reached}

    @property
    def client(self) -> str:
        """Return the client's number, empty where it is hidden."""
        return "" if self.scene is Scene.hidden else self.call.client

    @property
    def client_or(self) -> str:
        """Return the client's number, `anonymous` where it is hidden."""
        return self.client or "anonymous"


Encoder = Callable[[Played, Happening], Post | None]


def timeline(scene: Scene, call: PlayedCall) -> Sequence[Happening]:
    """Return what happens in a scene, in order."""
    start, picked_up = call.started_at, call.started_at + call.ring
    hung_up = picked_up + call.talk
    mine, other = call.extension, call.colleague
    match scene:
        case Scene.answered:
            return (
                Happening(Moment.ringing, start, mine),
                Happening(Moment.ringing, start, other),
                Happening(Moment.answered, picked_up, mine),
                Happening(Moment.leg_ended, picked_up, other),
                Happening(Moment.leg_ended, hung_up, mine),
                Happening(Moment.over, hung_up, mine, call.talk),
            )
        case Scene.outgoing:
            return (
                Happening(Moment.ringing, start, mine),
                Happening(Moment.answered, picked_up, mine),
                Happening(Moment.over, hung_up, mine, call.talk),
            )
        case Scene.missed | Scene.hidden | Scene.not_reached:
            return (
                Happening(Moment.ringing, start, mine),
                Happening(Moment.leg_ended, picked_up, mine),
                Happening(Moment.over, picked_up, mine),
            )
        case Scene.abandoned_in_menu | Scene.out_of_hours:
            return (Happening(Moment.ringing, start), Happening(Moment.over, picked_up))


def encode_mango(played: Played, now: Happening) -> Post:
    """Post leg events and the summary of the VPBX API, signed over the json text."""
    call, settings = played.call, played.settings
    outside, inside = {"number": played.client} if played.client else {}, {"extension": now.extension}
    inside = {**inside, "number": f"sip:user{now.extension}@example.mangosip.ru"} if now.extension else {}
    is_over = now.moment is Moment.over
    ours = inside if played.is_out or is_over else {**inside, "line_number": call.line}
    event: dict[str, object] = {"entry_id": call.call, "from": outside, "to": ours}
    if played.is_out:
        event = {"entry_id": call.call, "from": ours, "to": {**outside, "line_number": call.line}}
    if is_over:
        talked_at = int((now.at - now.talked).timestamp()) if now.talked else 0
        event |= {"call_direction": 2 if played.is_out else 1, "line_number": call.line, "entry_result": 1}
        event |= {"create_time": int(call.started_at.timestamp()), "forward_time": int(call.started_at.timestamp())}
        event |= {
            "talk_time": talked_at,
            "end_time": int(now.at.timestamp()),
            "disconnect_reason": _mango_reason(played),
        }
    else:
        state, seq = {"ringing": ("Appeared", 1), "answered": ("Connected", 2), "leg_ended": ("Disconnected", 3)}[
            now.moment
        ]
        event |= {"call_id": f"{call.call}-{now.extension or 'menu'}", "timestamp": int(now.at.timestamp()), "seq": seq}
        event |= {"call_state": state, "location": "abonent" if now.extension else "ivr"}
    text = json.dumps(event, ensure_ascii=False)
    signature = hashlib.sha256(f"{settings['api_key']}{text}{settings['api_salt']}".encode()).hexdigest()
    suffix = "events/summary" if is_over else "events/call"
    return _form({"vpbx_api_key": settings["api_key"], "sign": signature, "json": text}, suffix=suffix)


def _mango_reason(played: Played) -> int:
    return {Scene.abandoned_in_menu: 1170, Scene.out_of_hours: 1192, Scene.missed: 1110}.get(played.scene, 1100)


def encode_megafon(played: Played, now: Happening) -> Post:
    """Post events without time or id, and the history record that says how it went."""
    call, is_over = played.call, now.moment is Moment.over
    common = {"callid": call.call, "phone": played.client_or, "diversion": call.line, "telnum": call.line}
    common |= {"crm_token": played.settings["crm_token"], "user": now.extension and f"user{now.extension}"}
    common |= {"ext": now.extension}
    if not is_over:
        first = "OUTGOING" if played.is_out else "INCOMING"
        is_mine = now.extension == call.extension and Scene.answered is played.scene
        end = "COMPLETED" if is_mine else "CANCELLED"
        kind = {Moment.ringing: first, Moment.answered: "ACCEPTED", Moment.leg_ended: end}[now.moment]
        return _form({"cmd": "event", "type": kind, "direction": "out" if played.is_out else "in", **common})
    status = "Success" if now.talked else "NotAvailable" if played.is_out else "Missed"
    waited = now.at - now.talked - call.started_at
    lengths = {"duration": _whole(now.talked), "wait": _whole(waited)}
    start = call.started_at.astimezone(UTC).strftime("%Y%m%dT%H%M%SZ")
    record = {"link": f"https://pbx.example/records/{call.call}.mp3"} if now.talked else {}
    kind = "out" if played.is_out else "in"
    return _form({"cmd": "history", "type": kind, "status": status, "start": start, **lengths, **common, **record})


def encode_zadarma(played: Played, now: Happening) -> Post | None:
    """Post notifications with the start of the call only, signed over three fields."""
    call = played.call
    start = call.started_at.astimezone(MOSCOW).strftime("%Y-%m-%d %H:%M:%S")
    fields = {"pbx_call_id": f"{'out' if played.is_out else 'in'}_{call.call}", "call_start": start}
    fields |= {"internal": now.extension} if now.extension else {}
    if played.is_out:
        fields |= {"caller_id": call.line, "destination": call.client}
        names = {Moment.ringing: "NOTIFY_OUT_START", Moment.over: "NOTIFY_OUT_END"}
        signed = (now.extension, call.client, start)
    else:
        fields |= {"caller_id": played.client_or, "called_did": call.line}
        names = {Moment.ringing: "NOTIFY_INTERNAL" if now.extension else "NOTIFY_IVR", Moment.over: "NOTIFY_END"}
        names |= {Moment.answered: "NOTIFY_ANSWER"}
        third = now.extension if now.moment is Moment.answered else call.line
        fields |= {"destination": third} if now.moment is Moment.answered else {}
        signed = (played.client_or, third, start)
    if now.moment not in names:
        return None
    if now.moment is Moment.over:
        fields |= {"duration": _whole(now.talked), "disposition": "answered" if now.talked else "cancel"}
        fields |= {"status_code": "16", "is_recorded": "1" if now.talked else "0"}
        fields |= {"call_id_with_rec": f"1458832388.{call.call[:6]}"} if now.talked else {}
    digest = hmac.new(played.settings["api_secret"].encode(), "".join(signed).encode(), "sha1").hexdigest()
    return _form({"event": names[now.moment], **fields}, Signature=base64.b64encode(digest.encode()).decode())


def encode_uis(played: Played, now: Happening) -> Post | None:
    """Post notifications by the hub's own template; ends of legs have no notification."""
    stages = {Moment.ringing: "ringing", Moment.answered: "answered"}
    stage = stages.get(now.moment) or ("ended" if now.talked or played.is_out else "lost")
    if now.moment is Moment.leg_ended:
        return None
    is_over, call = now.moment is Moment.over, played.call
    told = {
        "stage": stage,
        "at": str(int(now.at.timestamp())),
        "local_time": now.at.astimezone(MOSCOW).strftime("%Y-%m-%d %H:%M:%S.000"),
        "call": call.call,
        "leg": f"{call.call}{now.extension}",
        "direction": "out" if played.is_out else "in",
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


def encode_sipuni(played: Played, now: Happening) -> Post:
    """Post events 1 to 4 with short numbers and unix times; nothing is signed."""
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
        answered = int((now.at - now.talked).timestamp()) if now.talked else 0
        fields |= {
            "call_start_timestamp": str(int(call.started_at.timestamp())),
            "call_answer_timestamp": str(answered),
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


def encode_mapped(played: Played, now: Happening) -> Post:
    """Post as a home-made forwarder does: JSON under its own names, read by `MAPPED_SAMPLE`."""
    call = played.call
    names = {"ringing": "call_start", "answered": "call_answered", "leg_ended": "leg_end", "over": "call_end"}
    numbers = (call.line, call.client) if played.is_out else (played.client_or, call.line)
    told: dict[str, object] = {"uuid": call.call, "direction": "out" if played.is_out else "in"}
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


def posts(kind: str, scene: Scene, call: PlayedCall, settings: Mapping[str, str]) -> list[Post]:
    """Return what the provider `kind` posts about a call, in the order of its happening."""
    played = Played(scene, call, settings)
    found = (ENCODERS[kind](played, happening) for happening in timeline(scene, call))
    return [post for post in found if post is not None]


class FakePbx:
    """A PBX account of one provider that posts to one connection of the hub.

    `settings` are plain values of the connection, secrets included: both sides know them.
    """

    def __init__(self, kind: str, base_url: str, settings: Mapping[str, str], *, http: Http) -> None:
        self._kind = kind
        self._base_url = base_url.rstrip("/")
        self._settings = settings
        self._http = http

    async def play(self, scene: Scene, call: PlayedCall, *, order: Order = Order.as_happened) -> list[HttpAnswer]:
        """Post all of a call, one request after the other, and return the answers."""
        return [await self.send(post) for post in self.posts(scene, call, order=order)]

    def posts(self, scene: Scene, call: PlayedCall, *, order: Order = Order.as_happened) -> list[Post]:
        """Return the posts of a call as the network would bring them; the same for the same call."""
        found = posts(self._kind, scene, call, self._settings)
        match order:
            case Order.as_happened:
                return found
            case Order.repeated:
                return [post for post in found for _ in range(2)]
            case Order.shuffled:
                random.Random(call.call).shuffle(found)
                return found

    async def send(self, post: Post) -> HttpAnswer:
        """Post one request."""
        url = f"{self._base_url}/{post.suffix}".rstrip("/")
        return await self._http.request("POST", url, headers=post.headers, data=post.body)


def _form(fields: Mapping[str, str], suffix: str = "", **headers: str) -> Post:
    return Post(urlencode(fields).encode(), {"Content-Type": _FORM, **headers}, suffix)


def _whole(length: timedelta) -> str:
    return str(int(length.total_seconds()))
