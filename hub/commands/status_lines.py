"""The lines of `hub status`: what was looked at, whether it is well, and its state or what to do, in people's words."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from hub.commands.language import in_language
from hub.commands.texts import say, word
from hub.commands.wall_time import WallTime
from hub.domain.health import (
    CLOCK_LIMIT,
    LAG_LIMIT,
    LEASE_LIMIT,
    ROLES,
    Beat,
    ClockHealth,
    ConnectionHealth,
    CrmHealth,
    DiskHealth,
    Health,
    LaneHealth,
    LeaseHealth,
    MachineHealth,
    SpoolHealth,
)
from hub.domain.restored import HELD_LANES, Restored


@dataclass(frozen=True, slots=True)
class StatusLine:
    """One thing that was looked at."""

    thing: str
    is_ok: bool
    says: str


@dataclass(frozen=True, slots=True)
class Words:
    """In which language and by which wall clock lines are written."""

    language: str
    time: WallTime

    def list_lines(self, health: Health, machine: MachineHealth) -> list[StatusLine]:
        """Return the lines in the order in which people read them."""
        return [
            *self._sending(health.held),
            *(self._role(role, health) for role in ROLES),
            *(self._process(beat) for beat in health.beats),
            *(self._lane(lane, is_held=_is_held(lane, health)) for lane in health.lanes),
            self._leases(health.leases),
            self._clocks(health.clocks, is_held=health.held is not None),
            self._wrong(health),
            *(self._connection(each, health.at) for each in health.connections),
            StatusLine(
                "database", is_ok=True, says=self._say("database", megabytes=health.database_bytes // 1_000_000)
            ),
            *list_machine(machine, self.language),
        ]

    def _sending(self, held: Restored | None) -> list[StatusLine]:
        """Tell that nothing leaves a restored hub before a person has looked (case 38)."""
        if held is None:
            return []
        instants = {"at": self.time.minute(held.at), "made": self.time.minute(held.made_at)}
        return [StatusLine("sending", is_ok=False, says=self._say("held", **instants))]

    def _role(self, role: str, health: Health) -> StatusLine:
        alive = len(health.list_alive(role))
        says = self._say("role" if alive else "role_missing", count=alive, role=role)
        return StatusLine(f"role {role}", alive > 0, says)

    def _process(self, beat: Beat) -> StatusLine:
        """Tell of a process. One that fell silent is no trouble by itself: its roles may be somebody else's by now."""
        key = "process" if beat.is_alive else "process_silent"
        since, silent = self.time.minute(beat.started_at), _seconds(beat.silent_for)
        return StatusLine(
            beat.process, is_ok=True, says=self._say(key, since=since, version=beat.version, silent=silent)
        )

    def _lane(self, lane: LaneHealth, *, is_held: bool) -> StatusLine:
        is_ok = is_held or lane.lag <= LAG_LIMIT
        key = "lane_held" if is_held else "lane" if is_ok else "lane_behind"
        says = self._say(key, waiting=lane.waiting, lag=_seconds(lane.lag))
        return StatusLine(f"{lane.way} {lane.lane}", is_ok, says)

    def _leases(self, leases: LeaseHealth) -> StatusLine:
        is_ok = leases.overdue <= LEASE_LIMIT
        facts = {"held": leases.held, "age": _seconds(leases.age), "overdue": _seconds(leases.overdue)}
        return StatusLine("leases", is_ok, self._say("leases" if is_ok else "leases_abandoned", **facts))

    def _clocks(self, clocks: ClockHealth, *, is_held: bool) -> StatusLine:
        is_ok = is_held or clocks.lag <= CLOCK_LIMIT
        key = "clocks_held" if is_held else "clocks" if is_ok else "clocks_late"
        facts = {
            "next": self.time.minute(clocks.next_at) or "–",
            "overdue": clocks.overdue,
            "lag": _seconds(clocks.lag),
        }
        return StatusLine("clocks", is_ok, self._say(key, **facts))

    def _wrong(self, health: Health) -> StatusLine:
        """Tell what was set aside; payloads of robots are too, so only deliveries that wait for a person are wrong."""
        facts = {key.replace(" ", "_"): count for key, count in health.wrong.items()}
        is_ok = not health.wrong["delivery parked"]
        return StatusLine("parked", is_ok, self._say("parked" if is_ok else "parked_waiting", **facts))

    def _connection(self, each: ConnectionHealth, at: datetime) -> StatusLine:
        if each.crm is not None and each.is_up:
            return self._crm(each, each.crm, at)
        facts = {
            "state": word(self.language, "state", each.state),
            "reason": in_language(each.reason, self.language) or "–",
            "since": self.time.minute(each.since),
            "last": self.time.minute(each.last_success_at) or "–",
        }
        if each.is_up and each.compared_at is not None:
            facts |= {"compared": self.time.minute(each.compared_at)}
            facts |= {"waiting": str(each.waiting), "overlooked": str(each.overlooked)}
        key = "connection_down" if not each.is_up else "connection_compared" if "compared" in facts else "connection"
        says = self._say(key, **facts)
        return StatusLine(f"{each.kind} {each.name}", each.is_up, says)

    def _crm(self, each: ConnectionHealth, crm: CrmHealth, at: datetime) -> StatusLine:
        """Tell of a CRM that works: that it rests now, until when and why is the first thing people should know."""
        facts = {
            "name": each.name,
            "kind": each.kind,
            "lag": _seconds(crm.lag),
            "drift": crm.drift,
            "refused": crm.refused,
        }
        facts |= {"reason": in_language(crm.rest_reason, self.language), "ends": self.time.minute(crm.ends_at)}
        troubles = {"crm_ending": crm.is_ending(at), "crm_refused": crm.refused > 0}
        said = [key for key, is_so in troubles.items() if is_so][:1]
        is_ok = not said and not crm.is_away(at)
        if crm.rests_until is not None and crm.rests_until > at:
            facts |= {"until": self.time.second(crm.rests_until), "zone": self.time.zone}
            said.insert(0, "crm_rests")
        says = "; ".join(self._say(key, **facts) for key in said or ["crm"])
        return StatusLine(f"{each.kind} {each.name}", is_ok, says)

    def _say(self, key: str, **facts: object) -> str:
        return say(self.language, f"status.{key}", **facts)

    def show_thing(self, line: StatusLine) -> str:
        """Return what people call the thing of a line."""
        return word(self.language, "thing", line.thing)


