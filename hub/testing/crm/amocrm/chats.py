"""The Chats API of the account: signatures over exact bytes, dates, chats linked with cards, messages, statuses, hooks.

As documented: the date is good for fifteen minutes; a chat that exists is returned again; a message in a chat without a
card makes an unclaimed lead; one chat has one card; a status of an unknown message is a 404; a hook comes once, an
album as several with one group, and one of "write first" has no `client_id`. Not documented, so both ways can be
chosen: `joins_messages` (a message id that is sent twice gives one message, or two).
"""

import hashlib
import hmac
import json
from collections.abc import Mapping, Sequence
from datetime import timedelta
from email.utils import parsedate_to_datetime
from urllib.parse import parse_qsl

from aiohttp import web

from hub.channels.base import Raw
from hub.domain.crm import CrmRef
from hub.testing.crm.amocrm.people import People
from hub.testing.crm.amocrm.shape import ANNA, Record
from hub.testing.crm.amocrm.wire import Refusal, answer_json, bodies_of, body_of, paged
from hub.testing.crm.kit import Called

_GOOD_FOR = timedelta(minutes=15)
_HISTORY = 50


class Chats(People):
    """`chats` are the chats, each with its `messages`; `unclaimed` the leads that messages made by themselves."""

    def __init__(self, account: str) -> None:
        super().__init__(account)
        self.chat_channel = "a4490ccc-5d7f-11e7-907b-a6006ad3dba0"
        self.chat_secret = "ch4nnel-s3cret-0123456789"
        self.chat_bot = "f1910c7f-b1e0-4184-bd09-c7def2a9109a"
        self.is_chat_connected = False
        self.joins_messages = True
        self.chats: list[Record] = []
        self.unclaimed: list[Record] = []
        self._chat_queue: list[Record] = []

    def answer_chat(self, called: Called) -> web.Response:
        """Answer a call of the Chats API."""
        self._check_signature(called)
        path = called.path.removeprefix("/v2/origin/custom/")
        if called.method == "POST" and path == f"{self.chat_channel}/connect":
            return self._connect(body_of(called))
        scope, _, rest = path.partition("/")
        if scope != f"{self.chat_channel}_{self.amojo_id}" or not self.is_chat_connected:
            raise Refusal(404, "channel not found")
        match called.method, *rest.split("/"):
            case "POST", "":
                return self._accept(body_of(called))
            case "POST", "chats":
                return self._open(body_of(called))
            case "GET", "chats", number, "history":
                return self._history(called, number)
            case "POST", number, "delivery_status":
                return self._status(body_of(called), number)
            case _:
                raise Refusal(404, "not found")

    def human_answers(self, conversation: str, text: str, *, user: int = ANNA, album: Sequence[str] = ()) -> None:
        """Answer a client in a chat; each file of an album is a hook of its own."""
        chat = next(each for each in self.chats if each["client_id"] == conversation)
        for n, link in enumerate(album or ("",)):
            media = {"media": link, "media_group_id": "g1", "file_name": f"{n}.jpg"} if link else {}
            message = {"id": f"m{self._next_id()}", "type": "picture" if link else "text", "text": text, **media}
            chat["messages"].append({"message": message, "sender": {"id": f"amojo-{user}"}})
            self._chat_queue.append(self._hook(chat, message, user))

    def human_writes_first(self, text: str) -> None:
        """Begin a chat that the channel has never heard of."""
        message = {"id": f"m{self._next_id()}", "type": "text", "text": text}
        self._chat_queue.append(self._hook({"id": "c-first"}, message, ANNA))

    def chat_hooks(self) -> Sequence[Raw]:
        """Return what the chats have sent since the last call: once, whatever becomes of it."""
        bodies = [json.dumps(told, ensure_ascii=False).encode() for told in self._chat_queue]
        self._chat_queue.clear()
        return [Raw(body, self.now(), self._signed(body), "POST", f"{self.chat_channel}_x") for body in bodies]

    def _signed(self, body: bytes) -> Mapping[str, str]:
        signature = hmac.new(self.chat_secret.encode(), body, "sha1").hexdigest()
        return {"content-type": "application/json", "x-signature": signature}

    def _hook(self, chat: Record, message: Record, user: int) -> Record:
        ours = {"client_id": chat["client_id"]} if "client_id" in chat else {}
        told = {"conversation": {"id": chat["id"], **ours}, "sender": {"id": f"amojo-{user}"}, "message": message}
        times = {"timestamp": self._unix(), "msec_timestamp": self._unix() * 1000}
        return {"account_id": self.amojo_id, "time": self._unix(), "message": {**told, **times}}

    def _check_signature(self, called: Called) -> None:
        headers = {name.lower(): value for name, value in called.headers.items()}
        digest = hashlib.md5(called.body, usedforsecurity=False).hexdigest()
        named = ("content-md5", "content-type", "date")
        text = "\n".join((called.method, *(headers.get(name, "") for name in named), called.path))
        valid = hmac.new(self.chat_secret.encode(), text.encode(), "sha1").hexdigest()
        if headers.get("content-md5") != digest or headers.get("x-signature") != valid:
            raise Refusal(403, "invalid signature")
        if abs(self.now() - parsedate_to_datetime(headers["date"])) > _GOOD_FOR:
            raise Refusal(403, "signature expired")

    def _connect(self, body: Record) -> web.Response:
        if body.get("account_id") != self.amojo_id or body.get("hook_api_version") != "v2":
            raise Refusal(400, "account_id")
        self.is_chat_connected = True
        return answer_json({**body, "scope_id": f"{self.chat_channel}_{self.amojo_id}"})

    def _open(self, body: Record) -> web.Response:
        _check_person(body.get("user"))
        chat = self._chat(body["conversation_id"])
        return answer_json({"id": chat["id"], "user": {"id": "u1", "client_id": body["user"]["id"]}})

    def _chat(self, client_id: str) -> Record:
        found = next((each for each in self.chats if each["client_id"] == client_id), None)
        if found is None:
            found = {"id": f"c{self._next_id()}", "client_id": client_id, "contact": None, "messages": []}
            self.chats.append(found)
        return found

    def _accept(self, body: Record) -> web.Response:
        payload = body["payload"]
        _check_person(payload.get("sender"))
        if payload["sender"].get("ref_id"):
            _check_person(payload.get("receiver"))
        if not isinstance(payload.get("timestamp"), int) or not payload["message"].get("text"):
            raise Refusal(400, "message.text")
        chat = self._chat(payload["conversation_id"])
        if chat["contact"] is None and not payload.get("silent"):
            self.unclaimed.append({"chat": chat["id"]})
        known = [row["message"] for row in chat["messages"] if row["message"].get("client_id") == payload["msgid"]]
        message = {**payload["message"], "id": f"m{self._next_id()}", "client_id": payload["msgid"]}
        if not (known and self.joins_messages):
            chat["messages"].append({"message": message, "sender": payload["sender"]})
        made = known[0] if known and self.joins_messages else message
        told = {"conversation_id": chat["client_id"], "msgid": made["id"], "ref_id": payload["msgid"]}
        return answer_json({"new_message": told})

    def _history(self, called: Called, number: str) -> web.Response:
        size = int(dict(parse_qsl(called.query)).get("limit", _HISTORY))
        rows = [row for chat in self.chats if chat["id"] == number for row in chat["messages"][::-1]]
        if size > _HISTORY:
            raise Refusal(400, "limit")
        return answer_json({"messages": rows[:size]}) if rows else web.Response(status=204)

    def _status(self, body: Record, number: str) -> web.Response:
        for chat in self.chats:
            for row in chat["messages"]:
                if row["message"]["id"] == number:
                    row["status"] = body
                    return web.Response(status=200)
        raise Refusal(404, "message not found")

    def _list_chats(self, called: Called) -> Record | None:
        self._demand_admin()
        asked = dict(parse_qsl(called.query))
        rows = [
            {"id": n, "chat_id": chat["id"], "contact_id": chat["contact"]}
            for n, chat in enumerate(self.chats)
            if chat["contact"] and {chat["id"], str(chat["contact"])} & set(asked.values())
        ]
        return paged(called, "chats", rows)

    def _link_chats(self, called: Called) -> Record:
        self._demand_admin()
        for body in bodies_of(called):
            chat = next((each for each in self.chats if each["id"] == body["chat_id"]), None)
            if chat is None or chat["contact"] not in {None, body["contact_id"]}:
                raise Refusal(400, "chat is linked with another contact", "0.chat_id")
            chat["contact"] = self._there("contacts", body["contact_id"])["id"]
        return {"_embedded": {"chats": []}}

    def said_to(self, contact: CrmRef) -> list[tuple[str, str]]:
        """Return who said what in the chats of a card."""
        mine = [chat for chat in self.chats if chat["contact"] == int(contact.id)]
        rows = [row for chat in mine for row in chat["messages"]]
        return [(row["sender"].get("ref_id") or row["sender"]["id"], row["message"]["text"]) for row in rows]


def _check_person(told: object) -> None:
    if not isinstance(told, dict) or not told.get("id") or not told.get("name"):
        raise Refusal(400, "id and name of a participant are required")
