"""An import of contacts and leads: the batch, what became of each of its rows, and how one batch is taken back.

A row leaves behind what it made and what it filled, so that undo is exact: what stands there as the import left it
goes, what people have changed since stays. `hub.store.imports_file` reads files, `hub.inbox.importing` decides.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from hub.domain.ids import CompanyId, ContactId, LeadId, LineKey, ManagerId


class RowVerdict(StrEnum):
    """What became of a row. Only the first two touch a card."""

    new = "new"
    merged = "merged"
    ambiguous = "ambiguous"
    refused = "refused"


class BatchState(StrEnum):
    """Where a batch stands. `running` and `undoing` go on after a kill when the same is said again."""

    running = "running"
    done = "done"
    undoing = "undoing"
    undone = "undone"


class RowUndo(StrEnum):
    """What undo did with a row: nothing yet, all of it, or less, because people have gone on with it."""

    none = ""
    undone = "undone"
    kept = "kept"


@dataclass(frozen=True, slots=True)
class ImportBatch:
    """One file, imported once. `sha256` is the file's; `columns` say for each header what it means, empty for nothing.

    `makes_leads`: every row makes a lead, not only those with a stage. `rows` is how many the file has.
    """

    id: int
    file_name: str
    sha256: str
    headers: tuple[str, ...]
    columns: tuple[str, ...]
    line: LineKey
    makes_leads: bool
    rows: int
    manager_id: ManagerId
    created_at: datetime
    state: BatchState = BatchState.running
    finished_at: datetime | None = None
    undone_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class ImportRow:
    """A row that was read, by its number in the file as spreadsheet programs show it.

    `reason` is a code of `hub.inbox.importing.words`, with what it is about behind a colon; so are `remarks`, about
    what was left out of a row that was taken. `contact_id` is the card, `lead_id` the lead it made or filled. `made`
    names what it created, `filled` what it put into empty fields of card and lead. `cells` are kept of rows that were
    not taken.
    """

    batch_id: int
    number: int
    verdict: RowVerdict
    reason: str = ""
    remarks: tuple[str, ...] = ()
    contact_id: ContactId | None = None
    lead_id: LeadId | None = None
    company_id: CompanyId | None = None
    made: tuple[str, ...] = ()
    identities: tuple[int, ...] = ()
    filled: Mapping[str, object] = field(default_factory=dict)
    lead_filled: Mapping[str, object] = field(default_factory=dict)
    cells: tuple[str, ...] = ()
    undo: RowUndo = RowUndo.none

    @property
    def key(self) -> tuple[int, int]:
        """Return what a row is unique by."""
        return self.batch_id, self.number
