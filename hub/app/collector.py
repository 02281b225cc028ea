"""Tells Python's garbage collector how a hub lives: much is built once, then rows come and go in batches.

Reference counting frees the rows; what the collector finds are few cycles of closed connections and errors. Looking
after every 700 new objects, at everything ever built, took a seventh of the processing time of a message (measured).
"""

import gc

_NEW_OBJECTS = 20_000
_ROUNDS = 20


def settle_collector() -> None:
    """Leave what is built so far out of every collection, and collect seldom; once a process, when it is built."""
    gc.freeze()
    gc.set_threshold(_NEW_OBJECTS, _ROUNDS, _ROUNDS)
