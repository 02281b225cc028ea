"""Whose conversations a list may show (RG-1), as a join that every list query begins with (RG-3).

The same question as `hub.domain.rights.may(actor, view, …)`, asked of all rows at once: a row outside the reach is
never read, counted or paged over.
"""

from collections.abc import Sequence
from dataclasses import dataclass

WITHIN = """
(me.lines IS NULL OR c.line = ANY(me.lines))
  AND (me.sees_all OR c.assignee_id IS NULL OR c.assignee_id = me.manager_id OR c.transfer_to = me.manager_id
    OR c.offered_to @> to_jsonb(me.manager_id))
"""
"""Whether a conversation `c` is within the reach `me`."""
REACH = f"JOIN (SELECT $1::bigint AS manager_id, $2::text[] AS lines, $3::boolean AS sees_all) me ON {WITHIN}"
"""To stand behind `FROM conversations c`; its parameters are $1 to $3."""
REACHES = """
(SELECT u.place, u.manager_id, string_to_array(u.lines, E'\\n') AS lines, u.sees_all
  FROM unnest($1::bigint[], $2::text[], $3::boolean[]) WITH ORDINALITY AS u(manager_id, lines, sees_all, place)) me
"""
"""To stand behind `FROM`, for several people at once; its parameters are those of `columns_of`, $1 to $3."""


@dataclass(frozen=True, slots=True)
class Reach:
    """`lines` are those a person works on, `None` for all; `sees_all`: the work of colleagues on them too."""

    manager_id: int
    lines: Sequence[str] | None
    sees_all: bool

    @property
    def arguments(self) -> tuple[object, ...]:
        """Return the values of $1 to $3."""
        return self.manager_id, None if self.lines is None else list(self.lines), self.sees_all


def columns_of(reaches: Sequence[Reach]) -> tuple[object, ...]:
    """Return the values of $1 to $3 for several people."""
    lines = [None if each.lines is None else "\n".join(each.lines) for each in reaches]
    return [each.manager_id for each in reaches], lines, [each.sees_all for each in reaches]
