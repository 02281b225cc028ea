"""Finds connectors by kind: the kind is the module's name, as with channels.

Looks at the entry point group `hub.crms` first, so that a package outside this tree can bring one, then at
`hub.crm_sync.connectors.<kind>`.
"""

import importlib
import importlib.util
import pkgutil
from functools import cache
from importlib.metadata import entry_points
from typing import Any

from hub.crm_sync.base import Crm
from hub.domain.errors import ConfigError

_ROOM = "hub.crm_sync.connectors"


def list_crms() -> list[str]:
    """Return the kinds of CRM that can be connected, sorted, without importing any of them."""
    package = importlib.import_module(_ROOM)
    own = {module.name for module in pkgutil.iter_modules(package.__path__)}
    return sorted(own | {point.name for point in entry_points(group="hub.crms")})


@cache
def is_crm(kind: str) -> bool:
    """Tell whether a kind is a CRM's."""
    return kind in list_crms()


def get_crm_class(kind: str) -> type[Crm[Any]]:
    """Return the connector of `kind`.

    Raises:
        ConfigError: there is none; names those there are.
    """
    for point in entry_points(group="hub.crms", name=kind):
        return _checked(kind, point.load())
    if kind.isidentifier() and importlib.util.find_spec(f"{_ROOM}.{kind}"):
        return _checked(kind, importlib.import_module(f"{_ROOM}.{kind}").CHANNEL)
    raise ConfigError(f"no CRM of the kind '{kind}'; there are: {', '.join(list_crms())}")


def _checked(kind: str, found: object) -> type[Crm[Any]]:
    if isinstance(found, type) and issubclass(found, Crm):
        return found
    raise ConfigError(f"CRM '{kind}': its CHANNEL is no subclass of hub.crm_sync.base.Crm")
