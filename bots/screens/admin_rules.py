"""The rules of a line in a chat: hours as a week, days off, targets, texts; a change as its dry run, to be decided."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from enum import StrEnum
from zlib import crc32

from bots.screens.action import Action, Press, to_base36
from bots.screens.quoting import client_text, one_line, whole_text
from bots.screens.screen import Block, Button, Row, Screen, bold, line, notice, quote
from bots.screens.words import channel_name
from bots.texts import Texts
from hub.inbox.rule_changes import DraftView, DryRun
from hub.inbox.rule_views import AUTO_TEXTS, LineRules
from hub.routing.changes import Wished
from hub.routing.spelling import DAYS

YES, NO = "yes", "no"
LISTED = 12
LISTED_OF_DOCUMENT = 80
_NAME = 40
_TEXT = 300


class Part(StrEnum):
    """What of a line a button is about: the first letter of its argument's second half."""

    hours = "h"
    days_off = "d"
    targets = "t"
    text = "x"
    template = "p"
    new_template = "n"


def lines_screen(texts: Texts, lines: Sequence[LineRules], *, is_admin: bool) -> Screen:
    """Return the lines whose rules may be changed."""
    rows: list[Row] = [(Button(one_line(each.name, _NAME), _about(each)),) for each in lines]
    if is_admin:
        rows.append((Button(texts("button.admin"), Action(Press.admin)),))
    return notice(texts("rules.title"), *rows)


def line_screen(texts: Texts, rules: LineRules) -> Screen:
    """Return what holds on a line, with a button for everything that can be changed."""
    blocks = [line(bold(texts("rules.line", name=one_line(rules.name, _NAME)))), *_hours(texts, rules)]
    blocks += [line(_days_off(texts, rules)), *_targets(texts, rules), *_texts(texts, rules)]
    rows: list[Row] = [
        (_button(texts, rules, "hours", Part.hours), _button(texts, rules, "days_off", Part.days_off)),
        (_button(texts, rules, "targets", Part.targets),),
        *((_button(texts, rules, name, f"{Part.text}{n}"),) for n, name in enumerate(AUTO_TEXTS)),
        *((Button(f"🗒 {one_line(told[0], _NAME)}", _about(rules, template_arg(key))),) for key, told in _listed(rules)),
        (_button(texts, rules, "new_template", Part.new_template), Button(texts("button.rules"), Action(Press.rules))),
    ]
    return Screen(tuple(blocks), tuple(rows))


def asking_screen(texts: Texts, rules: LineRules, part: Part, present: str) -> Screen:
    """Return the request for one typed line, with what holds now."""
    name = one_line(rules.name, _NAME)
    key = "text" if part is Part.template else part.name
    blocks = [line(texts(f"rules.ask_{key}", name=name))]
    if present:
        blocks.append(quote(client_text(present)))
    if part is Part.hours and rules.shares_with:
        blocks.append(line(texts("rules.shared", names=", ".join(one_line(each, _NAME) for each in rules.shares_with))))
    return Screen(tuple(blocks), ((Button(texts("button.cancel"), Action(Press.cancel)),),))


def dry_run_screen(texts: Texts, run: DryRun, *, may_decide: bool) -> Screen:
    """Return what a change would do; who may not decide reads that an administrator will."""
    wish = run.draft.wish
    blocks = [line(bold(texts("draft.title", what=_what(texts, run.draft))))]
    if run.draft.by:
        blocks.append(line(texts("draft.by", name=one_line(run.draft.by, _NAME))))
    if wish.words and wish.kind is not Wished.document:
        blocks.append(quote(whole_text(wish.words)))  # nobody puts into force what they could not read
    if run.shares_with:
        names = ", ".join(one_line(each, _NAME) for each in run.shares_with)
        blocks.append(line(f"⚠️ {texts('rules.shared', names=names)}"))
    if run.written_over is not None:
        blocks.append(line(texts("draft.written_over", old=run.written_over, n=run.base)))
    most = LISTED_OF_DOCUMENT if wish.kind is Wished.document else LISTED
    blocks += [line(texts("draft.changes")), *(line(f"• {one_line(each, 200)}") for each in run.changes[:most])]
    if len(run.changes) > most:
        blocks.append(line(texts("draft.more", n=len(run.changes) - most)))
    blocks += [*_tried(texts, run), *(line(f"⚠️ {client_text(each.say(texts.language), _TEXT)}") for each in run.doubts)]
    if not run.keeps_comments:
        blocks.append(line(texts("draft.no_comments")))
    if not may_decide:
        blocks.append(line(texts("draft.sent")))
    return Screen(tuple(blocks), (_decision(texts, run, may_decide=may_decide),))


def drafts_screen(texts: Texts, drafts: Sequence[DraftView]) -> Screen:
    """Return what waits for a decision, each to be read first."""
    rows = [(Button(_what(texts, each), Action(Press.draft, each.id)),) for each in drafts[:LISTED]]
    return notice(texts("draft.list" if drafts else "draft.none"), *rows, (_to_admin(texts),))


def offered_screen(texts: Texts, payload: Mapping[str, object]) -> Screen:
    """Return what administrators hear of a proposal: who wants what, and the way to its dry run."""
    told = texts("draft.offered", name=one_line(str(payload["by"]), _NAME), what=_told(texts, payload))
    to_read = Action(Press.draft, int(str(payload["draft_id"])))
    return notice(told, (Button(texts("button.read_draft"), to_read),)).aloud()


def lapsed_words(texts: Texts, payload: Mapping[str, object]) -> str:
    """Return the sentence that a proposal came to its end because nobody decided."""
    return texts("draft.lapsed", what=_told(texts, payload))


