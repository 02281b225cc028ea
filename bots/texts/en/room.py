"""What the team room says, and what is said about it."""

from collections.abc import Mapping

TEXTS: Mapping[str, str | Mapping[str, str]] = {
    "room.title": "👥 Team room",
    "room.late": "🔴 Overdue: {n}",
    "room.free": "✋ Nobody has taken: {n}",
    "room.calm": "✅ Every client is taken, nobody is overdue",
    "room.more": "…and {n} more",
    "room.owner": "with {name}",
    "room.nobody": "nobody has taken it",
    "room.callback": "📵 call back",
    "room.nameless": "No name",
    "room.ask": (
        "Make “{title}” the team room?\n"
        "Clients nobody took in time, overdue ones and the day's figures will come here: names without telephones and "
        "without what was written. Everybody in the group will see them."
    ),
    "room.ask_instead": "The team room is “{title}” now; nothing will come there any more.",
    "room.is_here": "“{title}” is the team room.",
    "room.linked": "✅ This is the team room. Cards and letters stay in the private chat with the bot.",
    "room.list_ended": "This is no longer the team room: the list is not kept up.",
    "room.unlinked": "This is no longer the team room.",
    "room.cancelled": "All right, nothing changes.",
    "room.only_admin": "An administrator links the team room.",
    "room.how": "Add the bot to your colleagues' group and write /room there. An administrator links it.",
    "room.where": "The team room is “{title}”. To unlink it: /room in that group.",
    "room.topic_gone": "The topic of the list was deleted or closed. It comes here now. Another topic: /room in it.",
    "room.lost": (
        "⚠️ The bot was taken out of the group “{name}” or may not write there: there is no team room now. "
        "Add the bot and write /room there"
    ),
    "room.still_in": (
        "⚠️ {name} does not work with you any more, but may still be in the group “{title}”: the bot could not take "
        "them out. Remove this person from the group by hand; if the group is theirs, make another one the room: "
        "/room there. For the bot to do it by itself, make it an administrator there with the right to ban members."
    ),
    "room.still_in_moved": (
        "⚠️ {name} comes in by another Telegram account now, and the former one may still be in the group “{title}”: "
        "the bot could not take it out. Remove the former account from the group by hand, and add the new one."
    ),
    "room.stranger": "This button is for the staff",
    "room.taken": "✋ #{number} is yours, its card is in your private chat with the bot",
    "room.shown": "The card #{number} is in your private chat with the bot",
    "room.no_chat": "Open the private chat with the bot and press Start: the card comes there",
    "button.room_link": "✅ Link",
    "button.room_unlink": "Unlink",
    "button.room_keep": "✖️ No",
    "button.room_open": "👁 {n}",
    "help.room": "👥 /room: the team room: add the bot to a group and write it there",
}
