"""A hub of its own for every test: a fresh database, an empty data directory, commands run in this process."""

import asyncio
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
import structlog
from typer.testing import CliRunner, Result

from hub.commands.entrance import program
from hub.store.pool import connect

Run = Callable[..., Result]


@dataclass(frozen=True)
class Place:
    """Where a test's hub keeps things."""

    dsn: str
    data: Path

    @property
    def options(self) -> tuple[str, ...]:
        return ("--dsn", self.dsn, "--data", str(self.data))

    def fetch(self, query: str, *values: object) -> list[object]:
        """Return the first column of a query."""

        async def fetch() -> list[object]:
            async with connect(self.dsn) as connection:
                return [row[0] for row in await connection.fetch(query, *values)]

        return asyncio.run(fetch())


@pytest.fixture
def place(dsn: str, tmp_path: Path) -> Place:
    data = tmp_path / "data"
    data.mkdir()
    return Place(dsn, data)


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch) -> Iterator[Run]:
    """Run a command without any hub. It configures the log lines of this process: no logger may keep them for good."""
    before, configure = structlog.get_config(), structlog.configure
    uncached = {"cache_logger_on_first_use": False}
    monkeypatch.setattr(structlog, "configure", lambda **chosen: configure(**chosen | uncached))
    runner = CliRunner(env={"HUB_LANGUAGE": "en", "HUB_CONFIG": "/nonexistent/hub.toml", "COLUMNS": "200"})

    def run(*arguments: str, content: bytes | None = None, **environment: str) -> Result:
        return runner.invoke(program, list(arguments), input=content, env=environment, prog_name="hub")

    yield run
    configure(**before)


@pytest.fixture
def hub(run: Run, place: Place) -> Run:
    """Run a command over the test's hub."""
    return lambda *arguments, content=None: run(*arguments, *place.options, content=content)
