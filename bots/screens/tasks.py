"""Tasks: my list with what is overdue first, one task with its ways on, the choice of a time (T-1 to T-3)."""

from collections.abc import Sequence
from datetime import datetime

from bots.screens import moments
from bots.screens.action import Action, Press
from bots.screens.lists import PER_ROW, SHOWN, list_rows
from bots.screens.quoting import one_line
from bots.screens.screen import Block, Button, Row, Screen, Span, bold, line
from bots.screens.snooze import CHOICES, parse_until
from bots.screens.words import contact_name
from bots.texts import Texts
from hub.inbox.plan_views import PlanView, TaskView
from hub.inbox.views import CardView

HEADS_SEE = 10


def tasks_screen(texts: Texts, plan: PlanView, *, now: datetime) -> Screen:
    """Return one's open tasks, a button for each; heads read below how everybody stands."""
    blocks = [line(bold(texts("task.my")))]
    blocks += _listed(texts, plan.tasks, now=now) if plan.tasks else [line(texts("task.none"))]
    if plan.others:
        blocks += [line(bold(texts("task.others"))), *_others(texts, plan)]
    if plan.stepless:
        blocks += [line(bold(texts("task.stepless"))), *_stepless(texts, plan)]
    return Screen(tuple(blocks), (*task_rows(texts, plan.tasks), *list_rows(texts)))


def _listed(texts: Texts, tasks: Sequence[TaskView], *, now: datetime) -> list[Block]:
    blocks = [
        block for place, task in enumerate(tasks[:SHOWN], start=1) for block in row_blocks(texts, task, place, now)
    ]
    if len(tasks) > SHOWN:
        blocks.append(line(texts("task.more", n=len(tasks) - SHOWN)))
    return blocks


def row_blocks(texts: Texts, task: TaskView, place: int, now: datetime) -> tuple[Block, ...]:
    """Return the two lines of a task in a list."""
    head = line(f"{place}. ", bold(one_line(task.what, 80)), " · ", *_due(texts, task, now=now))
    return head, line(f"    {_about(texts, task)}")


def _due(texts: Texts, task: TaskView, *, now: datetime) -> tuple[Span | str, ...]:
    light = "🔴 " if task.due_at < now else "🕓 "
    return (light, *moments.due(texts, task.due_at, zone=task.zone, now=now))


def _about(texts: Texts, task: TaskView) -> str:
    name = contact_name(texts, task.contact_name)
    return f"#{task.number} {name}" if task.number else name


def task_rows(texts: Texts, tasks: Sequence[TaskView]) -> tuple[Row, ...]:
    """Return a done button for each listed task."""
    buttons = [
        Button(texts("button.done_number", n=place), Action(Press.task, task.id))
        for place, task in enumerate(tasks[:SHOWN], start=1)
    ]
    return tuple(tuple(buttons[at : at + PER_ROW]) for at in range(0, len(buttons), PER_ROW))


def _others(texts: Texts, plan: PlanView) -> list[Block]:
    named = [(one_line(each.name) or texts("task.nobody"), each) for each in plan.others[:HEADS_SEE]]
    return [line(texts("task.count", name=name, active=each.active, overdue=each.overdue)) for name, each in named]


def _stepless(texts: Texts, plan: PlanView) -> list[Block]:
    rows = plan.stepless[:HEADS_SEE]
    shown = [(number, contact_name(texts, name), one_line(who)) for number, name, who in rows]
    return [line(texts("task.stepless_row", number=number, name=name, who=who or "—")) for number, name, who in shown]


def task_screen(texts: Texts, task: TaskView, *, now: datetime, headline: str = "") -> Screen:
    """Return one task; an open one can be done or put off."""
    blocks = [line(texts(headline))] if headline else []
    blocks += [line(bold(one_line(task.what, 300))), line(_about(texts, task))]
    if not task.is_open:
        return Screen((*blocks, line(texts("task.is_done"))))
    blocks.append(line(*_due(texts, task, now=now)))
    ways = [
        Button(texts("button.done"), Action(Press.done, task.id)),
        Button(texts("button.later"), Action(Press.later, task.id)),
    ]
    if task.conversation_id is not None:
        ways.append(Button(texts("button.card"), Action(Press.card, task.conversation_id)))
    return Screen(tuple(blocks), (tuple(ways),))


def later_screen(texts: Texts, task: TaskView, *, now: datetime) -> Screen:
    """Return the times until which a task can be put off."""
    fitting = [choice for choice in CHOICES if parse_until(choice, now=now, zone=task.zone)]
    buttons = [Button(texts(f"snooze.{choice}"), Action(Press.later, task.id, 0, choice)) for choice in fitting]
    return _choices(texts, texts("task.later", what=one_line(task.what, 60)), buttons)


def step_screen(texts: Texts, card: CardView, *, now: datetime, call: str = "", headline: str = "") -> Screen:
    """Return the times for a next step; `call` is the talk it answers for, empty for none (T-3, T-5)."""
    behind = f".{call}" if call else ""
    fitting = [choice for choice in CHOICES if parse_until(choice, now=now, zone=card.zone)]
    buttons = [Button(texts(f"snooze.{each}"), Action(Press.step, card.id, 0, each + behind)) for each in fitting]
    asked = texts("step.ask", number=card.number)
    return _choices(texts, f"{texts(headline)} {asked}" if headline else asked, buttons)


def _choices(texts: Texts, asked: str, buttons: list[Button]) -> Screen:
    rows = tuple(tuple(buttons[at : at + 3]) for at in range(0, len(buttons), 3))
    return Screen((line(asked),), (*rows, (Button(texts("button.cancel"), Action(Press.cancel)),)))
