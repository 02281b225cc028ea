"""Rights: every action × role × own, team's, foreign (RG-7)."""

import pytest

from hub.domain.errors import NotFound, PermissionDenied
from hub.domain.ids import LineKey, ManagerId
from hub.domain.line import PhoneMasking
from hub.domain.manager import Role
from hub.domain.rights import Action, Person, Subject, ensure, may

ME, COLLEAGUE = ManagerId(1), ManagerId(2)
SALES, SUPPORT = LineKey("sales"), LineKey("support")
HEADS = {
    Action.give_task,
    Action.reassign,
    Action.confirm_later_deadline,
    Action.unmerge,
    Action.view_reports,
    Action.propose_policy,
}
ADMINS = {
    Action.manage_people,
    Action.manage_connections,
    Action.edit_policy,
    Action.replay,
    Action.export,
    Action.import_clients,
    Action.erase,
}
DAILY = set(Action) - HEADS - ADMINS

SUBJECTS = {
    "own": Subject(SALES, assignee_id=ME),
    "free": Subject(SALES),
    "coming to me": Subject(SALES, assignee_id=COLLEAGUE, transferring_to=ME),
    "offered to me": Subject(SALES, assignee_id=COLLEAGUE, offered_to=frozenset({ME})),
    "a colleague's": Subject(SALES, assignee_id=COLLEAGUE),
    "foreign": Subject(SUPPORT, assignee_id=COLLEAGUE),
    "foreign, once mine": Subject(SUPPORT, assignee_id=ME),
    "the installation": Subject(),
}
MINE = ("own", "free", "coming to me", "offered to me")
ALLOWED = {
    Role.manager: {name: DAILY if name in MINE else set() for name in SUBJECTS},
    Role.head: {name: DAILY | HEADS if name in (*MINE, "a colleague's") else set() for name in SUBJECTS},
    Role.admin: {name: set(Action) for name in SUBJECTS},
}


def person(role: Role, *, is_active: bool = True) -> Person:
    return Person(ME, role, frozenset({SALES}), is_active)


@pytest.mark.parametrize("name", SUBJECTS)
@pytest.mark.parametrize("role", Role)
def test_rg1_rg7_each_role_may_exactly_what_its_reach_allows(role: Role, name: str):
    allowed = {action for action in Action if may(person(role), action, SUBJECTS[name])}

    assert allowed == ALLOWED[role][name]


@pytest.mark.parametrize("role", Role)
@pytest.mark.parametrize("name", SUBJECTS)
def test_rg4_who_left_may_nothing(role: Role, name: str):
    assert not any(may(person(role, is_active=False), action, SUBJECTS[name]) for action in Action)


@pytest.mark.parametrize(
    ("masking", "assignee", "sees"),
    [
        (PhoneMasking.never, None, True),
        (PhoneMasking.until_taken, None, False),
        (PhoneMasking.until_taken, ME, True),
        (PhoneMasking.always, ME, False),
    ],
)
def test_rg5_numbers_are_masked_for_managers_as_the_policy_says(
    masking: PhoneMasking, assignee: ManagerId | None, sees: bool
):
    subject = Subject(SALES, assignee_id=assignee, phone_masking=masking)

    assert may(person(Role.manager), Action.see_phone, subject) is sees
    assert may(person(Role.head), Action.see_phone, subject)


def test_rg2_what_one_may_not_see_does_not_exist():
    with pytest.raises(NotFound):
        ensure(person(Role.manager), Action.reply, SUBJECTS["foreign"])


def test_rg3_what_one_sees_but_may_not_do_is_denied():
    with pytest.raises(PermissionDenied):
        ensure(person(Role.manager), Action.reassign, SUBJECTS["own"])
    ensure(person(Role.manager), Action.reply, SUBJECTS["own"])
