"""What letters to managers say: the working card by e-mail, and the page behind its links."""

from collections.abc import Mapping

TEXTS: Mapping[str, str | Mapping[str, str]] = {
    "mail.subject": "{why} · #{number} {name} · {channel}",
    "mail.about": "Conversation",
    "mail.said_more": "💬 The client writes",
    "mail.hint": "Reply to this letter: the client gets your answer where they wrote ({channel}). Write above the line "
    "at the top; nothing below it reaches the client. Reply from your own address, to which this letter came.",
    "mail.hint_address": "Reply to this letter: your answer goes by letter to {address}, which the client has named. "
    "Write above the line at the top; nothing below it reaches the client. Reply from your own address, to which this "
    "letter came.",
    "mail.no_channel": "There is nowhere to write to this client: call. A reply to this letter will not reach them.",
    "mail.refused": "⛔ Your answer in #{number} was not sent to the client",
    "mail.refused_plain": "⛔ Your answer by e-mail was not sent to the client",
    "mail.refused_unproven": "The mail server did not confirm that the letter is really yours (no DMARC pass). "
    "Reply from your usual mailbox, or tell the administrator.",
    "mail.refused_empty": "There is not a word above the line, or the answer stands among the quoted lines. "
    "Write it at the very top of the letter, above the line.",
    "mail.refused_taken": "{winner} has the conversation already.",
    "mail.refused_busy": "The client's card was being changed. Send your answer once more.",
    "mail.refused_window": "The client's channel does not let us write now: call.",
    "mail.refused_blocked": "There is nowhere to write: the client blocked the bot or left no address. Call them.",
    "mail.refused_denied": "You may not answer in this conversation.",
    "mail.refused_gone": "You do not see this conversation any more.",
    "link.unknown": "This link does not work",
    "link.over": "This link has run out: open the conversation in the bot or in a newer letter",
    "link.ask_take": "Take conversation #{number} ({name})?",
    "link.taken": "Conversation #{number} ({name}) is yours",
    "link.ask_close": "Close conversation #{number} ({name})?",
    "link.closed": "Conversation #{number} ({name}) is closed",
    "link.closed_already": "Conversation #{number} ({name}) is closed already",
    "link.fields": "Conversation #{number} ({name}) is not closed: the lead lacks fields. Fill them in the bot.",
    "link.outcome": "How it ended",
    "link.note": "Comment; a refusal needs its reason",
}
