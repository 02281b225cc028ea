"""An answer that somebody gave in the CRM's chat: brought to the client like any other, with the same rights.

The author is who the CRM's user is here; whoever is not known here may not answer, and the CRM shows why. The message
is remembered as the CRM's own, so it does not come back to it as news.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

import structlog

from hub.crash import crash_point
from hub.crm_sync.account import Account
from hub.crm_sync.base import Talks
from hub.crm_sync.writing import keep, key_of
from hub.domain.crm import Entity
from hub.domain.errors import (
    Conflict,
    ContactBlocked,
    NotFound,
    PermanentFailure,
    PermissionDenied,
    ReplyWindowClosed,
)
from hub.domain.ids import ContactId, ConversationId, MessageId
from hub.domain.inbound import CrmAnswer
from hub.inbox.reply import Content, reply
from hub.inbox.viewer import person_of
from hub.store import people
from hub.store.crm_items import DONE, CrmItem
from hub.store.pool import acquire

_log = structlog.get_logger()
_UNKNOWN = "Хаб не знает, кто это: администратор связывает людей командой hub crm users"
_REFUSED: tuple[tuple[type[Exception], str], ...] = (
    (Conflict, "С этим клиентом уже работает коллега"),
    (ReplyWindowClosed, "Канал не даёт сейчас писать клиенту"),
    (ContactBlocked, "Клиенту нельзя написать: позвоните ему"),
    (NotFound, "Этого разговора для вас нет"),
    (PermissionDenied, "Ваша роль не позволяет отвечать здесь"),
)


async def bring_answer(account: Account, payload: Mapping[str, Any], contact_id: ContactId) -> None:
    """Answer the client and tell the CRM that it is taken, or why not. Repeating it answers once.

    A CRM that does not want to hear it (the chat is closed by now) is left alone: what became of the answer stands.

    Raises:
        ProviderError: the CRM cannot be told now; run again.
    """
    answer = _answer_of(payload)
    problem, message_id = await _reply(account, answer)
    if message_id is not None:
        await keep(account, _own(account, answer, message_id, contact_id))
    if isinstance(account.crm, Talks):
        crash_point("crm.before_confirm")
        try:
            await account.crm.confirm(answer, problem)
        except PermanentFailure as refusal:
            _log.warning("crm.confirmation_refused", crm=account.name, code=refusal.code, status=refusal.status)
        crash_point("crm.after_confirm")


def _answer_of(payload: Mapping[str, Any]) -> CrmAnswer:
    return CrmAnswer(
        payload["external_id"],
        payload["conversation"],
        payload["user"],
        payload["text"],
        datetime.fromisoformat(payload["occurred_at"]),
        payload["echo"],
    )


async def _reply(account: Account, answer: CrmAnswer) -> tuple[str, MessageId | None]:
    """Return why the answer is not taken, or the message that it became."""
    office, manager_id = account.office, account.manager_of(answer.user)
    async with acquire(office.pool) as connection:
        manager = await people.find_manager(connection, manager_id) if manager_id is not None else None
    if manager is None:
        return _UNKNOWN, None
    key = f"crm:{account.connection_id}:{answer.external_id}"
    content = Content(text=answer.text, is_confirmed=True)
    actor = person_of(office.policy(), manager)
    try:
        told = await reply(office, actor, ConversationId(int(answer.conversation)), content=content, key=key)
    except tuple(kind for kind, _ in _REFUSED) as refusal:
        return next(words for kind, words in _REFUSED if isinstance(refusal, kind)), None
    return "", told.message_id


def _own(account: Account, answer: CrmAnswer, message_id: MessageId, contact_id: ContactId) -> CrmItem:
    """Return the item of a message that the CRM has already."""
    key, now = key_of(account, Entity.entry, message_id), account.office.clock.now()
    ref = f"chat:{answer.external_id}"
    return CrmItem(
        account.connection_id, Entity.entry, message_id, contact_id, key, changed_at=now, ref=ref, state=DONE
    )
