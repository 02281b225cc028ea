"""What a test of a connection found, as the reader of a command reads it."""

from hub.channels.base import CheckResult
from hub.commands.language import in_language


def lines_in_language(result: CheckResult, language: str) -> list[str]:
    """Return what a test of a connection found in `ru` or `en`; a vendor's own words stay as they are."""
    return [in_language(line, language) for line in result.say(language)]
