"""The line above which a manager answers a card that came by e-mail, and the words that stand above it.

Whatever a mail program quotes of the card (notes, addresses, reasons) must never reach the client: where nobody can
tell the answer from the quotation, there is no answer.
"""

import re

REPLY_LINE = "--- ответ пишите выше · answer above this line ---"
_LINE = re.compile(r"ответ\s+пишите\s+выше\s*·\s*answer\s+above", re.IGNORECASE)
_QUOTED = (">", "|")


def answer_above(text: str, visible_length: int = -1) -> str:
    """Return what a person wrote above a quoted card; empty if nothing, or if the words stand among its lines.

    `visible_length` is where the quoted history begins as far as the channel could tell, -1 if it could not.
    """
    shown = text[:visible_length] if visible_length >= 0 else text
    found = _LINE.search(shown)
    if found is None:
        return _own_lines(shown.splitlines())
    start = shown.rfind("\n", 0, found.start()) + 1
    if shown[start:].lstrip().startswith(_QUOTED):
        return ""
    return _own_lines(_without_attribution(shown[:start].splitlines()))


def _own_lines(lines: list[str]) -> str:
    return "\n".join(line for line in lines if not line.lstrip().startswith(">")).strip()


def _without_attribution(lines: list[str]) -> list[str]:
    """Drop what mail programs say of whom they quote: a last paragraph that ends with a colon."""
    kept = [line.rstrip() for line in lines]
    while kept and not kept[-1]:
        kept.pop()
    if kept and kept[-1].endswith(":"):
        while kept and kept[-1]:
            kept.pop()
    return kept