def _told(texts: Texts, payload: Mapping[str, object]) -> str:
    wish = payload["wish"]
    told = {str(name): str(value) for name, value in wish.items()} if isinstance(wish, Mapping) else {}
    return _named(texts, told["kind"], told["line"], told["name"])


def decided_screen(texts: Texts, revision: int) -> Screen:
    """Return that a change is in force."""
    return notice(texts("draft.applied", n=revision), (Button(texts("button.rules"), Action(Press.rules)),))


def code_of(key: str) -> str:
    """Return what a button says for a line or template: its key may be longer than a button."""
    return to_base36(crc32(key.encode()))


def template_arg(key: str) -> str:
    """Return what a button says for a template of the line."""
    return f"{Part.template}{code_of(key)}"


def written_hours(texts: Texts, rules: LineRules) -> str:
    """Return the hours of a week as they can be typed again."""
    if rules.is_always_open:
        return texts("rules.always")
    return ", ".join(f"{_days(texts, days)} {' '.join(hours)}" for days, hours in rules.hours.items())


def written_targets(texts: Texts, rules: LineRules) -> str:
    """Return the targets as they can be typed again."""
    first, *others = (f"{texts(f'target.{name}')} {_length(texts, length)}" for name, length in rules.targets.items())
    channels = (
        f"{channel_name(texts, channel)} {_length(texts, length)}" for channel, length in rules.by_channel.items()
    )
    return ", ".join((first, *channels, *others))


def written_days(texts: Texts, rules: LineRules) -> str:
    """Return the days that differ from the week."""
    return ", ".join(
        f"{_date(day)} {' '.join(hours) or texts('rules.closed')}" for day, hours in rules.days_off[:LISTED]
    )


def _hours(texts: Texts, rules: LineRules) -> Iterator[Block]:
    if rules.is_always_open:
        yield line(f"🕘 {texts('rules.always')}")
        return
    yield line("🕘 ", texts("rules.hours"))
    for days, hours in rules.hours.items():
        yield line(f"    {_days(texts, days)}  {', '.join(hours)}")
    if rules.country:
        yield line(f"    {texts('rules.country', country=rules.country)}")


def _days_off(texts: Texts, rules: LineRules) -> str:
    return f"🎌 {written_days(texts, rules) or texts('rules.no_days')}"


def _targets(texts: Texts, rules: LineRules) -> Iterator[Block]:
    yield line(f"⏱ {written_targets(texts, rules)}")


def _texts(texts: Texts, rules: LineRules) -> Iterator[Block]:
    for name in AUTO_TEXTS:
        said = one_line(rules.texts[name], 120) or texts("rules.no_text")
        yield line(f"💬 {texts(f'button.{name}')}: {said}")
    if rules.templates:
        yield line(texts("rules.templates", n=len(rules.templates)))


def _tried(texts: Texts, run: DryRun) -> Iterator[Block]:
    """Yield what requests and deadlines would have had of it; of an automation how often it would have acted."""
    if run.draft.wish.kind is Wished.automation:
        if run.helped is not None:
            yield line(texts.count("draft.helped", run.helped))
        return
    trial, moved = run.trial, [each.moved.total_seconds() for each in run.trial.changes]
    if trial.requests:
        lines = sum(each.was.line != each.becomes.line for each in trial.changes)
        people = sum(each.was.people != each.becomes.people for each in trial.changes)
        yield line(texts("draft.tried", n=trial.requests, lines=lines, people=people))
        earlier, later = sum(each < 0 for each in moved), sum(each > 0 for each in moved)
        yield line(texts("draft.deadlines", earlier=earlier, later=later))
    else:
        yield line(texts("draft.no_requests"))
    yield line(texts("draft.open", n=run.earlier + run.later, earlier=run.earlier, later=run.later))


def _decision(texts: Texts, run: DryRun, *, may_decide: bool) -> Row:
    def button(key: str, arg: str) -> Button:
        return Button(texts(key), Action(Press.draft, run.draft.id, run.base, arg))

    if not may_decide:
        return (button("button.take_back", NO),)
    return button("button.apply", YES), button("button.no", NO)


def _what(texts: Texts, draft: DraftView) -> str:
    return _named(texts, draft.wish.kind, draft.wish.line, draft.wish.name)


def _named(texts: Texts, kind: str, line_key: str, name: str) -> str:
    about = " · ".join(filter(None, (line_key, name)))
    return f"{texts(f'wish.{kind}')} {one_line(about, _NAME)}".strip()


def _listed(rules: LineRules) -> list[tuple[str, tuple[str, str]]]:
    return list(rules.templates.items())[:LISTED]


def _days(texts: Texts, written: str) -> str:
    words: Mapping[str, str] = {day: texts(f"weekday.{day}") for day in DAYS}
    pieces = (piece.strip() for piece in written.lower().split(","))
    return ", ".join("-".join(words.get(day, day) for day in piece.split("-")) for piece in pieces)


def _length(texts: Texts, written: str) -> str:
    """Return `1h30m` in the words of the reader, as they can be typed again."""
    for letter in "dhms":
        written = written.replace(letter, f"{texts(f'unit.{letter}')} ")
    return written.strip()


def _date(day: date) -> str:
    return f"{day:%d.%m.%Y}"


def _button(texts: Texts, rules: LineRules, name: str, what: str) -> Button:
    return Button(texts(f"button.{name}"), _about(rules, what))


def _about(rules: LineRules, what: str = "") -> Action:
    code = code_of(rules.key)
    return Action(Press.rules, arg=f"{code}.{what}" if what else code)


def _to_admin(texts: Texts) -> Button:
    return Button(texts("button.admin"), Action(Press.admin))
