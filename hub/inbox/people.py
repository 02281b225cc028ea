"""People of the business: invited, present, reachable, gone (R-6, RG-4).

A person comes in by a link that works once for 48 hours; only its hash is stored. One who leaves loses access in the
first commit, and what they held is handed over in the ones after it, as often as it takes.
"""

import hashlib
import secrets
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from functools import partial

from hub.crash import crash_point
from hub.domain.audit import Deed
from hub.domain.conversation import Conversation
from hub.domain.delivery import Delivery, Lane, Notice
from hub.domain.errors import Conflict, NotFound
from hub.domain.ids import DeliveryId, ManagerId
from hub.domain.ledger import Actor, Fact
from hub.domain.manager import Manager, Presence, Role
from hub.domain.order import order_hash
from hub.domain.rights import Action, Person, Subject, ensure
from hub.domain.workset import WorkingSet
from hub.inbox.auditing import Noted, note_in
from hub.inbox.folds.assignment import release_wait, route_wait
from hub.inbox.folds.ledger import record
from hub.inbox.folds.line_work import LineWork
from hub.inbox.office import Office
from hub.inbox.shifts import leave_shift
from hub.inbox.task_handover import hand_over_tasks
from hub.inbox.viewer import person_of
from hub.store import managers, people, staff
from hub.store.pool import Connection, acquire
from hub.store.scope import Scope

INVITED_FOR = timedelta(hours=48)
CLEARED_AFTER = timedelta(seconds=30)
"""What was on its way into the chat of somebody who leaves has arrived by then."""
INVITE_MARK = "m_"
"""What an invitation's token begins with where it is given to the bot (`/start m_…`)."""
AT_THE_MACHINE = Person(ManagerId(0), Role.admin, frozenset())
"""Whoever runs commands on the machine itself: the first administrator is invited by nobody else."""

_AT_ONCE = 50
_IDS_EACH = 20


async def create_invite(office: Office, actor: Person, *, key: str, name: str, role: Role = Role.manager) -> str:
    """Invite a person and return the token of the link, shown once. Commits.

    `key` is the name in the policy document; one who is there already (lost the account, comes back) is invited again
    and keeps name and role. Access begins when the invitation is accepted; earlier ones of that person end.

    Raises:
        PermissionDenied, NotFound: only an administrator invites.
    """
    ensure(actor, Action.manage_people, Subject())
    token = secrets.token_urlsafe(24)
    now = office.clock.now()
    async with acquire(office.pool) as connection, connection.transaction():
        new_id = await office.ids.reserve(connection, 2)
        invited = await people.find_by_key(connection, key)
        if invited is None:
            invited = Manager(ManagerId(new_id()), key, name, role, is_active=False)
            await managers.add_manager(connection, invited, at=now)
        await staff.end_invites(connection, invited.id, at=now)
        await managers.add_invite(connection, new_id(), _hash(token), invited.id, now + INVITED_FOR)
        noted = Noted(actor, Deed.invited, f"manager:{invited.id}", {"role": invited.role.value})
        await note_in(connection, office, noted)
        crash_point("people.before_invite_commit")
    crash_point("people.after_invite_commit")
    return token


async def accept_invite(office: Office, token: str, tg_user_id: int, name: str) -> Person:
    """Let in whoever holds the token: their Telegram account is the person's from now on. Commits; works once.

    Raises:
        NotFound: the token is unknown, used or older than 48 hours.
        Conflict: the account belongs to another person of the business.
    """
    async with acquire(office.pool) as connection, connection.transaction():
        now = office.clock.now()
        manager = await people.accept_invite(connection, _hash(token), tg_user_id, name=name, at=now)
        if manager is None:
            raise NotFound("this invitation does not work any more; ask the administrator for a new one")
        person = person_of(office.policy(), manager)
        noted = Noted(person, Deed.let_in, f"manager:{manager.id}", {"role": manager.role.value})
        await note_in(connection, office, noted)
        crash_point("invite.before_accept_commit")
    crash_point("invite.after_accept_commit")
    return person


async def set_presence(office: Office, actor: Person, presence: Presence, *, until: datetime | None = None) -> None:
    """Store what the actor says of being at work, until an instant or until changed (R-6). Commits.

    Who goes home leaves waiting clients to others, as the rules of their lines say (R-13).
    """
    async with acquire(office.pool) as connection:
        await managers.set_presence(connection, actor.manager_id, presence.value, until)
    if presence is Presence.off:
        await leave_shift(office, actor.manager_id)
    office.wakeup.wake("timers")  # a queue may be served by whoever came


async def set_reachable(office: Office, tg_user_id: int, is_reachable: bool) -> None:
    """Store whether the person's messenger takes our messages: one who blocked the bot gets no work (R-6). Commits."""
    async with acquire(office.pool) as connection:
        await managers.set_reachable(connection, tg_user_id, is_reachable=is_reachable)


