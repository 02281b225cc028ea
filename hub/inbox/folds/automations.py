"""Automations act: on what happened in a fold, in its commit, and on timers that came due (leads-and-automations §3).

Each fires once for (its id, subject, cause), which the table of firings keeps for ever. Its own effects never start it
again, however many others lie between in one fold; across commits a subject on which more than twenty acted within an
hour is left alone, and a head is told once. Every firing is a fact of the ledger. What happened is read by
`automation_events`, what is done stands in `automation_acts`.
"""

from collections import deque
from collections.abc import Iterator, Sequence
from datetime import timedelta

from hub.domain.automation import (
    BREAKER,
    MOST_FIRINGS_AN_HOUR,
    Action,
    Assign,
    Automation,
    Firing,
    Happening,
    MakeTask,
    Mode,
    Notify,
)
from hub.domain.conversation import Conversation
from hub.domain.delivery import Notice
from hub.domain.ledger import Fact
from hub.domain.line import LineMode
from hub.domain.replacing import replace
from hub.domain.words import Words
from hub.inbox.folds.assignment import heads_or_duty
from hub.inbox.folds.automation_acts import Deed, describe, perform
from hub.inbox.folds.automation_desk import AutomationDesk
from hub.inbox.folds.automation_events import Reader
from hub.inbox.folds.automation_timers import arm, due_after, watch_answers, watch_leads
from hub.inbox.folds.ledger import record
from hub.inbox.folds.notices import tell
from hub.store.worksets import MoreNeeded

IDS_EACH = 60
"""As many new ids one firing may need: tasks, notices to a team, facts."""

HOUR = timedelta(hours=1)
_TOO_MANY = Words(
    "Сценарии сработали больше 20 раз за час и остановлены: похоже, они запускают друг друга",
    "Automations acted more than 20 times within an hour and were stopped: they seem to start each other",
)
_WITH_PEOPLE = (MakeTask, Assign, Notify)
Candidate = tuple[Automation, Happening]


def run_automations(desk: AutomationDesk) -> None:
    """Let automations act on everything that happened in this fold; call it last.

    Raises:
        MoreNeeded: something acts, and not all it needs was loaded; the fold runs again with that.
    """
    live = desk.policy.automations
    if not live.by_trigger:
        return
    watch_answers(desk)
    watch_leads(desk)
    reader = Reader(desk.rows, desk.policy, live.by_trigger.keys())
    happened = reader.read()
    ensure_loaded(desk, [each for one in happened for each in _starts(desk, one)])
    waiting = deque(happened)
    while waiting:
        one = waiting.popleft()
        for automation, _ in _starts(desk, one):
            fire(desk, automation, one)
            effects = reader.read()
            waiting.extend(replace(each, chain=each.chain | one.chain | {automation.id}) for each in effects)


def _starts(desk: AutomationDesk, happened: Happening) -> Iterator[Candidate]:
    """Yield what acts on a happening now; what acts later gets its timer."""
    for automation in desk.policy.automations.by_trigger.get(happened.kind, ()):
        if not automation.wants(happened):
            continue
        if automation.trigger.after:
            arm(desk, automation, happened, due=due_after(desk, automation, happened, happened.at))
        elif automation.matches(desk.facts_of(happened)):
            yield automation, happened


def ensure_loaded(desk: AutomationDesk, candidates: Sequence[Candidate]) -> None:
    """See that everything is at hand that these need to act.

    Raises:
        MoreNeeded: it is not; the scope asks for it now.
    """
    subjects = {happened.subject for _, happened in candidates if not desk.is_new(happened)}
    causes = {happened.cause for _, happened in candidates if happened.is_kept}
    scope, ids = desk.scope, IDS_EACH * len(candidates)
    is_loaded = subjects <= scope.firings and causes <= scope.causes and ids <= scope.firing_ids
    scope.firings |= subjects
    scope.causes |= causes
    scope.ids += max(ids - scope.firing_ids, 0)
    scope.firing_ids = max(ids, scope.firing_ids)
    if _lack_people(desk, candidates) or not is_loaded:
        raise MoreNeeded


