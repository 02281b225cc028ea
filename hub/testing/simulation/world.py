"""A hub in memory with its people, its connections and what providers have seen of it."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import cache
from itertools import count
from random import Random
from typing import Any, cast

from hub.domain.ids import ConnectionId, LineKey, ManagerId
from hub.domain.inbound import InboundEvent
from hub.domain.manager import Manager, Role
from hub.domain.policy import Policy
from hub.domain.rights import Person
from hub.hints.local import LocalFeed, LocalLocks, LocalWakeup
from hub.inbox.endpoint import Endpoint
from hub.routing.build import to_policy
from hub.routing.document import parse_policy
from hub.store.ids import IdBlocks
from hub.testing.simulation.loop import VirtualLoop
from hub.testing.simulation.office import SOUND, Defect, VirtualOffice
from hub.testing.simulation.oracle import Oracle
from hub.testing.simulation.rows import MemoryRows

MONDAY_MORNING = datetime(2031, 3, 3, 8, tzinfo=UTC)
TEAM = {"anna": Role.manager, "ivan": Role.manager, "olga": Role.head}
EXTENSION, OWN_TELEGRAM = "101", "77"
KINDS = ("telegram", "email", "webform", "mango")

RULES = """
[business]
name = "Ромашка"
[calendars.always]
always_open = true
[lines.sales]
name = "Продажи"
calendar = "always"
{sales}
[lines.support]
name = "Сервис"
{support}
[[rules]]
name = "Поломки"
line = "support"
[[rules.when]]
kind = "text"
words = ["сломал"]
"""
"""The document of a story: `{sales}` and `{support}` are further settings of the lines."""


@cache
def policy_of(document: str, revision: int) -> Policy:
    """Return the rules of a document; stories share a handful of them."""
    return to_policy(parse_policy(document), revision)


@dataclass(frozen=True, slots=True)
class Seen:
    """A message that a provider accepted: the thread it went to and the key of its delivery."""

    thread_id: int
    key: str


@dataclass(slots=True)
class World:
    """Everything there is in one story. `bodies` are the events that receipts name."""

    loop: VirtualLoop
    store: MemoryRows
    oracle: Oracle
    office: VirtualOffice
    rules: list[Policy]
    people: dict[str, Person]
    seed: int
    bodies: dict[str, InboundEvent] = field(default_factory=dict)
    seen: list[Seen] = field(default_factory=list)
    is_calm: bool = False
    watch_sleeps_until: datetime = MONDAY_MORNING
    aside: dict[tuple[str, str, int], datetime] = field(default_factory=dict)
    _numbers: Iterator[int] = field(default_factory=lambda: count(1))

    @property
    def now(self) -> datetime:
        return self.loop.now()

    def number(self) -> int:
        """Return a number that nothing else in this story has."""
        return next(self._numbers)

    def luck_of(self, *parts: object) -> Random:
        """Return the generator of one thing, the same in every run of the seed."""
        return Random(":".join(map(str, (self.seed, *parts))))

    def pick(self, table: str, place: int) -> Any:
        """Return a row by its place modulo their number, `None` where there are none."""
        rows = list(self.store.tables[table].values())
        return rows[place % len(rows)] if rows else None

    def sleep_watch(self, span: timedelta) -> None:
        """Let nobody look at clocks for a while."""
        self.watch_sleeps_until = max(self.watch_sleeps_until, self.now + span)
        self.oracle.note_outage(self.now, self.watch_sleeps_until)


def open_world(seed: int, document: str, defect: Defect = SOUND) -> World:
    """Build an empty hub with three people and four connections, at eight on a Monday."""
    loop, store = VirtualLoop(MONDAY_MORNING), MemoryRows()
    oracle, rules = Oracle(store), [policy_of(document, 1)]
    ids = {key: ManagerId(store.new_id()) for key in TEAM}
    store.managers = {int(ids[key]): Manager(ids[key], key, key.title(), role) for key, role in TEAM.items()}
    staff = {("pbx_extension", "4", EXTENSION): ids["anna"], ("tg_user", "", OWN_TELEGRAM): ids["ivan"]}
    endpoints = {ConnectionId(each): Endpoint(ConnectionId(each), kind, kind) for each, kind in enumerate(KINDS, 1)}
    office = VirtualOffice(
        pool=cast(Any, None),
        ids=IdBlocks(),
        clock=loop,
        policy=lambda: rules[-1],
        staff=lambda: staff,
        endpoints=lambda: endpoints,
        wakeup=LocalWakeup(),
        feed=LocalFeed(),
        locks=LocalLocks(),
        store=store,
        witness=oracle.witness,
        luck=Random(seed),
        defect=defect,
    )
    lines = frozenset(LineKey(line) for line in rules[0].lines)
    people = {key: Person(ids[key], role, lines) for key, role in TEAM.items()}
    return World(loop, store, oracle, office, rules, people, seed)
