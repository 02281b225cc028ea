"""«Сегодня»: what is overdue, what the day holds, own leads, and nothing else (§4)."""

from datetime import datetime

from bots.screens import moments
from bots.screens.lists import SHOWN, list_rows
from bots.screens.quoting import one_line
from bots.screens.screen import Block, Screen, bold, line
from bots.screens.tasks import row_blocks, task_rows
from bots.screens.words import contact_name
from bots.texts import Texts
from hub.inbox.plan_views import LeadRow, TaskView, TodayView


def today_screen(texts: Texts, today: TodayView, *, now: datetime) -> Screen:
    """Return the manager's day; the buttons do the tasks in the order in which they stand."""
    due = (*today.overdue, *today.planned)[:SHOWN]
    overdue = [task for task in due if task in today.overdue]
    planned = [task for task in due if task not in today.overdue]
    blocks = [line(bold(texts("today.title", name=one_line(today.desk.name)))), *_counts(texts, today)]
    blocks += _part(texts, "today.overdue", overdue, first=1, now=now)
    blocks += _part(texts, "today.plan", planned, first=len(overdue) + 1, now=now)
    if not due:
        blocks.append(line(texts("today.free")))
    blocks += _leads(texts, today, now=now)
    return Screen(tuple(blocks), (*task_rows(texts, due), *list_rows(texts)))


def _counts(texts: Texts, today: TodayView) -> list[Block]:
    desk = today.desk
    return [line(texts.count("desk.waiting", desk.waiting)), line(texts("desk.overdue", n=desk.overdue))]


def _part(texts: Texts, title: str, tasks: list[TaskView], *, first: int, now: datetime) -> list[Block]:
    if not tasks:
        return []
    listed = [block for place, task in enumerate(tasks, start=first) for block in row_blocks(texts, task, place, now)]
    return [line(bold(texts(title))), *listed]


def _leads(texts: Texts, today: TodayView, *, now: datetime) -> list[Block]:
    if not today.leads:
        return []
    shown = [_lead(texts, each, today, now=now) for each in today.leads[:SHOWN]]
    title = line(bold(texts("today.leads", n=len(today.leads))))
    return [title, *shown]


def _lead(texts: Texts, lead: LeadRow, today: TodayView, *, now: datetime) -> Block:
    head = f"#{lead.number} {contact_name(texts, lead.contact_name)} · {lead.stage.say(texts.language)} · "
    if lead.next_at is None:
        return line(f"{head}{texts('today.no_step')}")
    return line(f"{head}{moments.clock_time(texts, lead.next_at, zone=today.desk.zone, now=now)}")
