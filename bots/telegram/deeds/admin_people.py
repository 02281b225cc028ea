"""Administrators and the people of the business: roles, «Уволен», what somebody read, invitations (RG-4)."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from datetime import timedelta
from zlib import crc32

import structlog

from bots.screens.action import Action, Press, StaleButton, to_base36
from bots.screens.admin import (
    DAYS,
    FIRE,
    GONE,
    LINK,
    ROLE,
    SEEN,
    admin_screen,
    dismissal_screen,
    dismissed_screen,
    invitation_screen,
    inviting_screen,
    people_screen,
    person_screen,
    role_screen,
    seen_screen,
)
from bots.screens.quoting import one_line
from bots.screens.screen import notice
from bots.screens.seen import seen_lines, seen_title
from bots.telegram.chat import Chat
from bots.telegram.client import publish_commands_of
from bots.telegram.failures import provider_errors
from bots.telegram.keys import key_rows
from bots.telegram.prompts import ask
from bots.telegram.render import labels_below
from bots.telegram.turn import Turn
from bots.texts import Texts
from hub.domain.errors import ProviderError
from hub.domain.ids import ManagerId
from hub.domain.manager import Role
from hub.domain.message import Attachment, AttachmentKind
from hub.inbox.auditing import what_they_saw
from hub.inbox.people import (
    INVITE_MARK,
    Newcomer,
    create_invite,
    dismiss_manager,
    expect_newcomer,
    invite_newcomer,
)
from hub.inbox.rule_changes import change_at_once, list_drafts
from hub.inbox.staff import (
    LineChoice,
    StaffView,
    change_role,
    get_staff,
    list_line_choices,
    list_staff,
)
from hub.routing.changes import JOIN, Wish, Wished

_INVITING = "invite"
_NAME_LIMIT = 60
log = structlog.get_logger(__name__)


async def admin(turn: Turn, action: Action) -> None:
    """Show what there is to manage."""
    del action
    list_line_choices(turn.office, turn.actor)
    drafts = await list_drafts(turn.office, turn.actor)
    await turn.show(admin_screen(turn.texts, drafts=len(drafts)))


async def people(turn: Turn, action: Action) -> None:
    """Show everybody, those who left, or one person with what can be done (`/people Анна`)."""
    if action.subject:
        person = await get_staff(turn.office, turn.actor, ManagerId(action.subject))
        about, _, what = action.arg.partition(".")
        if about not in _ABOUT:
            raise StaleButton("the button asks for something unknown")
        await _ABOUT[about](turn, person, what)
        return
    staff = await list_staff(turn.office, turn.actor)
    named = [each for each in staff if turn.words.casefold() in each.name.casefold()] if turn.words else []
    if len(named) == 1:
        await _one(turn, await get_staff(turn.office, turn.actor, named[0].id), "")
    elif turn.words and not named:
        await turn.say("people.nobody_named", name=one_line(turn.words, 60))
    else:
        await turn.show(people_screen(turn.texts, named or staff, now=turn.now(), has_left=action.arg == GONE))


async def invite(turn: Turn, action: Action) -> None:
    """Invite somebody: a name, then role and lines by buttons, then the link, shown once (`/invite Анна Петрова`)."""
    lines = list_line_choices(turn.office, turn.actor)
    if action.arg:
        await _choose(turn, action.arg, lines)
    elif not turn.words:
        await ask(turn, Action(Press.invite), notice(turn.texts("invite.ask_name")))
    else:
        number = await expect_newcomer(turn.office, turn.actor)
        name = one_line(turn.words, _NAME_LIMIT)
        await _show_choices(turn, {"id": number, "name": name, "role": Role.manager.value, "lines": []}, lines)


async def _one(turn: Turn, person: StaffView, what: str) -> None:
    del what
    is_own = person.id == turn.actor.manager_id
    await turn.show(person_screen(turn.texts, person, now=turn.now(), is_own=is_own))


async def _role(turn: Turn, person: StaffView, what: str) -> None:
    """Offer the other roles, or give the pressed one and tell the person."""
    if not what:
        await turn.show(role_screen(turn.texts, person))
        return
    if what not in set(Role):
        raise StaleButton("the button names an unknown role")
    await change_role(turn.office, turn.actor, person.id, Role(what))
    await _tell_role(turn, person.id)
    await turn.say("people.role_done", name=one_line(person.name), role=turn.texts(f"role.{what}"))


async def _tell_role(turn: Turn, manager_id: ManagerId) -> None:
    """Tell the person and give them the keys and menu of the role; it holds already, whether they hear of it or not."""
    manager = await turn.desk.find_manager(manager_id)
    if manager is None or manager.tg_user_id is None:
        return
    texts, chat = Texts(manager.language), Chat(turn.chat.bot, manager.tg_user_id)
    told = notice(texts("people.role_told", role=texts(f"role.{manager.role.value}")))
    try:
        await chat.show(told, below=labels_below(*key_rows(texts, manager.role)))
        await publish_commands_of(manager.role, turn.chat.bot, manager.tg_user_id)
    except ProviderError as failure:
        log.info("bot.role_untold", manager_id=manager_id, reason=failure.code)


async def _fire(turn: Turn, person: StaffView, what: str) -> None:
    """Show what would happen; once sure, end access at once and hand the work over."""
    if what != "yes":
        await turn.show(dismissal_screen(turn.texts, person))
        return
    count = await dismiss_manager(turn.office, turn.actor, person.id)
    await turn.show(dismissed_screen(turn.texts, person, count))


async def _seen(turn: Turn, person: StaffView, what: str) -> None:
    """Ask for how many days, then send the list of what somebody read as a file."""
    if what not in {str(each) for each in DAYS}:
        await turn.show(seen_screen(turn.texts, person))
        return
    until = turn.now()
    since = until - timedelta(days=int(what))
    seen = await what_they_saw(turn.office, turn.actor, person.id, since=since)
    lines, name = seen_lines(turn.texts, seen, zone=person.zone), one_line(person.name)
    if not lines:
        await turn.say("people.seen_none", name=name, days=what)
        return
    title = seen_title(turn.texts, name, (since, until), zone=person.zone)
    file = Attachment(AttachmentKind.document, name=turn.texts("people.seen_name", code=person.key))
    caption = notice(turn.texts("people.seen_file", name=name, days=what, n=len(lines)))
    await turn.chat.send_file(file, "\n".join([title, "", *lines, ""]).encode(), caption)


async def _link(turn: Turn, person: StaffView, what: str) -> None:
    """Invite somebody again who has lost the account, or comes back; earlier invitations end."""
    del what
    await _show_link(turn, await create_invite(turn.office, turn.actor, key=person.key, name=person.name), person.name)


async def _choose(turn: Turn, arg: str, lines: Sequence[LineChoice]) -> None:
    """Take a pressed role or line, or make the link."""
    facts = await turn.desk.memory.recall(turn.chat.id, _INVITING)
    what, _, chosen = arg.partition(".")
    if facts is None or "id" not in facts:
        await turn.say("invite.over")
    elif what == "go":
        await _make_link(turn, facts, lines)
    elif what == "r" and chosen in set(Role):
        await _show_choices(turn, {**facts, "role": chosen}, lines)
    else:
        await _show_choices(turn, {**facts, "lines": sorted(_codes(facts) ^ {chosen})}, lines)


async def _show_choices(turn: Turn, facts: Mapping[str, object], lines: Sequence[LineChoice]) -> None:
    await turn.desk.memory.keep(turn.chat.id, _INVITING, facts)
    named = [(_code(each), each.name, each.is_for_all) for each in lines]
    await turn.show(inviting_screen(turn.texts, facts, named))


async def _make_link(turn: Turn, facts: Mapping[str, object], lines: Sequence[LineChoice]) -> None:
    """Invite the person, put them into the teams, then show the link: pressed twice, the second replaces the first."""
    name, chosen = str(facts["name"]), _codes(facts)
    newcomer = Newcomer(ManagerId(int(str(facts["id"]))), name, Role(str(facts["role"])))
    invited = await invite_newcomer(turn.office, turn.actor, newcomer)
    wanted = [each.key for each in lines if not each.is_for_all and _code(each) in chosen]
    wishes = [Wish(Wished.team, line, invited.key, JOIN) for line in wanted]
    await change_at_once(turn.office, turn.actor, wishes, comment=f"{invited.key}: {JOIN}")
    await _show_link(turn, invited.token, name)


async def _show_link(turn: Turn, token: str, name: str) -> None:
    with provider_errors():
        me = await turn.chat.bot.me()
    link = f"https://t.me/{me.username}?start={INVITE_MARK}{token}"
    await turn.show(invitation_screen(turn.texts, name, link))


def _codes(facts: Mapping[str, object]) -> set[str]:
    lines = facts.get("lines")
    return {str(each) for each in lines} if isinstance(lines, list) else set()


def _code(line: LineChoice) -> str:
    return to_base36(crc32(line.key.encode()))


_ABOUT: Mapping[str, Callable[[Turn, StaffView, str], Awaitable[None]]] = {
    "": _one,
    ROLE: _role,
    FIRE: _fire,
    SEEN: _seen,
    LINK: _link,
}
DEEDS = {Press.admin: admin, Press.people: people, Press.invite: invite}
WRITTEN = {Press.invite: invite}
