"""Log lines: an event name and fields, for people on a terminal or as JSON; libraries that print secrets kept quiet."""

import logging
import sys
from typing import TextIO

import structlog

from hub.config import Config

_QUIET = ("aioimaplib", "aiogram", "aiogram.event", "aiohttp.access", "asyncio", "aiosmtplib", "mail.log")


def set_up_logs(config: Config) -> None:
    """Configure logging for a process of the hub."""
    level = getattr(logging, config.log_level.upper())
    logging.basicConfig(level=logging.WARNING, format="%(levelname)s %(name)s %(message)s")
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
            structlog.processors.format_exc_info,
            renderer,
        ],
        logger_factory=structlog.PrintLoggerFactory(_stderr()),
        cache_logger_on_first_use=True,  # a logger made anew at every line costs more than most lines (measured)
    )


def _stderr() -> TextIO:
    return sys.stderr
