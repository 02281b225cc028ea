"""The open channel: the hub stands in an open line as a connector, and people answer clients from its chats.

For applications alone. What is written in a chat comes back as an event; a chat's id is our conversation and the card,
so that an answer tells both. The portal's own tracker of chats is off: the hub makes cards and deals. Names take
letters alone, 25 of them. An error may come with status 200, inside the result. Whether a message id that is sent twice
makes one message is not documented.
"""

import re
from collections.abc import Mapping, Sequence
from datetime import datetime

from hub.crm_sync.base import Entry, Refused, Talk, Written
from hub.crm_sync.connectors.bitrix24.records import LONGEST_TEXT, made_ref, plain, plain_again
from hub.crm_sync.connectors.bitrix24.wire import Portal
from hub.crm_sync.wording import Language, shortened
from hub.domain.errors import OutcomeUnknown, PermanentFailure
from hub.domain.inbound import CrmAnswer
from hub.net.payloads import Json

MESSAGE_EVENT = "ONIMCONNECTORMESSAGEADD"
CHAT = "chat"
_NAME = {Language.ru: "Хаб", Language.en: "Hub"}
_CLIENT = {Language.ru: "Клиент", Language.en: "Client"}
_REFUSED = {Language.ru: "Клиенту не отправлено", Language.en: "Not sent to the client"}
_LONGEST_NAME = 25
_NO_LETTER = re.compile(r"[^\w' -]|[\d_]")
_SIGNATURE = re.compile(r"^\[b\][^\[\]]{0,200}:\[/b\]\s*(?:\[br\])?\s*", re.IGNORECASE)
_BREAK = re.compile(r"\[br\s*/?\]", re.IGNORECASE)
_LINK = re.compile(r"\[url=([^\]]*)\](.*?)\[/url\]", re.IGNORECASE | re.DOTALL)
_TAG = re.compile(r"\[/?(?:b|i|u|s|url|quote|code|size|color|font)(?:=[^\]]*)?\]", re.IGNORECASE)
_MESSAGE = re.compile(r"data\[MESSAGES\]\[(\d{1,4})\]\[im\]\[message_id\]")
_ICON = (
    "data:image/svg+xml;charset=US-ASCII,%3Csvg%20xmlns%3D%22http%3A//www.w3.org/2000/svg%22%20viewBox%3D%220%200%2070"
    "%2070%22%3E%3Ccircle%20cx%3D%2235%22%20cy%3D%2235%22%20r%3D%2225%22%20fill%3D%22%232b6cb0%22/%3E%3C/svg%3E"
)


def connector_of(portal: Portal) -> str:
    """Return the connector's id on the portal: one for each connection of ours."""
    return f"hub_{portal.context.connection_id}"


async def register(portal: Portal) -> None:
    """Make the connector known and switch it on in the line; repeating it changes nothing."""
    connector, settings = connector_of(portal), portal.settings
    known = (await portal.read("imconnector.list", {}))["result"]
    if connector not in (known or ()):
        about = {
            "ID": connector,
            "NAME": _NAME[settings.language],
            "ICON": {"DATA_IMAGE": _ICON},
            "PLACEMENT_HANDLER": portal.context.public_url,
            "CHAT_GROUP": "N",
            "NEED_SIGNATURE": "N",
            "NEED_SYSTEM_MESSAGES": "N",
            "NEWSLETTER": "N",
        }
        _refuse_false(await portal.write("imconnector.register", about))
    line = {"CONNECTOR": connector, "LINE": int(settings.open_line), "ACTIVE": 1}
    _refuse_false(await portal.write("imconnector.activate", line))


async def say(portal: Portal, said: Entry, talk: Talk, *, user: str, key: str) -> Written:
    """Show a message in the chat; an answer given elsewhere in the name of `user`."""
    language, guest = portal.settings.language, talk.place.contact.id
    author = f"{said.author}: " if said.author and not said.is_inbound and not said.user else ""
    text = shortened("\n".join((f"{author}{said.text}", *said.files)).strip() or "…", LONGEST_TEXT, language)
    message: dict[str, object] = {"id": key, "date": int(said.at.timestamp()), "text": plain(text), "disable_crm": "Y"}
    if not said.is_inbound:
        message["user_id"] = int(said.user or user)
    person = talk.person
    shown = {
        "user": {
            **_guest(person.name, guest, language),
            **({"phone": person.phones[0]} if person.phones else {}),
            **({"email": person.emails[0]} if person.emails else {}),
        },
        "message": message,
        "chat": {"id": f"{talk.conversation}.{guest}", **({"url": person.link} if person.link else {})},
    }
    return Written(made_ref(CHAT, await _send(portal, shown)))


