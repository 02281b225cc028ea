"""Everything whole: the history as a file, a long letter, the files of a client."""

from collections.abc import Mapping

TEXTS: Mapping[str, str | Mapping[str, str]] = {
    "button.transcript": "📄 As a file",
    "button.files": "📎 Files",
    "button.whole": "📄 Read whole",
    "button.original": "✉️ The letter as it came",
    "button.file_number": "📎 {n}",
    "button.newer_files": "⟨ Newer",
    "button.older_files": "Older ⟩",
    "message.cut": {
        "one": "✂️ Only the beginning: {shown} of {n} character",
        "other": "✂️ Only the beginning: {shown} of {n} characters",
    },
    "transcript.title": "History of the client: {name}",
    "transcript.company": "Company: {name}",
    "transcript.period": "Period: {span}",
    "transcript.zone": "Times: {zone}",
    "transcript.counts": "Messages: {messages}, conversations: {conversations}",
    "transcript.made": "Made: {at}, for: {name}",
    "transcript.cut": "ATTENTION: earlier messages had no place here, «🕘 History» shows them.",
    "transcript.client": "{name} (client)",
    "transcript.note": "NOTE, never shown to the client · {name}",
    "transcript.activity": "event",
    "transcript.chapter_open": "Conversation #{number} · {line} · open since {opened}",
    "transcript.chapter_closed": "Conversation #{number} · {line} · {opened} – {closed}",
    "transcript.name": "history-{number}.txt",
    "transcript.caption": "📄 History #{number} · {name} · {span}",
    "transcript.caption_cut": "📄 History #{number} · {name} · {span}; earlier messages had no place",
    "whole.head": "Conversation #{number} · {name}",
    "whole.quoted": "--- below is earlier correspondence that the letter quotes ---",
    "whole.name": "message-{number}-{time}",
    "whole.caption": "📄 Whole · {name} · {time} · #{number}",
    "whole.original": "✉️ The letter as it came · {name} · {time} · #{number}",
    "whole.not_kept": "The letter as it came is not here: letters are kept for three months. All its words: /whole",
    "whole.no_letter": "This is no letter: the message has no document of its own. All its words: /whole",
    "source.order": "order {number}",
    "files.title": "📎 Files of {name}",
    "files.empty": "There are no files in the correspondence.",
    "files.row": "{n}. {name} · {time} · {who}",
    "files.row_size": "{n}. {name} ({size}) · {time} · {who}",
    "files.coming": "{row} · not here yet",
    "files.not_here": "We do not have this file: {reason}",
    "files.not_here_yet": "This file has not come from the client yet. Try again a little later.",
    "files.too_large": "The file «{name}» is over 50 MB, Telegram does not let it be passed on.",
    "deed.history_saved": "history taken as a file",
    "deed.message_saved": "message read whole",
    "deed.original_saved": "a letter taken as it came",
    "deed.file_read": "a client's file opened",
    "button.botlink": "🔗 Link to the bot",
    "button.copy_link": "📋 Copy the link",
    "client_link.title": "🔗 A link to the bot for client #{number} · {name}",
    "client_link.what": (
        "It works once, for 7 days. Send it to the client yourself: SMS, letter, another messenger. "
        "When they open the bot and write, you will be asked whether to join the cards: a link may have been passed on."
    ),
    "client_link.no_bot": "There is no bot for clients: an administrator connects one, /connect.",
    "deed.client_link_made": "a link to the bot given",
    "help.whole": (
        "/transcript history as a file · /whole message · /original letter as it came · /files · /file · "
        "/botlink a link to the bot for a client"
    ),
}
