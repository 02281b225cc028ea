"""What a head reads of others' conversations: what is said there, and the question before an answer."""

from collections.abc import Mapping

TEXTS: Mapping[str, str | Mapping[str, str]] = {
    "card.reading": "👁 Читаете до конца дня: новое придёт сюда без звука, тому, кто ведёт, бот об этом не пишет",
    "overheard.client": "👁 {name} · {channel} · #{number}",
    "overheard.answer": "👁 {author} → {name} · {channel} · #{number}",
    "overheard.somebody": "Коллега",
    "overheard.ended": "🙈 Больше не читаете #{number}.",
    "overheard.ask": "Это увидит клиент: {name}, #{number}. Ведёт: {assignee}. Отправить?",
    "overheard.ask_free": "Это увидит клиент: {name}, #{number}. Отправить?",
    "button.read": "👁 Читать",
    "button.unread": "🙈 Не читать",
    "button.to_client": "✉️ Отправить клиенту",
    "help.read": "👁 /read — читать вместе с коллегой до конца дня · /unread — не читать",
}
