"""Who may do what (semantics §15): one question, asked by every use-case.

Only facts come in; a list query carries the same scope as a join (RG-3). What an actor may not even see answers as
`NotFound`, what they see but may not do as `PermissionDenied` (RG-2): `ensure` raises the right one.
Every use-case is tried against it by every role on own, free and foreign clients (RG-7).
"""

from dataclasses import dataclass
from enum import StrEnum
from typing import assert_never

from hub.domain.errors import NotFound, PermissionDenied
from hub.domain.ids import LineKey, ManagerId
from hub.domain.line import PhoneMasking
from hub.domain.manager import Role


class Action(StrEnum):
    """What somebody wants to do, grouped by what it concerns."""

    # with a conversation and through it with the client's card
    view = "view"
    reply = "reply"
    note = "note"
    take = "take"
    decline = "decline"
    release = "release"
    transfer = "transfer"
    snooze = "snooze"
    close = "close"
    dismiss = "dismiss"
    declare = "declare"
    match = "match"
    see_phone = "see_phone"
    move_lead = "move_lead"
    edit_lead = "edit_lead"
    do_task = "do_task"
    # with a line
    start_lead = "start_lead"
    # with the work of others on a line
    give_task = "give_task"
    reassign = "reassign"
    confirm_later_deadline = "confirm_later_deadline"
    unmerge = "unmerge"
    view_reports = "view_reports"
    propose_policy = "propose_policy"
    # with the installation
    manage_people = "manage_people"
    manage_connections = "manage_connections"
    edit_policy = "edit_policy"
    replay = "replay"
    import_clients = "import_clients"
    export = "export"
    erase = "erase"


HEAD_ACTIONS = frozenset(
    {
        Action.give_task,
        Action.reassign,
        Action.confirm_later_deadline,
        Action.unmerge,
        Action.view_reports,
        Action.propose_policy,
    }
)
ADMIN_ACTIONS = frozenset(
    {
        Action.manage_people,
        Action.manage_connections,
        Action.edit_policy,
        Action.replay,
        Action.import_clients,
        Action.export,
        Action.erase,
    }
)
_ABOVE_MANAGER = HEAD_ACTIONS | ADMIN_ACTIONS


@dataclass(frozen=True, slots=True)
class Person:
    """Who asks. `lines` are those whose team the person belongs to; a person who left is not active (RG-4)."""

    manager_id: ManagerId
    role: Role
    lines: frozenset[LineKey]
    is_active: bool = True


@dataclass(frozen=True, slots=True)
class Subject:
    """What the question is about: a conversation, or a line when the other fields are left out.

    `line` is `None` for things of the whole installation. `offered_to` may be empty.
    """

    line: LineKey | None = None
    assignee_id: ManagerId | None = None
    transferring_to: ManagerId | None = None
    offered_to: frozenset[ManagerId] = frozenset()
    phone_masking: PhoneMasking = PhoneMasking.never


def may(actor: Person, action: Action, subject: Subject) -> bool:
    """Tell whether `actor` may do `action` to `subject` (RG-1, RG-4, RG-5).

    A manager works with conversations of own lines that are own, unassigned or being handed to them; a head with
    everything of own lines; an admin with everything.
    """
    if not actor.is_active:
        return False
    match actor.role:
        case Role.admin:
            return True
        case Role.head:
            return action not in ADMIN_ACTIONS and subject.line in actor.lines
        case Role.manager:
            return (
                action not in _ABOVE_MANAGER and _is_within_reach(actor, subject) and _may_see(actor, action, subject)
            )
        case never:
            assert_never(never)


def ensure(actor: Person, action: Action, subject: Subject) -> None:
    """Let the action pass or refuse it.

    Raises:
        NotFound: the actor may not see the subject at all, so it does not exist for them (RG-2).
        PermissionDenied: the actor sees it and may not do this.
    """
    if may(actor, action, subject):
        return
    if not may(actor, Action.view, subject):
        raise NotFound("there is no such thing for you")
    raise PermissionDenied(f"your role does not allow '{action}' here; ask the head of the line")


def _is_within_reach(actor: Person, subject: Subject) -> bool:
    """Tell whether a manager's own reach covers the subject: own, free, or on its way to them (RG-1)."""
    if subject.line not in actor.lines:
        return False
    holder = subject.assignee_id
    return holder in (None, actor.manager_id) or actor.manager_id in {subject.transferring_to, *subject.offered_to}


def _may_see(actor: Person, action: Action, subject: Subject) -> bool:
    """Tell whether masking lets a manager see the number; every other action passes (RG-5)."""
    if action is not Action.see_phone:
        return True
    match subject.phone_masking:
        case PhoneMasking.never:
            return True
        case PhoneMasking.until_taken:
            return subject.assignee_id == actor.manager_id
        case PhoneMasking.always:
            return False
        case never:
            assert_never(never)
