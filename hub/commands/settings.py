"""Settings of a connection from files and `name=value`; `hub.channels.typed_settings` reads them by their model."""

import json
import tomllib
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from pydantic import BaseModel

from hub.channels.typed_settings import read_value
from hub.domain.errors import ConfigError


def read_settings_file(path: Path) -> dict[str, Any]:
    """Return the settings of a TOML or JSON file (by its first character, whatever its name).

    Raises:
        ConfigError: it cannot be read or is no table of names and values.
    """
    try:
        text = path.read_text(encoding="utf-8")
        found = json.loads(text) if text.lstrip()[:1] in {"{", "["} else tomllib.loads(text)
    except OSError as error:
        raise ConfigError(f"{path} cannot be read: {error.strerror}") from error
    except ValueError as error:  # JSON, TOML and UTF-8 faults are all ValueErrors
        raise ConfigError(f"{path} is neither TOML nor JSON: {error}") from error
    if not isinstance(found, dict):
        raise ConfigError(f"{path} holds a list where names with values are expected")
    return found


def read_assignments(model: type[BaseModel], given: Sequence[str]) -> dict[str, Any]:
    """Return the values of `name=value` texts; a list is written with commas, a mapping as JSON.

    Raises:
        ConfigError: there is no equals sign, or no such setting.
    """
    pairs = [text.partition("=") for text in given]
    for name, equals, _ in pairs:
        if not equals:
            raise ConfigError(f"--set {name}: write it as name=value")
        if name not in model.model_fields:
            raise ConfigError(f"--set {name}: there is no such setting; there are: {', '.join(model.model_fields)}")
    return {name: read_value(model, name, text) for name, _, text in pairs}