async def dismiss_manager(office: Office, actor: Person, manager_id: ManagerId) -> int:
    """«Уволен»: end access at once and hand the work over by the rules; returns how many conversations (RG-4).

    Commits access first, unused invitations included, then the work in parts; called again after a crash it goes on
    where it stopped.

    Raises:
        Conflict: somebody dismisses themselves.
        PermissionDenied, NotFound: only an administrator dismisses, and only people there are.
    """
    ensure(actor, Action.manage_people, Subject())
    if manager_id == actor.manager_id:
        raise Conflict("nobody can dismiss themselves: ask another administrator")
    await _end_chat(office, manager_id)
    async with acquire(office.pool) as connection, connection.transaction():
        await hold_administration(connection, actor)
        await managers.set_left(connection, manager_id, office.clock.now())
        await staff.end_invites(connection, manager_id, at=office.clock.now())
        await note_in(connection, office, Noted(actor, Deed.dismissed, f"manager:{manager_id}"))
        crash_point("people.before_access_ends")
    crash_point("people.after_access_ends")
    handed_over = 0
    while held := await _list_held(office, manager_id):
        await _hand_over(office, manager_id, held)
        handed_over += len(held)
    await hand_over_tasks(office, manager_id)
    return handed_over


async def hold_administration(connection: Connection, actor: Person) -> None:
    """Keep the administrators as they are until the transaction ends, the actor among them.

    Of two who take each other's role or access at once one is too late, so there is always an administrator left.

    Raises:
        NotFound: the actor is no administrator any more.
    """
    present = await staff.hold_administrators(connection)
    if actor.manager_id and actor.manager_id not in present:
        raise NotFound("there is no such thing for you")


async def _end_chat(office: Office, manager_id: ManagerId) -> None:
    """Have the person's chat with the bot cleared a moment after access ends, while its number is still known. Commits.

    A process that dies in between has only cleared the chat of somebody who is still there. Raises: NotFound.
    """
    async with acquire(office.pool) as connection:
        manager = await people.find_manager(connection, manager_id)
    if manager is None:
        raise NotFound("there is no such person")
    if manager.tg_user_id is not None:
        await office.change(Scope(ids=1), partial(_queue_clearing, manager_id=manager_id, chat_id=manager.tg_user_id))
    crash_point("people.chat_ended")


def _queue_clearing(rows: WorkingSet, *, manager_id: ManagerId, chat_id: int) -> None:
    key = f"{Notice.chat_ended}:{manager_id}:{chat_id}:{rows.now.isoformat()}"
    rows.deliveries[key] = Delivery(
        id=DeliveryId(rows.new_id()),
        lane=Lane.notify,
        order_hash=order_hash("notify", manager_id, Notice.chat_ended),
        key=key,
        due_at=rows.now + CLEARED_AFTER,
        created_at=rows.now,
        payload={"notice": Notice.chat_ended.value, "manager_id": int(manager_id), "chat_id": chat_id},
        manager_id=manager_id,
    )


async def _list_held(office: Office, manager_id: ManagerId) -> list[int]:
    async with acquire(office.pool) as connection:
        return await people.list_held_conversations(connection, manager_id, limit=_AT_ONCE)


async def _hand_over(office: Office, manager_id: ManagerId, held: Sequence[int]) -> None:
    lines = {str(line) for line in office.policy().lines}
    scope = Scope(conversations=set(held), lines=lines, always_lines=True, ids=_IDS_EACH * len(held))

    def fold(rows: WorkingSet) -> None:
        for conversation_id in held:
            conversation = rows.conversations[conversation_id]
            policy = office.policy()
            _leave(LineWork(rows, policy, policy.get_line(conversation.line)), conversation, manager_id)

    await office.change(scope, fold)


def _leave(work: LineWork, conversation: Conversation, manager_id: ManagerId) -> None:
    """Take one conversation from a person who left: a waiting client goes to somebody else, the rest becomes free."""
    wait = work.rows.open_wait(conversation.contact_id, conversation.line)
    if conversation.assignee_id == manager_id and wait is not None:
        freed = release_wait(work.rows, wait, fact=Fact.released, manager_id=manager_id)
        route_wait(work, freed, notice=Notice.assigned)
        return
    left = replace(
        conversation,
        assignee_id=None if conversation.assignee_id == manager_id else conversation.assignee_id,
        transfer_to=None if conversation.transfer_to == manager_id else conversation.transfer_to,
        offered_to=tuple(each for each in conversation.offered_to if each != manager_id),
    )
    work.rows.conversations.put(conversation.id, left)
    record(work.rows, Fact.released, left, manager_id=manager_id, actor=Actor.hub, cause="RG-4")


def _hash(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()
