"""What a head reads of others' conversations: what is said there, and the question before an answer."""

from collections.abc import Mapping

TEXTS: Mapping[str, str | Mapping[str, str]] = {
    "card.reading": "👁 You read along until the day ends: it comes here without sound, and who has it is not told",
    "overheard.client": "👁 {name} · {channel} · #{number}",
    "overheard.answer": "👁 {author} → {name} · {channel} · #{number}",
    "overheard.somebody": "A colleague",
    "overheard.ended": "🙈 You no longer read along with #{number}.",
    "overheard.ask": "The client will see this: {name}, #{number}. With: {assignee}. Send it?",
    "overheard.ask_free": "The client will see this: {name}, #{number}. Send it?",
    "button.read": "👁 Read along",
    "button.unread": "🙈 Stop reading",
    "button.to_client": "✉️ Send to the client",
    "help.read": "👁 /read: read along with a colleague until the day ends · /unread: stop",
}
