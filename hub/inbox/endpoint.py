"""A connection as decisions see it."""

from dataclasses import dataclass
from datetime import datetime

from hub.domain.ids import ConnectionId


@dataclass(frozen=True, slots=True)
class Endpoint:
    """A connection as decisions see it. `line` is empty if it has none of its own; `is_crm`: it keeps cards."""

    id: ConnectionId
    kind: str
    name: str
    line: str = ""
    created_at: datetime | None = None
    is_crm: bool = False
