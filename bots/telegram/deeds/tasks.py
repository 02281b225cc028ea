"""Tasks: mine, one, done with its result, put off, the next one; «сегодня»; how a talk ended (T-1 to T-3, T-5)."""

from datetime import UTC, datetime

from bots.screens import moments
from bots.screens.action import Action, Press, StaleButton, from_base36, to_base36
from bots.screens.screen import notice
from bots.screens.snooze import parse_until, split_time
from bots.screens.tasks import later_screen, step_screen, task_screen, tasks_screen
from bots.screens.today import today_screen
from bots.telegram.cards import refresh_card
from bots.telegram.deeds.leads import with_missing_named
from bots.telegram.deeds.reading import get
from bots.telegram.prompts import ask
from bots.telegram.turn import Turn
from hub.domain.errors import NotFound
from hub.domain.ids import ConversationId
from hub.inbox import call_results
from hub.inbox.folds.tasks import NewTask
from hub.inbox.plan_views import TaskView
from hub.inbox.queries.plans import find_asked_call, get_plan, get_talk, get_task, get_today
from hub.inbox.tasks import complete_task, make_task, postpone_task
from hub.inbox.views import CardView

_AT = "at-"
_LAST_SECOND = int(datetime(9999, 1, 1, tzinfo=UTC).timestamp())


async def tasks(turn: Turn, action: Action) -> None:
    """List the manager's open tasks, overdue ones first."""
    plan = await get_plan(turn.office, turn.actor)
    await turn.show(tasks_screen(turn.texts, plan, now=turn.now()))


async def today(turn: Turn, action: Action) -> None:
    """Show the manager's day."""
    shown = await get_today(turn.office, turn.actor)
    await turn.show(today_screen(turn.texts, shown, now=turn.now()))


async def task(turn: Turn, action: Action) -> None:
    """Show one task."""
    shown = await get_task(turn.office, turn.actor, action.subject)
    await turn.show(task_screen(turn.texts, shown, now=turn.now()), about=shown.conversation_id)


async def done(turn: Turn, action: Action) -> None:
    """Ask for the result in one line, or take the one behind the command; then offer the next step (T-3)."""
    shown = await get_task(turn.office, turn.actor, action.subject)
    if not turn.words:
        await ask(turn, action, notice(turn.texts("task.result", what=shown.what)))
        return
    await complete_task(turn.once, turn.actor, shown.id, result=turn.words)
    await _offer_next(turn, shown)


async def _offer_next(turn: Turn, finished: TaskView) -> None:
    """Ask for the next step; with a client that is a colleague's by now there is none to make."""
    try:
        card = await get(turn, Action(Press.card, finished.conversation_id or 0))
    except NotFound:
        await turn.say("task.done")
        return
    await turn.show(step_screen(turn.texts, card, now=turn.now(), headline="task.done"), about=card.id)


async def later(turn: Turn, action: Action) -> None:
    """Put a task off until the pressed or typed time; without one, offer times."""
    shown = await get_task(turn.office, turn.actor, action.subject)
    wanted = action.arg or turn.words
    until = parse_until(wanted, now=turn.now(), zone=shown.zone) if wanted else None
    if until is None:
        await turn.show(later_screen(turn.texts, shown, now=turn.now()))
        return
    await postpone_task(turn.once, turn.actor, shown.id, until=until)
    at = moments.clock_time(turn.texts, until, zone=shown.zone, now=turn.now())
    await turn.say("task.put_off", what=shown.what, time=at)


async def step(turn: Turn, action: Action) -> None:
    """Make the next step: a time first, then what is to be done; `/step 1042 завтра в 12 позвонить` says both."""
    card = await get(turn, action)
    choice, _, call = action.arg.partition(".")
    if choice:
        until, what = _instant(choice, card, now=turn.now()), turn.words
    else:
        until, what = split_time(turn.words, now=turn.now(), zone=card.zone)
    if until is None:
        await turn.show(step_screen(turn.texts, card, now=turn.now(), call=call), about=card.id)
    elif not what.strip():
        asked = turn.texts("step.what", number=card.number, time=_time(turn, card, until))
        await ask(turn, Action(Press.step, card.id, 0, _fixed(until, call)), notice(asked))
    else:
        await _plan(turn, card, NewTask(what.strip(), until), call=call)


def _instant(when: str, card: CardView, *, now: datetime) -> datetime | None:
    """Return the instant of a choice, or of one that was fixed by an earlier press."""
    if when.startswith(_AT):
        return _fixed_at(from_base36(when.removeprefix(_AT)))
    return parse_until(when, now=now, zone=card.zone)


def _fixed_at(seconds: int) -> datetime:
    """Return the instant of so many seconds since 1970; no later than any zone can show."""
    if seconds > _LAST_SECOND:
        raise StaleButton("the button's instant is behind the last one there is")
    return datetime.fromtimestamp(seconds, UTC)


def _fixed(until: datetime, call: str) -> str:
    """Return an instant, and the talk it answers for, as the argument of a button."""
    return f"{_AT}{to_base36(int(until.timestamp()))}" + (f".{call}" if call else "")


async def _plan(turn: Turn, card: CardView, new: NewTask, *, call: str) -> None:
    if call:
        call_id = from_base36(call)
        await call_results.plan_after_call(turn.once, turn.actor, card.id, call_id=call_id, new=new)
    else:
        await make_task(turn.once, turn.actor, card.id, new=new)
    await refresh_card(turn, card.id)
    await turn.say("step.done", number=card.number, what=new.what, time=_time(turn, card, new.due_at))


def _time(turn: Turn, card: CardView, at: datetime) -> str:
    return moments.clock_time(turn.texts, at, zone=card.zone, now=turn.now())


async def result(turn: Turn, action: Action) -> None:
    """Ask in one line how a talk ended, or take the one behind the command (T-5)."""
    conversation_id = ConversationId(action.subject)
    call_id = await _call(turn, conversation_id, action.arg)
    talk = await get_talk(turn.office, turn.actor, conversation_id, call_id)
    if not turn.words:
        await ask(turn, action, notice(turn.texts("talk.write", number=talk.number)))
        return
    await call_results.write_result(turn.once, turn.actor, conversation_id, call_id=call_id, text=turn.words)
    await turn.say("talk.done", number=talk.number)


async def notlead(turn: Turn, action: Action) -> None:
    """Say that the talk was about no lead (T-5, L-5)."""
    card = await get(turn, action)
    call_id = await _call(turn, card.id, action.arg)
    saying = call_results.say_not_a_lead(turn.once, turn.actor, card.id, call_id=call_id)
    if await with_missing_named(turn, card.id, saying):
        await refresh_card(turn, card.id)
        await turn.say("talk.not_a_lead", number=card.number)


async def _call(turn: Turn, conversation_id: ConversationId, arg: str) -> int:
    return from_base36(arg) if arg else await find_asked_call(turn.office, turn.actor, conversation_id)


DEEDS = {
    Press.tasks: tasks,
    Press.today: today,
    Press.task: task,
    Press.done: done,
    Press.later: later,
    Press.step: step,
    Press.result: result,
    Press.notlead: notlead,
}
WRITTEN = {Press.done: done, Press.step: step, Press.result: result}
