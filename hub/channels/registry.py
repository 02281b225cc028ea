"""Finds channels by kind: the kind is the module's name.

Looks at `hub.channels.<kind>`, then `hub.channels.telephony.<kind>`, then the entry point group `hub.channels`, so a
package outside this tree can bring one. Modules are imported when asked for: aiogram alone costs seconds.
"""

import importlib
import importlib.util
import pkgutil
from importlib.metadata import entry_points
from typing import Any

from hub.channels import base, telephony
from hub.channels.base import Channel
from hub.domain.errors import ConfigError

_OWN_ROOMS = frozenset({"base", "history", "registry", "telephony", "typed_settings"})


def list_kinds() -> list[str]:
    """Return the kinds that can be connected, sorted, without importing any of them."""
    package = importlib.import_module("hub.channels")
    found = {module.name for module in pkgutil.iter_modules(package.__path__)} - _OWN_ROOMS
    found |= {module.name for module in pkgutil.iter_modules(telephony.__path__)} - _OWN_ROOMS
    return sorted(found | {point.name for point in entry_points(group="hub.channels")})


def get_channel_class(kind: str) -> type[Channel[Any]]:
    """Return the adapter of `kind`.

    Raises:
        ConfigError: there is none; names those there are.
    """
    for point in entry_points(group="hub.channels", name=kind):
        return _checked(kind, point.load())
    for package in ("hub.channels", "hub.channels.telephony"):
        name = f"{package}.{kind}"
        if kind not in _OWN_ROOMS and kind.isidentifier() and importlib.util.find_spec(name):
            return _checked(kind, importlib.import_module(name).CHANNEL)
    raise ConfigError(f"no channel of the kind '{kind}'; there are: {', '.join(list_kinds())}")


def _checked(kind: str, found: object) -> type[Channel[Any]]:
    if isinstance(found, type) and issubclass(found, base.Channel):
        return found
    raise ConfigError(f"channel '{kind}': its CHANNEL is no subclass of hub.channels.base.Channel")
