"""Log lines: an event name and fields, for people on a terminal or as JSON; libraries that print secrets kept quiet.

An error of the database driver quotes the row it is about, hence a client's words and numbers: of those errors only
class and SQLSTATE are printed, wherever in a chain of causes they stand.
"""

import logging
import sys
import traceback
from collections.abc import Iterator
from typing import Any, TextIO

import structlog

from hub.config import Config

_DRIVER = "asyncpg"
_QUIET = ("aioimaplib", "aiogram", "aiogram.event", "aiohttp.access", "asyncio", "aiosmtplib", "mail.log")


def set_up_logs(config: Config) -> None:
    """Configure logging for a process of the hub."""
    level = getattr(logging, config.log_level.upper())
    lines = logging.StreamHandler(_stderr())
    lines.setFormatter(LibraryLines("%(levelname)s %(name)s %(message)s"))
    logging.basicConfig(level=logging.WARNING, handlers=[lines])
    for name in _QUIET:
        logging.getLogger(name).setLevel(logging.WARNING)
    renderer = (
        structlog.processors.JSONRenderer()
        if config.log_json
        else structlog.dev.ConsoleRenderer(colors=False, exception_formatter=structlog.dev.plain_traceback)
    )
    structlog.configure(
        wrapper_class=structlog.make_filtering_bound_logger(level),
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.ExceptionRenderer(lambda exc_info: print_error(exc_info[1])),
            renderer,
        ],
        logger_factory=structlog.PrintLoggerFactory(_stderr()),
        cache_logger_on_first_use=True,  # a logger made anew at every line costs more than most lines (measured)
    )


class LibraryLines(logging.Formatter):
    """Formats what libraries log, errors as we print ours."""

    def formatException(self, ei: Any) -> str:  # noqa: N802 - the name is of the standard library
        """Return the trace of an error."""
        return print_error(ei[1])


def print_error(error: BaseException | None) -> str:
    """Return the trace of an error and of what caused it, the cause first; nothing of rows and arguments."""
    return "\n\nwhich led to:\n\n".join(reversed(list(_chain(error))))


def _chain(error: BaseException | None) -> Iterator[str]:
    seen: set[int] = set()
    while error is not None and id(error) not in seen:
        seen.add(id(error))
        trace = "".join(traceback.format_tb(error.__traceback__))
        yield f"Traceback (most recent call last):\n{trace}{_say(error)}"
        error = error.__cause__ or (None if error.__suppress_context__ else error.__context__)


def _say(error: BaseException) -> str:
    """Return what an error says of itself; of a driver's, class and SQLSTATE."""
    kind = type(error)
    if hasattr(error, "sqlstate") or kind.__module__.partition(".")[0] == _DRIVER:
        return f"{kind.__qualname__} (SQLSTATE {getattr(error, 'sqlstate', None)})"
    return "".join(traceback.format_exception_only(kind, error)).rstrip()


def _stderr() -> TextIO:
    return sys.stderr
