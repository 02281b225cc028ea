"""Which system account runs the embedded server.

PostgreSQL refuses to run as root. When the hub is root, an existing unprivileged account is used: the owner of an
existing cluster, else `postgres`, else `nobody`. Accounts are never created, and owners of files that exist never
changed: both would surprise the administrator.
"""

import os
import pwd
import stat
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from hub.domain.errors import ConfigError

_UNPRIVILEGED = ("postgres", "nobody")


@dataclass(frozen=True, slots=True)
class Account:
    """A system account; `groups` are all its groups, the primary one first."""

    name: str
    uid: int
    groups: tuple[int, ...]

    @property
    def is_other(self) -> bool:
        """Whether a program must change to this account before it runs."""
        return self.uid != os.geteuid()

    def process_options(self) -> dict[str, Any]:
        """Return the arguments of `subprocess` that run a program under this account."""
        if not self.is_other:
            return {}
        return {"user": self.uid, "group": self.groups[0], "extra_groups": list(self.groups)}

    def can_enter(self, directory: Path) -> bool:
        """Say whether the account may pass through `directory` and all above it (access lists are not looked at)."""
        real = directory.resolve()
        return all(self._can_pass(part.stat()) for part in (real, *real.parents))

    def _can_pass(self, status: os.stat_result) -> bool:
        if status.st_uid == self.uid:
            return bool(status.st_mode & stat.S_IXUSR)
        if status.st_gid in self.groups:
            return bool(status.st_mode & stat.S_IXGRP)
        return bool(status.st_mode & stat.S_IXOTH)


def own_account() -> Account:
    """Return the account this process runs under."""
    return _account(os.geteuid())


def server_account(cluster: Path) -> Account:
    """Return the account that runs the server of `cluster`, which need not exist yet.

    Raises:
        ConfigError: the cluster belongs to somebody else, or root finds no unprivileged account.
    """
    if cluster.exists():
        return _owner(cluster)
    if os.geteuid() != 0:
        return own_account()
    return _first_existing(_UNPRIVILEGED)


def _owner(cluster: Path) -> Account:
    owner = _account(cluster.stat().st_uid)
    if owner.is_other and os.geteuid() != 0:
        raise ConfigError(f"{cluster} belongs to {owner.name}: start the hub as {owner.name}, or give another --data")
    if owner.uid == 0:
        raise ConfigError(f"{cluster} belongs to root, and PostgreSQL refuses to run as root: chown -R it to postgres")
    return owner


def _first_existing(names: Iterable[str]) -> Account:
    for name in names:
        try:
            return _account(pwd.getpwnam(name).pw_uid)
        except KeyError:
            continue
    raise ConfigError(
        "PostgreSQL refuses to run as root and there is no account postgres or nobody: "
        "start the hub as an ordinary user, or give --dsn"
    )


def _account(uid: int) -> Account:
    try:
        entry = pwd.getpwuid(uid)
    except KeyError:  # containers run under numbers that have no entry
        return Account(f"uid {uid}", uid, (os.getegid(),))
    groups = os.getgrouplist(entry.pw_name, entry.pw_gid)
    return Account(entry.pw_name, uid, (entry.pw_gid, *(group for group in groups if group != entry.pw_gid)))
