"""What the page shows, as plain JSON: every chat as its people see it, letters, calls, and the hub's conversations.

Instants are milliseconds since 1970, as browsers count.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from hub.store.pool import acquire
from hub.testing.sandbox.cast import HIDDEN, MEMBERS, SHOP_ADDRESS, SHOP_NUMBER, Client
from hub.testing.sandbox.play import Play
from hub.testing.sandbox.post_office import Letter
from hub.testing.sandbox.telephone import Call
from hub.testing.sandbox.town import Seat
from hub.testing.telegram.screen import Seen

Json = dict[str, Any]

_CONVERSATIONS = """
SELECT c.id, c.number, c.state, k.name, c.assignee_id IS NOT NULL AS is_taken, coalesce(m.name, '') AS assignee,
  coalesce(r.name, '') AS transfer_to, c.snoozed_until, c.outcome, w.deadline_at, w.started_at, w.callback_due_at,
  coalesce(w.needs_callback, false) AS needs_callback,
  coalesce(w.channel, n.kind, '') AS channel,
  (SELECT i.value FROM identities i WHERE i.contact_id = k.id AND i.type = 'phone' ORDER BY i.id LIMIT 1) AS phone
FROM conversations c JOIN contacts k ON k.id = c.contact_id
LEFT JOIN managers m ON m.id = c.assignee_id LEFT JOIN managers r ON r.id = c.transfer_to
LEFT JOIN waits w ON w.contact_id = c.contact_id AND w.line = c.line AND w.state = 'open' AND c.state = 'open'
LEFT JOIN threads t ON t.id = c.reply_thread_id LEFT JOIN connections n ON n.id = t.connection_id
ORDER BY c.number DESC LIMIT 40
"""


async def show(play: Play) -> Json:
    """Return everything the page shows except the instant of now, so that equal looks mean nothing changed.

    The story that is told moves on by what the look says.
    """
    look = await _look(play)
    if play.story is not None:
        play.story.follow(look)
    return look | {"story": play.story.show() if play.story else None}


async def _look(play: Play) -> Json:
    """Ask the hub first: the rest is read in one go with the story, which may begin or end while the hub answers."""
    conversations = await _conversations(play)
    town = play.town
    return {
        "moves": play.moves,
        "isSet": play.is_set,
        "zone": "Europe/Moscow",
        "clients": [_chat(town.clients[client.key]) for client in play.in_telegram],
        "managers": [_chat(seat) for seat in town.managers.values()],
        "mail": _mail(town.mail.letters, play.at_mail),
        "forms": [_form_row(play, number) for number in range(len(play.forms))],
        "formUrl": play.premises.form.url.replace("/in/webform/", "/form/"),
        "phone": _phone(town.telephone.calls, play.at_phone),
        "conversations": conversations,
    }


def _chat(seat: Seat) -> Json:
    person, bot = seat.person, seat.bot
    screen = person.screen(bot)
    presses = [press for press in bot.presses.values() if press.user is person.user and press.toast]
    toast = {"id": presses[-1].id, "text": presses[-1].toast, "isAlert": presses[-1].is_alert} if presses else None
    return {
        "key": seat.key,
        "name": f"{person.user.first_name} {person.user.last_name}".strip(),
        "phone": person.user.phone,
        "bot": bot.user.first_name,
        "isBlocked": person.user.id in bot.blocked,
        "keyboard": _keyboard(bot.private_chat(person.user).reply_keyboard),
        "messages": [_message(seat, seen) for seen in screen.visible()],
        "toast": toast,
    }


def _keyboard(markup: Mapping[str, Any] | None) -> list[list[Json]]:
    rows = (markup or {}).get("keyboard", [])
    return [[button if isinstance(button, dict) else {"text": button} for button in row] for row in rows]


def _message(seat: Seat, seen: Seen) -> Json:
    post = seen.post
    content = post.content if post else {}
    rows = ((post.keyboard if post else None) or {}).get("inline_keyboard", [])
    return {
        "id": seen.message_id,
        "isMine": not seen.is_from_bot,
        "text": seen.text,
        "entities": content.get("entities", content.get("caption_entities", [])),
        "at": _ms(seen.at),
        "buttons": [[_button(button) for button in row] for row in rows],
        "files": [_file(seat, kind, file_id) for kind, file_id in seen.files],
        "contact": content.get("contact"),
        "replyTo": seen.reply_to,
        "reactions": list(seen.reactions),
        "isEdited": seen.is_edited,
        "isPinned": seen.is_pinned,
    }


def _button(button: Mapping[str, Any]) -> Json:
    return {"text": button["text"], "copies": (button.get("copy_text") or {}).get("text", "")}


def _file(seat: Seat, kind: str, file_id: str) -> Json:
    media = seat.bot.stage.files.get(file_id).media
    is_picture = kind == "photo" or media.mime.startswith("image/")
    return {"kind": kind, "id": file_id, "name": media.name, "isPicture": is_picture}


def _mail(letters: Sequence[Letter], clients: Sequence[Client]) -> Json:
    return {
        "shop": SHOP_ADDRESS,
        "boxes": [
            {"key": client.key, "name": client.name, "address": client.email, "letters": _letters(letters, client)}
            for client in clients
        ],
    }


def _letters(letters: Sequence[Letter], client: Client) -> list[Json]:
    return [
        {
            "number": letter.number,
            "isMine": letter.is_mine,
            "subject": letter.subject,
            "text": letter.text,
            "at": _ms(letter.at),
        }
        for letter in letters
        if letter.client in (client.key, client.email)
    ]


def _form_row(play: Play, number: int) -> Json:
    form = play.forms[number]
    return {"number": number, "name": form.name, "text": form.text, "at": _ms(form.at), "receipt": form.receipt}


def _phone(calls: Sequence[Call], clients: Sequence[Client]) -> Json:
    callers = [{"key": each.key, "name": each.name, "number": _number(each)} for each in clients]
    return {
        "shop": f"+{SHOP_NUMBER}",
        "callers": callers,
        "members": [{"name": each.name, "extension": each.extension} for each in MEMBERS],
        "calls": [_call(each) for each in calls],
    }


def _call(call: Call) -> Json:
    return {
        "number": call.number,
        "who": call.client.key,
        "name": call.client.name,
        "phone": _number(call.client),
        "state": call.state.value,
        "isOut": call.is_out,
        "startedAt": _ms(call.started_at),
        "pickedUpAt": _ms(call.picked_up_at),
        "endedAt": _ms(call.ended_at),
        "by": next((each.name for each in MEMBERS if each.extension == call.extension), ""),
    }


def _number(client: Client) -> str:
    return f"+{client.phone}" if client is not HIDDEN else ""


async def _conversations(play: Play) -> list[Json]:
    async with acquire(play.building.ground.pool) as connection:
        rows = await connection.fetch(_CONVERSATIONS)
    return [
        {
            "number": row["number"],
            "name": row["name"] or row["phone"] or "",
            "phone": row["phone"] or "",
            "isOpen": row["state"] == "open",
            "assignee": row["assignee"],
            "transferTo": row["transfer_to"],
            "channel": row["channel"],
            "startedAt": _ms(row["started_at"]),
            "dueAt": _ms(_due(row)),
            "isCallback": row["needs_callback"],
            "snoozedUntil": _ms(row["snoozed_until"]),
            "outcome": row["outcome"] or "",
        }
        for row in rows
    ]


async def last_number(play: Play) -> int:
    """Return the highest number of a conversation, 0 without any."""
    async with acquire(play.building.ground.pool) as connection:
        return int(await connection.fetchval("SELECT coalesce(max(number), 0) FROM conversations"))


def _due(row: Mapping[str, Any]) -> datetime | None:
    """Return the nearest deadline of a waiting client."""
    due: datetime | None = row["callback_due_at"] if row["needs_callback"] else None
    answer: datetime | None = row["deadline_at"]
    return min(due, answer) if due and answer else due or answer


def _ms(at: datetime | None) -> int | None:
    return round(at.timestamp() * 1000) if at else None
