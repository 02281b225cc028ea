"""What administrators manage from: the menu, the people, one person, the question before somebody leaves."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from bots.screens import moments
from bots.screens.action import Action, Press
from bots.screens.quoting import one_line
from bots.screens.screen import Block, Button, Row, Screen, bold, line, notice
from bots.texts import Texts
from hub.domain.manager import Role
from hub.inbox.staff import StaffView

SHOWN = 24
GONE = "gone"
ROLE = "role"
FIRE = "fire"
FIRE_YES = "fire.yes"
SEEN = "seen"
LINK = "link"
DAYS = (7, 30, 90)
_NAME = 40


def admin_screen(texts: Texts, *, drafts: int) -> Screen:
    """Return what there is to manage; changes of the rules that wait for a decision come first."""
    rows: list[Row] = []
    if drafts:
        rows.append((Button(texts("button.drafts", n=drafts), Action(Press.draft)),))
    rows.append((_to(texts, Press.people), _to(texts, Press.rules)))
    rows.append((_to(texts, Press.autos), _to(texts, Press.health)))
    rows.append((_to(texts, Press.connect),))
    return Screen((line(bold(texts("admin.title"))), line(texts("admin.hint"))), tuple(rows))


def people_screen(texts: Texts, staff: Sequence[StaffView], *, now: datetime, has_left: bool = False) -> Screen:
    """Return who works here, each with a button; or who left, whose reading can still be looked at."""
    wanted = [each for each in staff if bool(each.is_active or each.invited_until) is not has_left]
    blocks = [line(bold(texts("people.left_title" if has_left else "people.title", n=len(wanted))))]
    for each in wanted[:SHOWN]:
        blocks += _listed(texts, each, now)
    if len(wanted) > SHOWN:
        blocks.append(line(texts("people.more", n=len(wanted) - SHOWN)))
    below: list[Button] = [_to(texts, Press.people)] if has_left else [_to(texts, Press.invite)]
    if not has_left and len(wanted) < len(staff):
        below.append(Button(texts("button.gone", n=len(staff) - len(wanted)), Action(Press.people, arg=GONE)))
    return Screen(tuple(blocks), (*_pairs(wanted[:SHOWN]), tuple(below), (_to(texts, Press.admin),)))


def person_screen(texts: Texts, person: StaffView, *, now: datetime, is_own: bool = False) -> Screen:
    """Return one person with what can be done about them; nobody takes their own role or access (`is_own`)."""
    blocks = [line("👤 ", bold(one_line(person.name, _NAME)), f" · {texts(f'role.{person.role}')}")]
    blocks.append(line(texts("person.key", code=person.key)))
    if person.is_active or person.invited_until:
        lines = ", ".join(one_line(each, _NAME) for each in person.lines) or texts("person.no_lines")
        blocks.append(line(texts("person.lines", lines=lines)))
    blocks += [line(_state(texts, person, now)), *_load(texts, person), line(_last_seen(texts, person, now))]
    return Screen(tuple(blocks), _rows_of(texts, person, is_own=is_own))


def role_screen(texts: Texts, person: StaffView) -> Screen:
    """Return the roles somebody may be given, with what each sees."""
    others = [role for role in Role if role is not person.role]
    buttons = tuple(
        Button(texts(f"button.role_{role}"), _about(person, f"{ROLE}.{role.value}")) for role in reversed(others)
    )
    told = [line(texts("people.role_ask", name=one_line(person.name, _NAME)))]
    told += [line(texts(f"people.role_{role}")) for role in Role]
    return Screen(tuple(told), (buttons, (_back(texts, person),)))


def dismissal_screen(texts: Texts, person: StaffView) -> Screen:
    """Return what happens at once and what follows if somebody leaves; nothing has happened yet."""
    blocks = [
        line(bold(texts("people.fire_ask", name=one_line(person.name, _NAME)))),
        line(texts("people.fire_at_once")),
    ]
    if person.held:
        blocks.append(line(texts.count("people.fire_clients", person.held, waiting=person.waiting)))
    if person.tasks:
        blocks.append(line(texts.count("people.fire_tasks", person.tasks)))
    blocks.append(line(texts("people.fire_after")))
    yes = Button(texts("button.fire_yes"), _about(person, FIRE_YES))
    return Screen(tuple(blocks), ((yes, _back(texts, person)),))


def dismissed_screen(texts: Texts, person: StaffView, handed_over: int) -> Screen:
    """Return what became of it, with the way to what they had read."""
    told = texts.count("people.fired", handed_over, name=one_line(person.name, _NAME))
    return notice(told, seen_row(texts, person), (_to(texts, Press.people),))


def seen_row(texts: Texts, person: StaffView) -> Row:
    """Return the spans of days for which the list of what somebody read can be had."""
    return tuple(Button(texts("button.seen_days", n=days), _about(person, f"{SEEN}.{days}")) for days in DAYS)


def seen_screen(texts: Texts, person: StaffView) -> Screen:
    """Return the question for how many days."""
    return notice(texts("people.seen_ask", name=one_line(person.name, _NAME)), seen_row(texts, person))


def inviting_screen(texts: Texts, facts: Mapping[str, object], lines: Sequence[tuple[str, str, bool]]) -> Screen:
    """Return role and lines of somebody being invited; `lines` are code, name and whether it is for everybody."""
    chosen = {str(each) for each in _list(facts.get("lines"))}
    role = str(facts["role"])
    roles = tuple(
        Button(_ticked(texts(f"role.{each}"), is_on=each == role), Action(Press.invite, arg=f"r.{each}"))
        for each in ("manager", "head", "admin")
    )
    rows = [roles]
    for code, name, is_for_all in lines:
        label = _ticked(one_line(name, _NAME), is_on=is_for_all or code in chosen)
        rows.append((Button(texts("button.line_for_all", name=label) if is_for_all else label, _line_press(code)),))
    rows.append((Button(texts("button.make_link"), Action(Press.invite, arg="go")), _cancel(texts)))
    asked = texts("invite.choose", name=one_line(str(facts["name"]), _NAME))
    return Screen((line(asked), line(texts("invite.lines"))), tuple(rows))


def invitation_screen(texts: Texts, name: str, link: str) -> Screen:
    """Return an invitation, shown this once."""
    copy = Button(texts("button.copy_link"), copies=link)
    blocks = (line(texts("invite.ready", name=one_line(name, _NAME))), line(link), line(texts("invite.once")))
    return Screen(blocks, ((copy,), (_to(texts, Press.people),)))


def came_in_screen(texts: Texts, payload: Mapping[str, object]) -> Screen:
    """Return who came in by an invitation, or moved to another account, with the way to their card."""
    name, role = one_line(str(payload.get("name", "")), _NAME), texts(f"role.{payload.get('role', Role.manager)}")
    key = "people.moved_in" if payload.get("is_moved") else "people.came_in"
    button = Button(texts("button.whose_card", name=name), Action(Press.people, int(str(payload.get("person_id", 0)))))
    return notice(texts(key, name=name, role=role), (button,))


def _listed(texts: Texts, person: StaffView, now: datetime) -> tuple[Block, Block]:
    head = line(f"{_mark(person)} ", bold(one_line(person.name, _NAME)), f" · {texts(f'role.{person.role}')}")
    lines = ", ".join(one_line(each, _NAME) for each in person.lines) or texts("person.no_lines")
    said = _state(texts, person, now) if person.invited_until else _last_seen(texts, person, now)
    return head, line(f"    {lines} · {said}" if person.is_active else f"    {said}")


def _state(texts: Texts, person: StaffView, now: datetime) -> str:
    if person.invited_until:
        until = moments.clock_time(texts, person.invited_until, zone=person.zone, now=now)
        return texts("person.invited", until=until)
    if not person.is_active:
        return texts("person.left")
    if not person.is_in_bot:
        return texts("person.never_came")
    if not person.is_reachable:
        return texts("person.blocked")
    return f"{_mark(person)} {texts('person.on_shift' if person.is_on_shift else 'person.off_shift')}"


def _last_seen(texts: Texts, person: StaffView, now: datetime) -> str:
    if person.last_seen_at is None:
        return texts("person.never_seen")
    return texts("person.seen", at=moments.clock_time(texts, person.last_seen_at, zone=person.zone, now=now))


def _load(texts: Texts, person: StaffView) -> list[Block]:
    if not person.is_active:
        return []
    return [line(texts("person.load", n=person.conversations, waiting=person.waiting, tasks=person.tasks))]


def _rows_of(texts: Texts, person: StaffView, *, is_own: bool) -> tuple[Row, ...]:
    seen = Button(texts("button.seen"), _about(person, SEEN))
    invite = Button(texts("button.new_link"), _about(person, LINK))
    back = (_to(texts, Press.people),)
    if is_own or not (person.is_active or person.invited_until):
        return ((seen, invite), back)
    role = Button(texts("button.change_role"), _about(person, ROLE))
    return ((role, invite), (seen, Button(texts("button.fire"), _about(person, FIRE))), back)


def _mark(person: StaffView) -> str:
    if not person.is_active:
        return "✉️" if person.invited_until else "🚪"
    if not person.is_on_shift:
        return "🌙"
    return "☕️" if person.presence == "paused" else "🟢"


def _pairs(people: Sequence[StaffView]) -> tuple[Row, ...]:
    buttons = [Button(f"{_mark(each)} {one_line(each.name, _NAME)}", Action(Press.people, each.id)) for each in people]
    return tuple(tuple(buttons[at : at + 2]) for at in range(0, len(buttons), 2))


def _about(person: StaffView, arg: str) -> Action:
    return Action(Press.people, person.id, arg=arg)


def _back(texts: Texts, person: StaffView) -> Button:
    return Button(texts("button.back"), Action(Press.people, person.id))


def _to(texts: Texts, press: Press) -> Button:
    return Button(texts(f"button.{press.value}"), Action(press))


def _line_press(code: str) -> Action:
    return Action(Press.invite, arg=f"l.{code}")


def _ticked(label: str, *, is_on: bool) -> str:
    return f"☑️ {label}" if is_on else f"▫️ {label}"


def _list(value: object) -> list[object]:
    return list(value) if isinstance(value, list | tuple) else []


def _cancel(texts: Texts) -> Button:
    return Button(texts("button.cancel"), Action(Press.cancel))
