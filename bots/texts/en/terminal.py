"""What a terminal says of itself: how a manager works with typed lines."""

from collections.abc import Mapping

TEXTS: Mapping[str, str | Mapping[str, str]] = {
    "terminal.help": "What to type",
    "terminal.help_press": "12 — press the button with this number",
    "terminal.help_answer": "any other line — an answer to the client whose card was shown last (see the prompt)",
    "terminal.help_number": "#1042 — that card · 1042: text — an answer to its client",
    "terminal.help_note": "// text — a note for colleagues, the client never sees it",
    "terminal.help_lists": "/my · /queue · /overdue · /next the most urgent · /find search · /desk the day",
    "terminal.help_work": "/card · /client · /history · /why · /take · /release · /transfer · /snooze · /note · "
    "/close · /reopen · /dismiss — with a number (/card 1042) or about the card that is shown",
    "terminal.help_end": "/shift off — the shift is over",
    "terminal.which": "Which conversation? Add its number: /{command} 1042",
}
