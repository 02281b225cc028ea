"""Files as people have them, and what an import leaves in the tables."""

from pathlib import Path
from typing import Any

from hub.domain.ids import ManagerId
from hub.domain.manager import Role
from hub.domain.rights import Person
from hub.inbox.importing.plan import Wanted
from hub.inbox.importing.rehearsal import Rehearsal, rehearse
from hub.inbox.importing.run import Imported, import_sheet
from hub.store.imports_file import open_sheet
from tests.inbox.desk import Desk

ADMIN = Person(ManagerId(0), Role.admin, frozenset())
TABLES = ("contacts", "identities", "companies", "leads", "lead_stage_facts", "tasks", "messages", "conversations")


def write(folder: Path, *lines: str, name: str = "clients.csv", encoding: str = "utf-8") -> Path:
    path = folder / name
    path.write_bytes("\r\n".join(lines).encode(encoding))
    return path


async def bring_in(desk: Desk, path: Path, **more: Any) -> Imported:
    return await import_sheet(desk.office, ADMIN, Wanted(open_sheet(path), **more))


async def try_out(desk: Desk, path: Path, **more: Any) -> Rehearsal:
    return await rehearse(desk.office, ADMIN, Wanted(open_sheet(path), **more))


async def dump(desk: Desk) -> dict[str, list[dict[str, Any]]]:
    """Everything that work stands in, without the counters that guard writers."""
    return {
        table: [
            {name: value for name, value in row.items() if name != "version"}
            for row in await desk.rows(table, "true ORDER BY id")
        ]
        for table in TABLES
    }
