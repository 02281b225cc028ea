"""How a file is going to be read: what its columns mean and from where that is known, on which line, who works here."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from hub.domain.errors import NotFound
from hub.domain.identity import IdentityType
from hub.domain.ids import LineKey, ManagerId
from hub.domain.manager import Manager
from hub.domain.policy import LinePolicy, Policy
from hub.domain.rights import Action, Person, Subject, ensure
from hub.inbox.folds.matching import IdentityKey
from hub.inbox.importing.columns import apply_said, guess_columns, refuse_without_address
from hub.inbox.importing.folding import IDS_PER_ROW, keys_of
from hub.inbox.importing.reading import Reader, Told
from hub.inbox.office import Office
from hub.store import imports
from hub.store.imports_file import Sheet
from hub.store.managers import list_managers
from hub.store.pool import acquire
from hub.store.scope import Scope

ROWS_AT_ONCE = 500
KEYS_AT_ONCE = 1500


class Known(StrEnum):
    """From where the meanings of a file's columns are known."""

    said = "said"
    remembered = "remembered"
    recognised = "recognised"


@dataclass(frozen=True, slots=True)
class Wanted:
    """A file somebody wants in. `said` are meanings by header; `line` is the default one if empty.

    `makes_leads`: every row makes a lead, not only those with a stage, an amount or a product.
    """

    sheet: Sheet
    said: Mapping[str, str] = field(default_factory=dict)
    line: str = ""
    makes_leads: bool = False


@dataclass(frozen=True, slots=True)
class Plan:
    """A file with everything that is needed to read it."""

    sheet: Sheet
    columns: tuple[str, ...]
    known: Known
    reader: Reader
    policy: Policy
    line: LinePolicy

    def chunks(self, *, after: int = 0) -> Iterator[list[Told]]:
        """Yield what the rows behind number `after` say, as many at once as one transaction takes."""
        chunk: list[Told] = []
        keys = 0
        for number, cells in self.sheet.read():
            if number <= after:
                continue
            chunk.append(self.reader.read(number, cells))
            keys += len(chunk[-1].addresses)
            if len(chunk) >= ROWS_AT_ONCE or keys >= KEYS_AT_ONCE:
                yield chunk
                chunk, keys = [], 0
        if chunk:
            yield chunk


async def make_plan(office: Office, actor: Person, wanted: Wanted, *, columns: tuple[str, ...] | None = None) -> Plan:
    """Decide how a file is read; `columns` are those of a batch that goes on. Writes nothing.

    Raises:
        PermissionDenied, NotFound: only an administrator imports; there is no such line.
        FieldInvalid: a meaning said by hand fits nothing, or no column holds an address.
    """
    ensure(actor, Action.import_clients, Subject())
    policy = office.policy()
    if wanted.line and LineKey(wanted.line) not in policy.lines:
        raise NotFound(f"there is no line '{wanted.line}'; there are: {', '.join(policy.lines)}")
    async with acquire(office.pool) as connection:
        remembered = await imports.find_columns(connection, wanted.sheet.headers)
        people = await list_managers(connection)
    before = columns or remembered
    known = Known.said if wanted.said else Known.remembered if before else Known.recognised
    meant = apply_said(
        wanted.sheet.headers, before or guess_columns(wanted.sheet.headers, policy.leads), wanted.said, policy.leads
    )
    refuse_without_address(meant)
    line = policy.get_line(wanted.line or policy.default_line)
    reader = Reader(
        headers=wanted.sheet.headers,
        columns=meant,
        policy=policy,
        people=_names(people, office.staff()),
        staff=frozenset(office.staff()),
        zone=line.calendar.zone,
        now=office.clock.now(),
        makes_leads=wanted.makes_leads,
    )
    return Plan(wanted.sheet, meant, known, reader, policy, line)


def _names(people: Iterable[Manager], staff: Mapping[IdentityKey, ManagerId]) -> dict[str, ManagerId]:
    """Return who works here by what a file may call them; what two are called names nobody."""
    active = [each for each in people if each.is_active]
    ids = {each.id for each in active}
    called = [(name.casefold(), each.id) for each in active for name in {each.name, each.key} if name]
    mailboxes = {value: owner for (kind, _, value), owner in staff.items() if kind == IdentityType.email}
    called += [(value, owner) for value, owner in mailboxes.items() if owner in ids]
    times = Counter(name for name, _ in dict.fromkeys(called))
    return {name: manager_id for name, manager_id in called if times[name] == 1}


def scope_of(told: Iterable[Told], *, companies: Iterable[int]) -> Scope:
    """Return what a chunk may touch: its addresses with their cards, the companies it names, ids for what it makes.

    Where leads have ended, all leads of the cards are wanted, not only the newest.
    """
    rows = list(told)
    ids = sum(len(row.addresses) + IDS_PER_ROW for row in rows)
    ends = any(row.lead is not None and row.lead.stage.state != "open" for row in rows)
    keys = {(str(kind), scope, value) for row in rows for kind, scope, value in keys_of(row)}
    return Scope(identities=keys, companies=set(companies), whole=ends, ids=ids)
