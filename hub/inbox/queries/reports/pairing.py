"""Two streams in the order of the same ids, side by side: each id once, with what either stream has of it."""

from collections.abc import AsyncIterator, Callable
from typing import TypeVar

A = TypeVar("A")
B = TypeVar("B")


async def pair(
    left: AsyncIterator[A], right: AsyncIterator[B], left_id: Callable[[A], int], right_id: Callable[[B], int]
) -> AsyncIterator[tuple[A | None, B | None]]:
    """Yield (left, right) by id; `None` where one of the streams does not have it."""
    one, other = await anext(left, None), await anext(right, None)
    while one is not None or other is not None:
        if other is None or (one is not None and left_id(one) < right_id(other)):
            yield one, None
            one = await anext(left, None)
        elif one is None or right_id(other) < left_id(one):
            yield None, other
            other = await anext(right, None)
        else:
            yield one, other
            one, other = await anext(left, None), await anext(right, None)