def _is_held(lane: LaneHealth, health: Health) -> bool:
    return health.held is not None and lane.way == "out" and lane.lane in HELD_LANES


def list_machine(machine: MachineHealth, language: str) -> list[StatusLine]:
    """Return the lines of this machine: what waits on its disk, and the room there is."""
    return [_spool(machine.spool, language), *(_disk(each, language) for each in machine.disks)]


def list_wrong(lines: Iterable[StatusLine]) -> Iterator[StatusLine]:
    """Yield the lines that need a person."""
    return (line for line in lines if not line.is_ok)


def _spool(spool: SpoolHealth, language: str) -> StatusLine:
    key = "spool_damaged" if spool.damaged_files else "spool_in_use" if spool.records else "spool"
    says = say(language, f"status.{key}", records=spool.records, files=spool.damaged_files)
    return StatusLine("spool", not (spool.records or spool.damaged_files), says)


def _disk(disk: DiskHealth, language: str) -> StatusLine:
    key = "status.disk" if disk.has_room else "status.disk_full"
    says = say(language, key, percent=f"{disk.free_ratio:.0%}", megabytes=disk.free_bytes // 1_000_000)
    return StatusLine(f"disk {disk.name}", disk.has_room, says)


def _seconds(length: timedelta) -> str:
    return f"{length.total_seconds():.0f}"
