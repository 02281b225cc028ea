"""Builds the one statement that writes a working set: an INSERT or UPDATE a table, set-based, as data-modifying CTEs.

Each touched table is one CTE over `unnest`; the statement returns how many rows each wrote, so that the caller can
compare with what it expected (a lost version or lease shows as a missing row). Texts are cached by the combination of
touched tables, and so is the server's plan.
"""

from dataclasses import dataclass
from functools import cache

from hub.store.rows import Codec, codec_of


@dataclass(frozen=True)
class Table:
    """How rows of a class are written.

    `keys` find the row of an update; `guard` are columns whose loaded value must
    still stand (`version`, `epoch`); `unwritten` are columns the database fills itself.
    `lively` are those that most updates touch alone: such an update writes no others
    (a statement for every set of columns would never be found planned).
    """

    name: str
    row_class: type
    keys: tuple[str, ...] = ("id",)
    guard: str = ""
    unwritten: frozenset[str] = frozenset()
    on_conflict: str = ""
    lively: frozenset[str] = frozenset()

    @property
    def codec(self) -> Codec[object]:
        return codec_of(self.row_class)

    def columns(self) -> list[tuple[int, str, str]]:
        """Return (place among the codec's columns, name, type) of what is written."""
        codec = self.codec
        named = enumerate(zip(codec.columns, codec.pg_types, strict=True))
        return [(place, name, kind) for place, (name, kind) in named if name not in self.unwritten]

    def lively_columns(self) -> list[tuple[int, str, str]]:
        """Return what an update of lively columns alone has to carry."""
        wanted = {*self.keys, self.guard, *self.lively}
        return [column for column in self.columns() if column[1] in wanted]


@cache
def insert_sql(table: Table, first: int) -> str:
    """Return an INSERT over `unnest` whose parameters start at `first`."""
    columns = table.columns()
    names = ", ".join(f'"{name}"' for _, name, _ in columns)
    conflict = f" ON CONFLICT {table.on_conflict}" if table.on_conflict else ""
    return f"INSERT INTO {table.name} ({names}) SELECT {_reads(columns)} FROM {_unnest(columns, first)}{conflict} RETURNING 1"


@cache
def update_sql(table: Table, first: int, *, is_lively: bool) -> str:
    """Return an UPDATE over `unnest`; a guard column must still have the given value and is raised by one."""
    columns = table.lively_columns() if is_lively else table.columns()
    sets = ", ".join(
        f'"{name}" = {_read(name, kind)}' for _, name, kind in columns if name not in {*table.keys, table.guard}
    )
    if table.guard:
        sets += f', "{table.guard}" = u."{table.guard}" + 1'
    matches = " AND ".join(f't."{name}" = u."{name}"' for name in (*table.keys, table.guard) if name)
    return f"UPDATE {table.name} t SET {sets} FROM {_unnest(columns, first)} WHERE {matches} RETURNING 1"


def combine(parts: list[str]) -> str:
    """Return one statement that runs all parts and returns the number of rows of each, in order."""
    ctes = ", ".join(f"p{number} AS ({part})" for number, part in enumerate(parts))
    counts = ", ".join(f"(SELECT count(*) FROM p{number})" for number in range(len(parts)))
    return f"WITH {ctes} SELECT {counts}"


def _unnest(columns: list[tuple[int, str, str]], first: int) -> str:
    arrays = ", ".join(
        f"${first + place}::{'text' if kind == 'jsonb' else kind}[]" for place, (_, _, kind) in enumerate(columns)
    )
    names = ", ".join(f'"{name}"' for _, name, _ in columns)
    return f"unnest({arrays}) AS u({names})"


def _reads(columns: list[tuple[int, str, str]]) -> str:
    return ", ".join(_read(name, kind) for _, name, kind in columns)


def _read(name: str, kind: str) -> str:
    return f'u."{name}"::jsonb' if kind == "jsonb" else f'u."{name}"'
