"""Searching among many clients as a manager and as a head do: names with typos, digits, addresses, numbers, words said.

Each search is the whole of what a person waits for: the ids and then the page of the list, within the reach of who
asks. Companies are few beside clients, and are not measured apart.
"""

import random
import statistics
import time
from collections.abc import Callable
from dataclasses import dataclass

import asyncpg

from bench.fill import MESSAGES_EACH, fill
from bench.installation import Installation, fresh_installation, make_config
from bench.machine import ALL_CORES, Machine
from bench.report import Figure, Report, Target, progress
from bench.sizes import Sizes
from hub.app.ground import open_ground
from hub.app.hints import open_hints
from hub.app.office import build
from hub.domain.ids import LineKey, ManagerId
from hub.domain.manager import Role
from hub.domain.rights import Person
from hub.inbox.office import Office
from hub.inbox.queries import find_conversations

_KNOWN = """
SELECT k.name, p.value AS phone, m.value AS mail, c.number FROM contacts k JOIN conversations c ON c.contact_id = k.id
JOIN identities p ON p.contact_id = k.id AND p.type = 'phone'
JOIN identities m ON m.contact_id = k.id AND m.type = 'email'
WHERE k.id = ANY(SELECT 1000000000 + 2 * (random() * $2)::bigint FROM generate_series(1, $1::int)) LIMIT $1
"""
_TARGET = Target(most=100)
_SEED = 4


@dataclass(frozen=True, slots=True)
class _Taken:
    """What searches of one way took: milliseconds of waiting each, and of PostgreSQL's processor time on average."""

    waited: list[float]
    database: float

    def __str__(self) -> str:
        return (
            f"p50 {statistics.median(self.waited):.1f} ms, p95 {_p95(self.waited):.1f} ms; "
            f"processor time in PostgreSQL {self.database:.1f} ms"
        )


async def measure(machine: Machine, sizes: Sizes) -> Report:
    """Search each way so many times for clients that are there, half as a manager, half as a head."""
    machine.pin_database(ALL_CORES)
    contacts = sizes.contacts[-1]
    async with fresh_installation(machine) as installation:
        await fill(installation, contacts)
        taken = await _search(machine, installation, contacts, sizes.searches)
    figures = [Figure("search_p95_ms", [_p95([one for own in taken.values() for one in own.waited])], _TARGET)]
    for way, own in taken.items():
        figures += [Figure(f"search_{way}_p95_ms", [_p95(own.waited)], _TARGET)]
        figures += [Figure(f"search_{way}_p50_ms", [statistics.median(own.waited)])]
        figures += [Figure(f"search_{way}_database_ms", [own.database])]
    return Report(
        "search", figures, {"contacts": contacts, "messages": contacts * MESSAGES_EACH, "each": sizes.searches}
    )


def _p95(taken: list[float]) -> float:
    return statistics.quantiles(taken, n=20)[18]


async def _search(machine: Machine, installation: Installation, contacts: int, searches: int) -> dict[str, _Taken]:
    config = make_config(installation.dsn, installation.data)
    async with open_ground(config) as ground, open_hints(config) as hints:
        building = await build(ground, hints)
        known = await ground.pool.fetch(_KNOWN, searches, contacts // 2 - 1)
        manager = ManagerId(await ground.pool.fetchval("SELECT min(id) FROM managers"))
        people = [Person(manager, role, frozenset({LineKey("sales")})) for role in (Role.manager, Role.head)]
        taken: dict[str, _Taken] = {}
        for way, words in _WAYS.items():
            before = machine.database_seconds()
            waited = [await _one(building.office, people[n % 2], words(row)) for n, row in enumerate(known)]
            taken[way] = _Taken(waited, (machine.database_seconds() - before) * 1e3 / len(known))
            progress(f"search by {way}: {taken[way]}")
        await building.http.close()
        return taken


async def _one(office: Office, actor: Person, words: str) -> float:
    began = time.perf_counter()
    await find_conversations(office, actor, words)
    return (time.perf_counter() - began) * 1e3


_chance = random.Random(_SEED)


def _mistyped(row: asyncpg.Record) -> str:
    """Return a name with one letter left out, doubled, or replaced."""
    name = str(row["name"])
    place = _chance.randrange(1, len(name) - 1)
    return name[:place] + _chance.choice(["", name[place] * 2, "о"]) + name[place + 1 :]


_WAYS: dict[str, Callable[[asyncpg.Record], str]] = {
    "name": _mistyped,
    "surname": lambda row: _mistyped({"name": str(row["name"]).partition(" ")[2]}),
    "last_4_digits": lambda row: str(row["phone"])[-4:],
    "last_7_digits": lambda row: str(row["phone"])[-7:],
    "mail": lambda row: str(row["mail"]).partition("@")[0] + "@",
    "number": lambda row: f"#{row['number']}",
    "text": lambda row: f"доставку торшера {str(row['phone'])[-1]}",
}