async def confirm(portal: Portal, answer: CrmAnswer, problem: str, *, user: str) -> None:
    """Mark an answer as delivered, or say in its chat why it is not."""
    echo, language = answer.echo, portal.settings.language
    if problem:
        guest = _guest("", echo.get("chat", "").partition(".")[2], language)
        text = f"{_REFUSED[language]}: {plain(problem)}"
        told = {"id": f"{answer.external_id}:refused", "date": int(answer.occurred_at.timestamp()), "text": text}
        message = {**told, "disable_crm": "Y", "user_id": int(user)}
        await _send(portal, {"user": guest, "message": message, "chat": {"id": echo.get("chat", "")}})
        return
    delivered = {
        "im": {"chat_id": echo.get("im_chat", ""), "message_id": echo.get("im_message", "")},
        "message": {"id": [answer.external_id]},
        "chat": {"id": echo.get("chat", "")},
    }
    line = {"CONNECTOR": connector_of(portal), "LINE": echo.get("line", ""), "MESSAGES": [delivered]}
    _refuse_false(await portal.write("imconnector.send.status.delivery", line))


def answers_of(fields: Mapping[str, str], connector: str, at: datetime) -> Sequence[CrmAnswer]:
    """Return what people wrote in our chats, in the order of the event; nothing of another connector's."""
    if fields.get("data[CONNECTOR]") != connector:
        return ()
    numbers = (found[1] for name in fields if (found := _MESSAGE.fullmatch(name)))
    answers = (_answer(fields, f"data[MESSAGES][{number}]", at) for number in numbers)
    return tuple(answer for answer in answers if answer is not None)


def unmarked(text: str) -> str:
    """Return an answer as plain text: without the signature of its author and without BB code."""
    told = _LINK.sub(lambda link: link[2] if link[2] == link[1] else f"{link[2]} ({link[1]})", _SIGNATURE.sub("", text))
    return plain_again(_TAG.sub("", _BREAK.sub("\n", told))).strip()


def _answer(fields: Mapping[str, str], prefix: str, at: datetime) -> CrmAnswer | None:
    names = {"im_chat": "[im][chat_id]", "im_message": "[im][message_id]", "chat": "[chat][id]"}
    echo = {word: fields.get(prefix + name, "") for word, name in names.items()}
    conversation, text = echo["chat"].partition(".")[0], unmarked(fields.get(f"{prefix}[message][text]", ""))
    if not conversation or not text or not echo["im_message"]:
        return None
    return CrmAnswer(
        external_id=f"{echo['im_chat']}:{echo['im_message']}",
        conversation=conversation,
        user=fields.get(f"{prefix}[message][user_id]", ""),
        text=text,
        occurred_at=at,
        echo={**echo, "line": fields.get("data[LINE]", "")},
    )


async def _send(portal: Portal, shown: Mapping[str, object]) -> str:
    """Send one message; return the id of the chat it stands in."""
    line = {"CONNECTOR": connector_of(portal), "LINE": int(portal.settings.open_line), "MESSAGES": [shown]}
    result = await portal.write("imconnector.send.messages", line)
    _refuse_false(result)
    data = result.get("DATA") if isinstance(result, dict) else None
    rows = data.get("RESULT") if isinstance(data, dict) else None
    if not isinstance(rows, list) or not rows or not isinstance(rows[0], dict):
        raise OutcomeUnknown("the message was answered without what became of it")
    _refuse_false(rows[0])
    session = rows[0].get("session")
    return str(session.get("CHAT_ID") or "") if isinstance(session, dict) else ""


def _refuse_false(result: Json) -> None:
    """Raise what an answer of status 200 refuses inside its result."""
    told = result if isinstance(result, dict) else {"result": result}
    if told.get("SUCCESS", told.get("result", True)) in {False, "false", "N"}:
        errors = told.get("ERRORS") or told.get("error_description") or told.get("error") or "refused without a word"
        words = "; ".join(str(each) for each in errors) if isinstance(errors, list) else str(errors)
        raise PermanentFailure(f"Bitrix24: {words[:300]}", 200, reason=Refused.invalid)


def _guest(name: str, guest: str, language: Language) -> dict[str, object]:
    """Return the client as a guest of the chat: names of letters, 25 at most."""
    first, _, last = " ".join(_NO_LETTER.sub(" ", name).split()).partition(" ")
    names = {"name": first[:_LONGEST_NAME] or _CLIENT[language], "last_name": last[:_LONGEST_NAME].strip()}
    return {"id": f"contact-{guest}", **{part: value for part, value in names.items() if value}}
