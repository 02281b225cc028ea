"""Makes a new cluster: initdb beside its final place, then one rename, so that a half-made one is never taken for real.

Locale: the builtin C.UTF-8 from PostgreSQL 17 on (equal on every machine, survives operating-system upgrades), the
system's C.UTF-8 before that, plain C where the system has none.
"""

import os
import shutil
from pathlib import Path

from hub.domain.errors import ConfigError
from hub.store.embedded.account import Account
from hub.store.embedded.binaries import Binaries
from hub.store.embedded.tool import ToolResult, run_tool

_FIRST_MAJOR_WITH_BUILTIN_LOCALE = 17

_SETTINGS = """
# Written by the hub when it made this cluster. Yours to change.
shared_buffers = 128MB
max_connections = 100
jit = off
timezone = 'UTC'
log_timezone = 'UTC'
logging_collector = on
log_filename = 'postgres-%a.log'
log_rotation_age = 1d
log_rotation_size = 0
log_truncate_on_rotation = on
# Details of errors and texts of statements can hold what clients wrote.
log_error_verbosity = terse
log_min_error_statement = panic
"""


async def make_cluster(cluster: Path, binaries: Binaries, account: Account) -> None:
    """Make an empty cluster owned by `account`, superuser `hub`, reached by socket alone.

    Raises:
        ConfigError: initdb failed; the reason it gave. Nothing half-made stays.
    """
    half_made = cluster.with_name(f"{cluster.name}.new")
    shutil.rmtree(half_made, ignore_errors=True)
    try:
        await _initialise(half_made, binaries, account)
        with (half_made / "postgresql.conf").open("a") as settings:
            settings.write(_SETTINGS)
        half_made.rename(cluster)
    except OSError as error:
        raise ConfigError(f"{cluster} cannot be made: {error.strerror}; free space or fix permissions") from error
    finally:
        shutil.rmtree(half_made, ignore_errors=True)


async def _initialise(directory: Path, binaries: Binaries, account: Account) -> None:
    result = ToolResult(0, "")
    for locale in _locales(binaries.major):
        _make_directory(directory, account)
        result = await _initdb(directory, binaries, account=account, locale=locale)
        if result.code == 0:
            return
        shutil.rmtree(directory)
    raise ConfigError(f"PostgreSQL could not make {directory}: {result.reason}")


def _make_directory(directory: Path, account: Account) -> None:
    directory.mkdir(mode=0o700)
    os.chown(directory, account.uid, account.groups[0])


async def _initdb(directory: Path, binaries: Binaries, *, account: Account, locale: tuple[str, ...]) -> ToolResult:
    return await run_tool(
        binaries.program("initdb"),
        f"--pgdata={directory}",
        "--username=hub",
        "--auth=trust",
        "--encoding=UTF8",
        *locale,
        account=account,
    )


def _locales(major: int) -> tuple[tuple[str, ...], ...]:
    builtin = ("--locale-provider=builtin", "--builtin-locale=C.UTF-8")
    prefix = builtin if major >= _FIRST_MAJOR_WITH_BUILTIN_LOCALE else ()
    return (*prefix, "--locale=C.UTF-8"), (*prefix, "--locale=C")
