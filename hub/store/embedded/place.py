"""Where the embedded cluster and its socket lie.

The cluster is `postgres/` in the data directory. As root its account may be unable to pass through the directories
above (a home directory, for instance): then it lies under /var/lib/hub, and `postgres.location` in the data directory
says so for ever, whatever permissions become later. The socket lies in the cluster (closed to others by its mode 0700)
unless the path is too long for a socket address.
"""

import hashlib
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import quote

import structlog

from hub.domain.errors import ConfigError
from hub.store.embedded.account import Account, server_account

SHARED_PLACE = Path("/var/lib/hub")
"""For root only: used where the server's account cannot reach what it needs."""

_SOCKET_NAME = ".s.PGSQL.5432"
_MAX_SOCKET_PATH_BYTES = 100
_log = structlog.get_logger(__name__)


def prepare_data_dir(data_dir: Path) -> Path:
    """Make the data directory if needed and return its absolute path.

    Raises:
        ConfigError: it is not a directory we can use.
    """
    path = data_dir.resolve()
    try:
        make_passable(path)
    except (FileExistsError, NotADirectoryError) as error:
        raise ConfigError(f"{path} cannot be the data directory: a file is in the way; give another --data") from error
    except OSError as error:
        raise ConfigError(f"{path} cannot be made: {error.strerror}; give another --data or fix permissions") from error
    if not os.access(path, os.W_OK | os.X_OK):
        raise ConfigError(f"{path} is not writable for this user: give another --data or fix its owner")
    if (path / "PG_VERSION").exists():
        raise ConfigError(f"{path} is itself a PostgreSQL data directory: give another --data, or its server as --dsn")
    return path


@contextmanager
def file_errors(data_dir: Path) -> Iterator[None]:
    """Translate what the file system refuses below `data_dir` into one line for the administrator."""
    try:
        yield
    except PermissionError as error:
        raise ConfigError(
            f"{error.filename or data_dir} is closed to this user: run as its owner or as root"
        ) from error
    except OSError as error:
        raise ConfigError(f"{error.filename or data_dir}: {error.strerror}; free space or repair the disk") from error


def make_passable(directory: Path) -> None:
    """Make `directory` and what is missing above it. Root lets others pass through (never list): the server must."""
    missing = [part for part in (directory, *directory.parents) if not part.exists()]
    for part in reversed(missing):
        part.mkdir(mode=0o700, exist_ok=True)
        part.chmod(0o711 if os.geteuid() == 0 else 0o700)
    if not directory.is_dir():
        raise NotADirectoryError(str(directory))


def find_cluster(data_dir: Path) -> Path:
    """Return where the cluster of `data_dir` lies or, if there is none yet, would lie by default."""
    pointer = _pointer(data_dir)
    return Path(pointer.read_text().strip()) if pointer.exists() else data_dir.resolve() / "postgres"


def has_cluster(data_dir: Path) -> bool:
    """Tell whether a cluster was ever made for `data_dir`, though it may be missing where the note says it lies.

    Raises:
        ConfigError: the directory is closed to this user.
    """
    with file_errors(data_dir):
        return _pointer(data_dir).exists() or (find_cluster(data_dir) / "PG_VERSION").exists()


def place_new_cluster(data_dir: Path, account: Account, *, shared: Path = SHARED_PLACE) -> Path:
    """Choose where a new cluster goes; a place outside the data directory is noted there and logged.

    Raises:
        ConfigError: a cluster was noted and is gone; an empty one must not silently take its place.
    """
    pointer = _pointer(data_dir)
    if pointer.exists():
        raise ConfigError(
            f"{pointer} names {find_cluster(data_dir)}, which is missing: bring it back or remove this note"
        )
    cluster = find_cluster(data_dir)
    if not account.is_other or account.can_enter(cluster.parent):
        return cluster
    elsewhere = shared / f"{data_dir.name}-{_short_hash(data_dir)}" / "postgres"
    make_passable(elsewhere.parent)
    pointer.write_text(f"{elsewhere}\n")
    _log.warning("postgres.placed_elsewhere", account=account.name, unreachable=str(cluster), cluster=str(elsewhere))
    return elsewhere


def cluster_account(cluster: Path) -> Account:
    """Return the account of `cluster`, refusing a directory that holds something else."""
    occupied = cluster.exists() and not (cluster / "PG_VERSION").exists() and any(cluster.iterdir())
    if occupied:
        raise ConfigError(
            f"{cluster} is not empty and not a PostgreSQL data directory: move it away or give another --data"
        )
    return server_account(cluster)


def socket_directory(cluster: Path) -> Path:
    """Return the directory of the server's socket: the cluster, or a short one named by a hash of its path."""
    if len(os.fsencode(cluster / _SOCKET_NAME)) <= _MAX_SOCKET_PATH_BYTES:
        return cluster
    return Path("/tmp") / f"hub-{_short_hash(cluster)}"  # noqa: S108 - made 0700 and its owner checked before use


def prepare_socket_directory(cluster: Path, account: Account) -> None:
    """Make the short socket directory if one is needed.

    Raises:
        ConfigError: another account has put a directory of this name there.
    """
    directory = socket_directory(cluster)
    if directory == cluster:
        return
    try:
        directory.mkdir(mode=0o700)
        os.chown(directory, account.uid, account.groups[0])
    except FileExistsError:
        status = directory.lstat()
        if status.st_uid != account.uid or status.st_mode & 0o077:
            raise ConfigError(f"{directory} belongs to somebody else: remove it, or give a shorter --data") from None


def socket_dsn(cluster: Path, database: str) -> str:
    """Return the DSN of `database` in the server of `cluster`."""
    return f"postgresql://hub@/{database}?host={quote(str(socket_directory(cluster)), safe='/')}&port=5432"


def _pointer(data_dir: Path) -> Path:
    return data_dir / "postgres.location"


def _short_hash(path: Path) -> str:
    return hashlib.sha256(os.fsencode(path)).hexdigest()[:12]
