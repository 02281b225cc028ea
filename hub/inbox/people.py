"""People of the business: invited, present, reachable, gone (R-6, RG-4).

A person comes in by a link that works once for 48 hours; only its hash is stored. One who leaves loses access in the
first commit, and what they held is handed over in the ones after it, as often as it takes. What only their messenger
can do (clear the chat, leave the team room) is written in that first commit too, as notices that are brought later.
"""

import hashlib
import secrets
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from hub.crash import crash_point
from hub.domain.audit import Deed
from hub.domain.conversation import Conversation
from hub.domain.delivery import Lane, Notice
from hub.domain.errors import Conflict, NotFound
from hub.domain.ids import ManagerId
from hub.domain.ledger import Actor, Fact
from hub.domain.manager import Manager, Presence, Role
from hub.domain.rights import Action, Person, Subject, ensure
from hub.domain.workset import WorkingSet
from hub.inbox.auditing import Noted, note_in
from hub.inbox.folds.assignment import release_wait, route_wait
from hub.inbox.folds.ledger import record
from hub.inbox.folds.line_work import LineWork
from hub.inbox.office import Office
from hub.inbox.rooms import farewell_from, list_rooms
from hub.inbox.shifts import leave_shift
from hub.inbox.task_handover import hand_over_tasks
from hub.inbox.viewer import person_of
from hub.inbox.word import Word, tell_in
from hub.routing.typed import make_key
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


@dataclass(frozen=True, slots=True)
class Newcomer:
    """Somebody to be invited who has no key yet. `id` is given before: the same newcomer again is the same person."""

    id: ManagerId
    name: str
    role: Role = Role.manager


@dataclass(frozen=True, slots=True)
class Invited:
    """An invitation: the `key` of the person in the rules, and the token of the link, shown once."""

    key: str
    token: str


async def create_invite(office: Office, actor: Person, *, key: str, name: str, role: Role = Role.manager) -> str:
    """Invite a person and return the token of the link, shown once. Commits.

    `key` is the name in the policy document; one who is there already (lost the account, comes back) is invited again
    and keeps name and role. Access begins when the invitation is accepted; earlier ones of that person end.

    Raises:
        PermissionDenied, NotFound: only an administrator invites.
    """
    ensure(actor, Action.manage_people, Subject())
    async with acquire(office.pool) as connection, connection.transaction():
        await hold_administration(connection, actor)
        await managers.hold_keys(connection)
        new_id = await office.ids.reserve(connection, 1)
        invited = await people.find_by_key(connection, key)
        if invited is None:
            invited = Manager(ManagerId(new_id()), key, name, role, is_active=False)
            await managers.add_manager(connection, invited, at=office.clock.now())
        token = await _invite(connection, office, actor, invited)
        crash_point("people.before_invite_commit")
    crash_point("people.after_invite_commit")
    return token


async def expect_newcomer(office: Office, actor: Person) -> ManagerId:
    """Return the number of a person whom somebody is going to invite; nothing is stored.

    Raises:
        PermissionDenied, NotFound: only an administrator invites.
    """
    ensure(actor, Action.manage_people, Subject())
    async with acquire(office.pool) as connection:
        return ManagerId((await office.ids.reserve(connection, 1))())


async def invite_newcomer(office: Office, actor: Person, newcomer: Newcomer) -> Invited:
    """Invite somebody under a key that nobody has, made of the name: «Анна Петрова» is `anna-petrova`. Commits.

    Of two people of one name who are invited at once each gets a key of their own. The same newcomer again keeps the
    key and, until they come, gets the role that is wanted now; the earlier link ends.

    Raises:
        PermissionDenied, NotFound: only an administrator invites.
    """
    ensure(actor, Action.manage_people, Subject())
    async with acquire(office.pool) as connection, connection.transaction():
        await hold_administration(connection, actor)
        await managers.hold_keys(connection)
        invited = await people.hold_manager(connection, newcomer.id)
        if invited is None:
            taken = {each.key for each in await managers.list_managers(connection)}
            key = make_key(newcomer.name, taken, instead="manager")
            invited = Manager(newcomer.id, key, newcomer.name, newcomer.role, is_active=False)
            await managers.add_manager(connection, invited, at=office.clock.now())
        elif not invited.is_active:
            await staff.set_role(connection, invited.id, newcomer.role.value)
            invited = replace(invited, role=newcomer.role)
        token = await _invite(connection, office, actor, invited)
        crash_point("people.before_newcomer_commit")
    crash_point("people.after_newcomer_commit")
    return Invited(invited.key, token)


async def _invite(connection: Connection, office: Office, actor: Person, invited: Manager) -> str:
    """Store an invitation in place of earlier ones and return its token; the caller commits."""
    token, now = secrets.token_urlsafe(24), office.clock.now()
    new_id = await office.ids.reserve(connection, 1)
    await staff.end_invites(connection, invited.id, at=now)
    await managers.add_invite(connection, new_id(), _hash(token), invited.id, now + INVITED_FOR)
    await note_in(connection, office, Noted(actor, Deed.invited, f"manager:{invited.id}", {"role": invited.role.value}))
    return token


