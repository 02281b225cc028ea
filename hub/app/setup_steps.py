"""What to press at a provider, as its adapter says it, also while the settings are not all known."""

from collections.abc import Mapping
from typing import Any

from pydantic import BaseModel, SecretStr

from hub.app.adapters import channel_class
from hub.channels.base import Explains
from hub.crm_sync.calling import CrmContext

_UNKNOWN = "…"


def list_setup_steps(kind: str, given: Mapping[str, Any], context: CrmContext, language: str) -> tuple[str, ...]:
    """Return the steps of a kind for what was given; where an address is shown it is `context.public_url`."""
    found = channel_class(kind)
    channel = found(_as_far_as_known(found.settings_model, given), context)
    return tuple(channel.setup_steps(language)) if isinstance(channel, Explains) else ()


def _as_far_as_known(model: type[BaseModel], given: Mapping[str, Any]) -> Any:
    """Return settings that nobody has checked: what was given, defaults, and nothing for what is missing."""
    values: dict[str, Any] = {}
    for name, field in model.model_fields.items():
        is_secret = field.annotation is SecretStr
        if name in given:
            values[name] = SecretStr(str(given[name])) if is_secret else given[name]
        elif field.is_required():
            values[name] = SecretStr("") if is_secret else _UNKNOWN
    return model.model_construct(**values)
