"""How the hub is on one screen, what was set aside, and the automations with how often they would have helped."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from datetime import datetime
from zlib import crc32
from zoneinfo import ZoneInfo

from bots.screens import moments
from bots.screens.action import Action, Press, to_base36
from bots.screens.quoting import one_line
from bots.screens.screen import Button, Row, Screen, bold, line
from bots.texts import Texts
from hub.domain.automation import Mode
from hub.domain.health import LAG_LIMIT, ROLES, ConnectionHealth, Health, LaneHealth
from hub.inbox.offered import Offered
from hub.inbox.set_aside import SetAside
from hub.store.receipts import ParkedReceipt

Say = Callable[[str, str], str]
ALL, LIST, ONE = "all", "list", "one"
SHOWN = 10
_NAME = 40
_PARKED = ("payload parked", "delivery parked")


def health_screen(texts: Texts, health: Health, *, zone: ZoneInfo, say: Say) -> Screen:
    """Return roles, lanes, clocks, connections and what was set aside; `say` puts reasons into words of the reader."""
    blocks = [line(bold(texts("health.title"))), line(_roles(texts, health)), line(_lanes(texts, health.lanes))]
    if health.held is not None:
        blocks.append(line(texts("health.held")))
    if health.clocks.overdue:
        blocks.append(line(texts("health.clocks", n=health.clocks.overdue)))
    for each in health.connections:
        reason = say(each.reason, texts.language)
        blocks.append(line(_connection(texts, replace(each, reason=reason), zone=zone, now=health.at)))
    wrong = sum(health.wrong.values())
    blocks.append(line(texts("health.wrong", n=wrong) if wrong else texts("health.nothing_wrong")))
    return Screen(tuple(blocks), tuple(_rows(texts, health, wrong)))


def set_aside_screen(texts: Texts, found: Sequence[SetAside], *, zone: ZoneInfo, now: datetime, say: Say) -> Screen:
    """Return what was set aside, oldest first, each with a button that puts it back into work."""
    blocks = [line(bold(texts("aside.title" if found else "health.nothing_wrong")))]
    for each in found[:SHOWN]:
        told = replace(each, reason=say(each.reason, texts.language))
        blocks.append(line(_aside(texts, told, zone=zone, now=now)))
    rows = [
        (Button(texts("button.put_back", n=each.id), Action(Press.health, each.id, arg=ONE)),) for each in found[:SHOWN]
    ]
    return Screen(tuple(blocks), (*rows, (Button(texts("button.health"), Action(Press.health)),)))


def automations_screen(texts: Texts, offered: Sequence[Offered]) -> Screen:
    """Return what the hub does by itself, with the evidence for what is off; a press leads to the dry run."""
    blocks = [line(bold(texts("autos.title")))]
    rows: list[Row] = []
    for each in offered:
        name = one_line(each.name.say(texts.language), 90)
        blocks.append(line(f"{texts(f'autos.{each.mode}')} {each.key} {name}{_evidence(texts, each)}"))
        if each.mode in set(Mode):
            rows.append(_switches(texts, each))
    return Screen(tuple(blocks), (*rows, (Button(texts("button.admin"), Action(Press.admin)),)))


def code_of(key: str) -> str:
    """Return what a button says for an automation: its key may be longer than a button."""
    return to_base36(crc32(key.encode()))


def _roles(texts: Texts, health: Health) -> str:
    missing = [role for role in ROLES if not health.list_alive(role)]
    return texts("health.roles_missing", names=", ".join(missing)) if missing else texts("health.roles")


def _lanes(texts: Texts, lanes: Sequence[LaneHealth]) -> str:
    behind = [each for each in lanes if each.lag > LAG_LIMIT]
    if not behind:
        return texts("health.lanes", n=sum(each.waiting for each in lanes))
    told = (f"{each.lane} {each.waiting} ({moments.duration(texts, each.lag)})" for each in behind)
    return texts("health.lanes_behind", names=", ".join(told))


def _connection(texts: Texts, each: ConnectionHealth, *, zone: ZoneInfo, now: datetime) -> str:
    name = f"{each.kind} {one_line(each.name, _NAME)}"
    if not each.is_up:
        since = moments.clock_time(texts, each.since, zone=zone, now=now)
        return texts("health.down", name=name, since=since, reason=one_line(each.reason, 120) or "–")
    if each.last_success_at is None:
        return texts("health.up_never", name=name)
    return texts("health.up", name=name, at=moments.clock_time(texts, each.last_success_at, zone=zone, now=now))


def _rows(texts: Texts, health: Health, wrong: int) -> Iterator[Row]:
    parked = sum(health.wrong.get(each, 0) for each in _PARKED)
    if parked:
        yield (Button(texts("button.put_all_back", n=parked), Action(Press.health, arg=ALL)),)
    if wrong:
        yield (Button(texts("button.set_aside"), Action(Press.health, arg=LIST)),)
    yield (
        Button(texts("button.refresh"), Action(Press.health)),
        Button(texts("button.admin"), Action(Press.admin)),
    )


def _aside(texts: Texts, each: SetAside, *, zone: ZoneInfo, now: datetime) -> str:
    if isinstance(each, ParkedReceipt):
        at, what = each.received_at, f"{each.kind} {one_line(each.connection, _NAME)}"
    else:
        at, what = each.created_at, f"{each.lane} · {each.state}"
    when = moments.clock_time(texts, at, zone=zone, now=now)
    return f"{each.id} · {when} · {what} · {one_line(each.reason, 120)}"


def _evidence(texts: Texts, each: Offered) -> str:
    return f" · {texts.count('autos.helped', each.helped)}" if each.helped and each.mode != Mode.on else ""


def _switches(texts: Texts, each: Offered) -> Row:
    others = [mode for mode in (Mode.on, Mode.dry, Mode.off) if mode.value != each.mode]
    code = code_of(each.key)
    return tuple(
        Button(f"{each.key}: {texts(f'button.auto_{mode}')}", Action(Press.autos, arg=f"{code}.{mode.value}"))
        for mode in others
    )