async def accept_invite(office: Office, token: str, tg_user_id: int, name: str) -> Person:
    """Let in whoever holds the token: their Telegram account is the person's from now on. Commits; works once.

    An account the person had before loses its chat and its place in the team room, as of somebody who leaves (RG-4).
    The other administrators are told: a link that came into other hands shows at once.

    Raises:
        NotFound: the token is unknown, used or older than 48 hours.
        Conflict: the account belongs to another person of the business.
    """
    async with acquire(office.pool) as connection, connection.transaction():
        now = office.clock.now()
        before = await people.hold_invited(connection, _hash(token))
        manager = await people.accept_invite(connection, _hash(token), tg_user_id, name=name, at=now)
        if manager is None:
            raise NotFound("this invitation does not work any more; ask the administrator for a new one")
        person = person_of(office.policy(), manager)
        noted = Noted(person, Deed.let_in, f"manager:{manager.id}", {"role": manager.role.value})
        await note_in(connection, office, noted)
        is_moved = before is not None and before.tg_user_id not in {None, tg_user_id}
        if before is not None and is_moved:
            await tell_in(connection, office, await _farewell(connection, office, before, is_moved=True))
        await tell_in(connection, office, await _arrival(connection, office, manager, is_moved=is_moved))
        crash_point("invite.before_accept_commit")
    crash_point("invite.after_accept_commit")
    office.wakeup.wake(Lane.notify)
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

    Commits access first, unused invitations of theirs and by them included, with the notices that clear their chat and
    take them out of the team room; then the work in parts; called again after a crash it goes on where it stopped.

    Raises:
        Conflict: somebody dismisses themselves.
        PermissionDenied, NotFound: only an administrator dismisses, and only people there are.
    """
    ensure(actor, Action.manage_people, Subject())
    if manager_id == actor.manager_id:
        raise Conflict("nobody can dismiss themselves: ask another administrator")
    async with acquire(office.pool) as connection, connection.transaction():
        await hold_administration(connection, actor)
        manager = await people.hold_manager(connection, manager_id)
        if manager is None:
            raise NotFound("there is no such person")
        await managers.set_left(connection, manager_id, office.clock.now())
        await staff.end_invites(connection, manager_id, at=office.clock.now())
        await end_invites_by(connection, office, manager_id)
        await note_in(connection, office, Noted(actor, Deed.dismissed, f"manager:{manager_id}"))
        await tell_in(connection, office, await _farewell(connection, office, manager))
        crash_point("people.before_access_ends")
    crash_point("people.after_access_ends")
    office.wakeup.wake(Lane.notify)
    handed_over = 0
    while held := await _list_held(office, manager_id):
        await _hand_over(office, manager_id, held)
        handed_over += len(held)
    await hand_over_tasks(office, manager_id)
    return handed_over


async def end_invites_by(connection: Connection, office: Office, manager_id: ManagerId) -> None:
    """End the unused invitations that somebody made: who administrates no more lets nobody in. The caller commits.

    Somebody whom another has invited since is invited once more.
    """
    now = office.clock.now()
    await staff.end_invites_by(connection, manager_id, since=now - INVITED_FOR, at=now)


async def hold_administration(connection: Connection, actor: Person) -> None:
    """Keep the administrators as they are until the transaction ends, the actor among them.

    Of two who take each other's role or access at once one is too late, so there is always an administrator left.

    Raises:
        NotFound: the actor is no administrator any more.
    """
    present = await staff.hold_administrators(connection)
    if actor.manager_id and actor.manager_id not in present:
        raise NotFound("there is no such thing for you")


async def _farewell(connection: Connection, office: Office, manager: Manager, *, is_moved: bool = False) -> list[Word]:
    """Return what is left to do in the messenger, while the person's number there is known; nothing without one.

    The chat with the bot is cleared a moment later, and the team room lets the account in no more. `is_moved`: the
    person stays, under another account.
    """
    if manager.tg_user_id is None:
        return []
    now, chat_id = office.clock.now(), manager.tg_user_id
    left = f"{chat_id}:{now.isoformat()}"
    clearing = Word(Notice.chat_ended, manager.id, left, {"chat_id": chat_id}, after=CLEARED_AFTER)
    return [
        clearing,
        *(farewell_from(room, manager, left=left, is_moved=is_moved) for room in await list_rooms(connection, office)),
    ]


async def _arrival(connection: Connection, office: Office, manager: Manager, *, is_moved: bool) -> list[Word]:
    """Return what the other administrators hear of somebody who came in, or in by another account: `is_moved`."""
    about = f"manager:{manager.id}:{office.clock.now().isoformat()}"
    facts = {"person_id": int(manager.id), "name": manager.name, "role": manager.role.value, "is_moved": is_moved}
    told = [each for each in await managers.list_managers(connection) if each.role is Role.admin and each.is_active]
    return [Word(Notice.came_in, each.id, about, facts) for each in told if each.id != manager.id and each.tg_user_id]


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
