"""Settings of a connection as people type them, read and checked by the adapter's own model."""

import json
import re
from collections.abc import Collection, Mapping
from typing import Any

from pydantic import BaseModel, ValidationError

from hub.domain.errors import ConfigError


def read_value(model: type[BaseModel], name: str, text: str) -> Any:
    """Return typed text in the form the model takes; numbers and switches it reads by itself."""
    annotation = str(model.model_fields[name].annotation)
    if text.lstrip()[:1] in {"[", "{"}:
        try:
            return json.loads(text)
        except (ValueError, RecursionError) as error:
            raise ConfigError(f"{name}: not JSON: {error}") from error
    is_list = annotation.startswith(("tuple[", "list[", "frozenset["))
    return [part.strip() for part in text.split(",") if part.strip()] if is_list else text


def check_settings(model: type[BaseModel], given: Mapping[str, Any]) -> Any:
    """Return the settings as the model has them.

    Raises:
        ConfigError: names every setting that is wrong and what it should be.
    """
    try:
        return model.model_validate(dict(given))
    except ValidationError as error:
        raise ConfigError("; ".join(list_setting_faults(error))) from error


def list_setting_faults(error: ValidationError) -> list[str]:
    """Return `name: what is wrong` for each fault; values are left out, they may be secrets."""
    plain = {"missing": "is missing", "extra_forbidden": "there is no such setting"}
    return [
        f"{'.'.join(map(str, fault['loc'])) or 'settings'}: "
        + (plain.get(fault["type"]) or fault["msg"].removeprefix("Value error, "))
        for fault in error.errors(include_url=False, include_input=False)
    ]


def find_wrong_fields(model: type[BaseModel], settings: Mapping[str, Any], asked: Collection[str]) -> dict[str, str]:
    """Return what is wrong with each field, none if the model takes the settings.

    Where a fault is of several fields together, or of one that was left empty when it was `asked` for, it stands at the
    first other field that its words name.

    Raises:
        ConfigError: something is wrong that asking for a field does not mend.
    """
    try:
        model.model_validate(dict(settings))
    except ValidationError as error:
        wrong = {}
        for fault, said in zip(error.errors(), list_setting_faults(error), strict=True):
            name = str(fault["loc"][0]) if fault["loc"] else ""
            if name not in model.model_fields or (name in asked and name not in settings):
                name = next((each for each in _list_named(model, said) if each not in asked), name)
            if name not in model.model_fields:
                check_settings(model, settings)
            wrong[name] = said
        return wrong
    return {}


def _list_named(model: type[BaseModel], fault: str) -> list[str]:
    """Return the fields that a fault names in its words, in that order."""
    words = re.findall(r"[a-z_0-9]+", fault)
    return [word for word in dict.fromkeys(words) if word in model.model_fields]
