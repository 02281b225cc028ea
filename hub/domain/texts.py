"""Templates that the business writes for its clients, and nothing more than templates.

`{{client.first_name}}` is replaced once from a fixed list of names: no attributes, no expressions, no second pass, so a
client's name that looks like a template stays text (reliability cases 103 and 104). `{{client.first_name|друг}}` gives
what to say when the value is empty.
"""

import re
from collections.abc import Mapping, Sequence

from hub.domain.facts import fold
from hub.domain.words import Words

TEMPLATE_VARIABLES = (
    "business.name",
    "line.name",
    "client.name",
    "client.first_name",
    "manager.name",
    "manager.first_name",
    "expected_time",
    "opening_time",
)
"""All names a template may use; times come already worded in the client's language."""

OWN_VARIABLES = (*TEMPLATE_VARIABLES, "hours", "privacy_url", "rating", "file.name")
"""What the texts of the hub itself may use; `rating` and `file.name` only where there is one."""

ANSWER_VARIABLES = (*TEMPLATE_VARIABLES, "conversation.number")
"""What a manager's template may use: a person sends it, so the conversation has its number by then."""

_VARIABLE = re.compile(r"\{\{\s*([a-z_.]+)\s*(?:\|([^{}|]*))?\}\}")
_THANKS = frozenset(
    {
        "спасибо", "спасибо большое", "большое спасибо", "огромное спасибо", "спасибо вам", "благодарю", "спс",
        "ок", "окей", "хорошо", "отлично", "супер", "понял", "поняла", "понятно", "принято", "ясно", "договорились",
        "ок спасибо", "хорошо спасибо", "отлично спасибо", "понял спасибо", "поняла спасибо", "все понятно спасибо",
        "ok", "okay", "thanks", "thank you", "thanks a lot", "thank you very much", "thx", "got it",
    }
)  # fmt: skip
_LONGEST_THANKS = 40


def render_text(template: str, values: Mapping[str, str]) -> str:
    """Return the template with its variables replaced once; an unknown or empty one gives its own words or nothing."""
    return _VARIABLE.sub(lambda found: values.get(found[1]) or (found[2] or "").strip(), template)


def variables_of(template: str) -> frozenset[str]:
    """Return the names a template uses."""
    return frozenset(name for name, _ in _VARIABLE.findall(template))


def list_template_faults(template: str, known: Sequence[str] = TEMPLATE_VARIABLES) -> list[Words]:
    """Return what is wrong with a template, in words: unknown variables and stray braces; empty if it is fine."""
    faults = [
        Words(
            f"неизвестная переменная «{name}»; есть: {', '.join(known)}",
            f"unknown variable '{name}'; there are: {', '.join(known)}",
        )
        for name, _ in _VARIABLE.findall(template)
        if name not in known
    ]
    rest = _VARIABLE.sub("", template)
    if "{{" in rest or "}}" in rest:
        faults.append(
            Words(
                "между «{{» и «}}» стоит одна переменная, например {{client.first_name}}",
                "'{{' and '}}' must enclose one variable, for instance {{client.first_name}}",
            )
        )
    return faults


def is_acknowledgement(text: str) -> bool:
    """Tell whether a message only thanks or agrees: the thanks filter of FR-2. Any question or detail is more."""
    if not text.strip() or len(text) > _LONGEST_THANKS or "?" in text:
        return False
    words = "".join(c if c.isalnum() else " " for c in fold(text)).split()
    return not words or " ".join(words) in _THANKS
