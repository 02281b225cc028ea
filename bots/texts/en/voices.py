"""What clients say beside their words: a mark after the close, a file too large, many messages at once, an edit."""

from collections.abc import Mapping

TEXTS: Mapping[str, str | Mapping[str, str]] = {
    "card.low_rating": "⭐ The client gave a low rating",
    "card.rating": "⭐ Client's rating: {mark} of 5",
    "message.burst": {"one": "⚠️ {n} more message within a minute", "other": "⚠️ {n} more messages within a minute"},
    "message.burst_rest": {
        "one": "…and {n} more message: it is in the history",
        "other": "…and {n} more messages: they are in the history",
    },
    "message.taken_back": "🗑 deleted at the client",
    "button.asklink": "🔗 Ask for a link",
    "asklink.nothing": "There is no file in this conversation that did not arrive.",
    "asklink.sent": "The client has been asked for a link already.",
    "help.asklink": "🔗 /asklink — ask for a link to a file over 20 MB",
}
