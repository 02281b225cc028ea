"""What makes a day fast: the next client, undo, other times, another channel."""

from collections.abc import Mapping

TEXTS: Mapping[str, str | Mapping[str, str]] = {
    "next.head": "⏭ Next: ",
    "next.gone": "Somebody has taken or answered this client already.",
    "button.next_open": "⏭ Open: {name}",
    "button.next_take": "✋ Take: {name}",
}
