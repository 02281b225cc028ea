"""What makes a day fast: the next client, undo, other times, another channel."""

from collections.abc import Mapping

TEXTS: Mapping[str, str | Mapping[str, str]] = {
    "next.head": "⏭ Дальше: ",
    "next.gone": "Этого клиента уже взяли или ему ответили.",
    "button.next_open": "⏭ Открыть: {name}",
    "button.next_take": "✋ Взять: {name}",
}
