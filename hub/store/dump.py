"""Dumps a database to one file and loads it back, with PostgreSQL's own pg_dump and pg_restore.

They must not be older than the server, so those of the server's version are looked for first, newer ones after. A dump
is taken in a snapshot that the caller holds, so that what it counts is what the file has. Passwords travel in the
environment, never on a command line that other users can read.

Sources: https://www.postgresql.org/docs/18/app-pgdump.html, /app-pgrestore.html (read 2026-11-22).
"""

from dataclasses import dataclass
from pathlib import Path
from urllib.parse import unquote, urlsplit

from hub.domain.errors import ConfigError
from hub.store.embedded.account import own_account
from hub.store.embedded.binaries import find_client_binaries
from hub.store.embedded.tool import run_tool


@dataclass(frozen=True, slots=True)
class DumpClient:
    """The programs that speak to the server of `dsn`, whose major version is `server_major`.

    `bin_dir` is HUB_PG_BIN and admits nothing else.
    """

    dsn: str
    server_major: int
    bin_dir: Path | None = None

    async def dump(self, target: Path, *, snapshot: str) -> None:
        """Write the database as `snapshot` sees it to the new file `target`, compressed.

        Raises:
            ConfigError: the programs are missing or too old, the server or the disk refuses; the reason given.
        """
        await self._run(
            "pg_dump", "--format=custom", "--no-owner", "--no-privileges", f"--snapshot={snapshot}", f"--file={target}"
        )

    async def load(self, source: Path) -> None:
        """Load a dump into the empty database: all of it or nothing.

        Raises:
            ConfigError: as `dump`.
        """
        await self._run(
            "pg_restore", "--single-transaction", "--exit-on-error", "--no-owner", "--no-privileges", str(source)
        )

    async def _run(self, program: str, *arguments: str) -> None:
        account = own_account()
        binaries = await find_client_binaries(account, server_major=self.server_major, bin_dir=self.bin_dir)
        dsn, environment = _without_password(self.dsn)
        result = await run_tool(
            binaries.program(program), *arguments, f"--dbname={dsn}", account=account, environment=environment
        )
        if result.code != 0:
            raise ConfigError(
                f"{program} of PostgreSQL {binaries.major} failed at a server of {self.server_major}: {result.reason}"
            )


def _without_password(dsn: str) -> tuple[str, dict[str, str]]:
    parts = urlsplit(dsn)
    if parts.password is None:
        return dsn, {}
    user, _, host = parts.netloc.rpartition("@")
    open_dsn = parts._replace(netloc=f"{user.partition(':')[0]}@{host}").geturl()
    return open_dsn, {"PGPASSWORD": unquote(parts.password)}
