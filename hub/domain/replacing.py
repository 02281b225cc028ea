"""`dataclasses.replace` for rows on the hot path: some ten times faster, checked by mypy as the original.

The original walks all field objects at each call (measured: a sixth of the time of processing a message). This one
plans once a class, and returns the very row if nothing differs, so that an idle change costs no comparison later.
Rows only: fields that `__init__` does not take are computed anew by `__post_init__`.
"""

from collections.abc import Callable
from dataclasses import fields, make_dataclass
from functools import cache
from operator import attrgetter
from typing import TYPE_CHECKING, Any, TypeVar

R = TypeVar("R")

if TYPE_CHECKING:
    from dataclasses import replace as replace  # noqa: PLC0414 - the type checker knows the fields by this name
else:

    def replace(row: Any, /, **values: Any) -> Any:
        """Return `row` with other values; itself if they are equal to what it has."""
        read, places = _plan(type(row))
        present = read(row)
        given = list(present)
        for name, value in values.items():
            given[places[name]] = value
        return row if tuple(given) == present else maker_of(type(row))(*given)


@cache
def maker_of(row_class: type[R]) -> Callable[..., R]:
    """Return what makes a row of all its values, in the order of the fields.

    A frozen dataclass stores every field by `object.__setattr__`, seven times slower than a plain assignment: here an
    open class with the same slots takes the values, and the whole becomes a row. Classes that compute something
    or have no slots make themselves.
    """
    given = fields(row_class)  # type: ignore[arg-type]
    if not _is_plain(row_class):
        return row_class
    open_class: Any = make_dataclass(f"Open{row_class.__name__}", [each.name for each in given], slots=True, eq=False)

    def make(*values: Any) -> R:
        row = open_class(*values)
        row.__class__ = row_class
        return row  # type: ignore[no-any-return]

    return make


def _is_plain(row_class: type) -> bool:
    """Tell whether a class only keeps what it is given, each value in a slot of its own."""
    names = tuple(each.name for each in fields(row_class) if each.init)
    return row_class.__dict__.get("__slots__") == names and not hasattr(row_class, "__post_init__")


@cache
def _plan(row_class: type) -> tuple[Callable[[Any], tuple[Any, ...]], dict[str, int]]:
    """Return what reads all fields at once, and where each stands among the arguments."""
    names = [field.name for field in fields(row_class) if field.init]
    read: Callable[[Any], Any] = attrgetter(*names)
    return read if len(names) > 1 else lambda row: (read(row),), {name: place for place, name in enumerate(names)}
