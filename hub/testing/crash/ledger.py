"""The world's ledgers: what was offered, taken, refused, shown and broken, one JSON line each, never rewritten.

They belong to the harness process, which no fault ever touches. Lines are appended in one write (`O_APPEND`) and
synced in batches, so that even a harness that was ended half-way leaves what it saw. Joined with the database on
markers: `ev-000123` stands in a client's words, `an-000045` in a manager's. What follows from the records is for the
oracle to say.
"""

import json
import os
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from enum import StrEnum
from pathlib import Path

_LINES_A_SYNC = 64
_MARKER = re.compile(r"\b(?:ev|an)-\d{6}\b")
Told = str | int | float | bool


class Kind(StrEnum):
    """What a record says.

    `info`: a request whose result nobody saw; both outcomes are allowed. `unheard`: an answer that neither a reaction
    nor a word of the bot says anything of; it excuses nothing.
    """

    OFFERED = "offered"
    ACKED = "acked"
    REFUSED = "refused"
    INFO = "info"
    COMPOSED = "composed"
    CLIENT_VISIBLE = "client_visible"
    MANAGER_VISIBLE = "manager_visible"
    FAULT = "fault"
    UNHEARD = "unheard"


class WorldClock:
    """Real time: the world outside has no other. Implements the `Clock` port for the fakes."""

    def now(self) -> datetime:
        """Return the instant in UTC."""
        return datetime.now(UTC)


@dataclass(frozen=True, slots=True)
class Record:
    """One line. `key` is a marker, or the name of what was broken; `told` is what this kind knows besides."""

    kind: Kind
    at: datetime
    key: str
    told: Mapping[str, Told] = field(default_factory=dict)

    def as_line(self) -> str:
        """Return the record as one line of JSON, without the line's end."""
        whole = {"kind": self.kind, "at": self.at.isoformat(), "key": self.key, "told": dict(self.told)}
        return json.dumps(whole, ensure_ascii=False)


class Ledger:
    """A file of records. Belongs to one process and one event loop."""

    def __init__(self, path: Path, clock: WorldClock) -> None:
        self.path = path
        self._clock = clock
        self._file = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT | os.O_CLOEXEC, 0o600)
        self._unsynced = 0

    def append(self, record: Record) -> None:
        """Write a record; the disk has it after the batch it belongs to, or after `sync`."""
        os.write(self._file, f"{record.as_line()}\n".encode())
        self._unsynced += 1
        if self._unsynced >= _LINES_A_SYNC:
            self.sync()

    def tell(self, kind: Kind, key: str, **told: Told) -> Record:
        """Write what happens now and return the record."""
        record = Record(kind, self._clock.now(), key, told)
        self.append(record)
        return record

    def sync(self) -> None:
        """Bring everything written to the disk."""
        os.fsync(self._file)
        self._unsynced = 0

    def records(self) -> list[Record]:
        """Read everything back, in the order it was written."""
        return read_records(self.path)

    def close(self) -> None:
        """Sync and close; what was written can still be read."""
        self.sync()
        os.close(self._file)


def read_records(path: Path) -> list[Record]:
    """Read a ledger's file; a last line that was cut off is left out, for nobody was told that it is there."""
    *lines, _cut_off = path.read_text("utf-8").split("\n")
    return [_read(line) for line in lines]


def event_marker(number: int) -> str:
    """Return the marker of a client's event, `ev-000123`."""
    return f"ev-{number:06}"


def answer_marker(number: int) -> str:
    """Return the marker of a manager's answer, `an-000045`."""
    return f"an-{number:06}"


def find_markers(text: str) -> list[str]:
    """Return the markers in a text, in order, each once."""
    return list(dict.fromkeys(_MARKER.findall(text)))


def _read(line: str) -> Record:
    whole = json.loads(line)
    return Record(Kind(whole["kind"]), datetime.fromisoformat(whole["at"]), whole["key"], whole["told"])
