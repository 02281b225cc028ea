"""What is asked: a period in local dates, filters, and whose lines the asker may look at (RG-1).

Dates are of the calendar's zone: that of the line asked for, else of the default line; the last day belongs to the
period. A head asks about own lines, an administrator about all; a line of others does not exist for a head (RG-2).
"""

from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from hub.domain.errors import NotFound
from hub.domain.ids import LineKey
from hub.domain.manager import Role
from hub.domain.metrics import Measured
from hub.domain.policy import Policy
from hub.domain.rights import Action, Person, Subject, ensure
from hub.inbox.office import Office
from hub.store import reports
from hub.store.pool import Connection
from hub.store.reports import Period

DAYS_SHOWN = 30
_ZERO = time()


@dataclass(frozen=True, slots=True)
class Asked:
    """What a person wants to see; everything left out means all.

    `since` and `until` are local dates, both included. `manager` is a key of the policy document, `team` a line whose
    team is meant. `channel` is the kind by which the client asked, `campaign` utm_campaign. `compare_since` and
    `compare_until` name an earlier period to be shown beside, under the same rules.
    """

    since: date | None = None
    until: date | None = None
    line: str = ""
    channel: str = ""
    source: str = ""
    campaign: str = ""
    manager: str = ""
    team: str = ""
    compare_since: date | None = None
    compare_until: date | None = None
    language: str = "ru"

    def earlier(self) -> "Asked | None":
        """Return the same question about the earlier period, `None` if none is named."""
        if self.compare_since is None and self.compare_until is None:
            return None
        return replace(self, since=self.compare_since, until=self.compare_until, compare_since=None, compare_until=None)


@dataclass(frozen=True, slots=True)
class Question:
    """An `Asked` with everything resolved.

    `lines` and `people` are `None` for all; `compared` is the earlier period beside it; `names` are those of
    all managers by id; `has_dates` tells a period that was asked for from the usual one.
    """

    asked: Asked
    period: Period
    zone: ZoneInfo
    now: datetime
    policy: Policy
    names: dict[int, str]
    compared: Period | None = None
    lines: frozenset[str] | None = None
    people: frozenset[int] | None = None
    language: str = "ru"

    @property
    def has_dates(self) -> bool:
        return self.asked.since is not None or self.asked.until is not None

    def takes(self, measured: Measured, *, holder: int | None) -> bool:
        """Tell whether a wait is asked about; `holder` is who was responsible when it ended or fell due."""
        wait, asked = measured.story.wait, self.asked
        responsible = wait.responder_id if wait.responder_id is not None else holder
        return (
            self.period.holds(wait.started_at)
            and self.takes_line(wait.line)
            and (not asked.channel or wait.channel == asked.channel)
            and (not asked.source or wait.source == asked.source)
            and (not asked.campaign or measured.story.campaign == asked.campaign)
            and (self.people is None or responsible in self.people)
        )

    def takes_line(self, line: str) -> bool:
        """Tell whether a line is asked about."""
        return self.lines is None or line in self.lines

    def takes_person(self, manager_id: int | None) -> bool:
        """Tell whether a manager is asked about."""
        return self.people is None or manager_id in self.people

    def name_of(self, manager_id: int | None) -> str:
        """Return a manager's name, a dash for nobody."""
        return self.names.get(manager_id, f"#{manager_id}") if manager_id is not None else "—"

    def line_name(self, line: str) -> str:
        """Return the name of a line, its key if the policy has it no more."""
        known = self.policy.lines.get(LineKey(line))
        return known.name if known else line


async def resolve(connection: Connection, office: Office, actor: Person, asked: Asked) -> Question:
    """Return the question as it can be answered to this actor.

    Raises:
        NotFound: no such line, manager or team for the actor (RG-2).
        PermissionDenied: a manager asks (RG-1).
    """
    policy, now = office.policy(), office.clock.now()
    lines = _lines(policy, actor, asked.line)
    zone = policy.get_line(asked.line or policy.default_line).calendar.zone
    people = await reports.list_people(connection)
    return Question(
        asked=asked,
        period=_period(asked, zone, now),
        zone=zone,
        now=now,
        policy=policy,
        names={manager_id: name for manager_id, _, name in people},
        lines=lines,
        people=_people(policy, asked, {key: manager_id for manager_id, key, _ in people}),
        language=asked.language,
    )


def _lines(policy: Policy, actor: Person, wanted: str) -> frozenset[str] | None:
    if wanted and wanted not in policy.lines:
        raise NotFound(f"there is no line '{wanted}'; there are: {', '.join(policy.lines)}")
    if wanted:
        ensure(actor, Action.view_reports, Subject(LineKey(wanted)))
        return frozenset({wanted})
    if actor.role is Role.admin:
        ensure(actor, Action.view_reports, Subject())
        return None
    for line in actor.lines or {policy.default_line}:
        ensure(actor, Action.view_reports, Subject(line))
    return frozenset(actor.lines)


def _people(policy: Policy, asked: Asked, keys: dict[str, int]) -> frozenset[int] | None:
    if asked.manager:
        if asked.manager not in keys:
            raise NotFound(f"there is no manager '{asked.manager}'; there are: {', '.join(sorted(keys)) or 'none'}")
        return frozenset({keys[asked.manager]})
    if not asked.team:
        return None
    line = policy.lines.get(LineKey(asked.team))
    if line is None:
        raise NotFound(f"a team is named by its line; there is no line '{asked.team}': {', '.join(policy.lines)}")
    return frozenset(manager_id for key, manager_id in keys.items() if line.has_member(key))


def _period(asked: Asked, zone: ZoneInfo, now: datetime) -> Period:
    last = asked.until or now.astimezone(zone).date()
    first = asked.since or last - timedelta(days=DAYS_SHOWN - 1)
    return Period(_midnight(first, zone), _midnight(last + timedelta(days=1), zone))


def _midnight(day: date, zone: ZoneInfo) -> datetime:
    return datetime.combine(day, _ZERO, zone).astimezone(UTC)