def _lack_people(desk: AutomationDesk, candidates: Sequence[Candidate]) -> bool:
    """Ask for the people of every line on which somebody is told or chosen; return whether they are missing now."""
    lines = {str(desk.work_of(happened).line.key) for each, happened in candidates if _needs_people(each)}
    desk.scope.lines |= lines
    desk.scope.always_lines = desk.scope.always_lines or bool(lines)
    return not lines <= desk.rows.locked_lines


def _needs_people(automation: Automation) -> bool:
    return any(isinstance(action, _WITH_PEOPLE) for action in automation.actions)


def fire(
    desk: AutomationDesk, automation: Automation, happened: Happening, *, only: type[Action] | None = None
) -> bool:
    """Let an automation act once for this subject and cause; return whether it did, or would have in a dry run.

    A line that only observes makes every run a dry one (FR-8).

    With `only`, it has acted before and this part of it was put off.

    Raises:
        MoreNeeded: as `run_automations`.
    """
    ensure_loaded(desk, [(automation, happened)])
    conversation = desk.conversation_of(happened)
    if conversation is None or desk.contact_of(happened) is None:
        return False
    firing = Firing(desk.rows.new_id(), automation.id, happened.subject, happened.cause, desk.rows.now)
    if only is None:
        if firing.key in desk.rows.firings or _is_cut_off(desk, happened, conversation):
            return False
        desk.rows.firings.add(firing.key, firing)
    deed = Deed(desk, automation, happened, conversation.id)
    actions = [each for each in automation.actions if only is None or isinstance(each, only)]
    is_dry = automation.mode is Mode.dry or deed.work.line.mode is LineMode.observe
    _log(deed, [describe(each) if is_dry else perform(deed, each) for each in actions], is_dry=is_dry)
    return True


def _log(deed: Deed, did: Sequence[Words], *, is_dry: bool) -> None:
    """Write the firing with its reason, in both languages."""
    automation, happened = deed.automation, deed.happened
    why = automation.why()
    facts = {
        "automation": automation.id,
        "name_ru": automation.name.ru,
        "name_en": automation.name.en,
        "trigger": happened.kind.value,
        "because": happened.cause,
        "why_ru": why.ru,
        "why_en": why.en,
        "did_ru": "; ".join(each.ru for each in did),
        "did_en": "; ".join(each.en for each in did),
        "dry": is_dry,
    }
    record(deed.desk.rows, Fact.automation_fired, deed.conversation, cause=automation.id, facts=facts)


def _is_cut_off(desk: AutomationDesk, happened: Happening, conversation: Conversation) -> bool:
    """Tell whether too many have acted on the subject within the hour; the first time a head is told (the breaker)."""
    recent = [each for each in desk.rows.firings.where(happened.subject) if desk.rows.now - each.fired_at < HOUR]
    if sum(each.automation != BREAKER for each in recent) < MOST_FIRINGS_AN_HOUR:
        return False
    if not any(each.automation == BREAKER for each in recent):
        _cut_off(desk, happened, conversation)
    return True


def _cut_off(desk: AutomationDesk, happened: Happening, conversation: Conversation) -> None:
    line = str(desk.work_of(happened).line.key)
    if line not in desk.rows.locked_lines:
        desk.scope.lines.add(line)
        desk.scope.always_lines = True
        raise MoreNeeded
    work = desk.work_of(happened)
    firing = Firing(desk.rows.new_id(), BREAKER, happened.subject, happened.cause, desk.rows.now)
    desk.rows.firings.add(firing.key, firing)
    record(desk.rows, Fact.automation_cut, conversation, cause=BREAKER, facts={"most": MOST_FIRINGS_AN_HOUR})
    heads = heads_or_duty(work)
    facts = {"automation": BREAKER, "ru": _TOO_MANY.ru, "en": _TOO_MANY.en}
    tell(work, Notice.automation, conversation, to=heads, cause=f"{BREAKER}:{firing.id}", facts=facts)
