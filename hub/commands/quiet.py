"""Logging of commands that end: errors alone, to standard error, since a command's output is its outcome."""

import logging
import sys

import structlog


def keep_quiet() -> None:
    """Log errors alone from now on."""
    structlog.configure(
        wrapper_class=structlog.make_filtering_bound_logger(logging.ERROR),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
    )
