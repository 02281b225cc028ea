"""Rules in force and moments of the week for tests of the business's rules, and a manager's answer that arrives."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from hub.delivery.clock_watch import ClockWatch
from hub.domain.ids import ConversationId, LineKey, ManagerId
from hub.domain.manager import Role
from hub.domain.outbound import Sent
from hub.domain.rights import Person
from hub.inbox.reply import Content, reply
from hub.routing.build import to_policy
from hub.routing.document import parse_policy
from tests.delivery.bench import Outside, open_outside
from tests.inbox.desk import ALWAYS_OPEN, Desk

MOSCOW = ZoneInfo("Europe/Moscow")
MINUTE = timedelta(minutes=1)
DAY = timedelta(days=1)

TWO_LINES = (
    ALWAYS_OPEN
    + """
[lines.support]
name = "Сервис"
[[rules]]
name = "Поломки"
line = "support"
[[rules.when]]
kind = "text"
words = ["сломал"]
"""
)

OFFICE = """
[business]
name = "Ромашка"
[calendars.office]
[calendars.office.hours]
mon-fri = ["09:00-13:00", "14:00-19:00"]
[lines.sales]
name = "Продажи"
"""


def line_says(*settings: str, base: str = ALWAYS_OPEN) -> str:
    """Return the document with more settings on the sales line, which ends it."""
    return base + "\n".join(settings) + "\n"


def put_in_force(desk: Desk, document: str) -> None:
    """Apply a new revision of the rules."""
    desk.rules.append(to_policy(parse_policy(document), len(desk.rules) + 1))


def stand_at(desk: Desk, weekday: int, clock: str) -> datetime:
    """Move the clock forward to the next such moment in Moscow, Monday being 0; returns it exactly."""
    hours, minutes, *seconds = (int(part) for part in clock.split(":"))
    now = desk.now.astimezone(MOSCOW)
    wanted = now.replace(hour=hours, minute=minutes, second=seconds[0] if seconds else 0, microsecond=0)
    wanted += DAY * ((weekday - now.weekday()) % 7)
    if wanted <= now:
        wanted += 7 * DAY
    desk.clock.move(wanted - desk.now)
    return wanted


async def answer(desk: Desk, text: str = "Пять тысяч", *, by: int | None = None, where: int | None = None) -> Outside:
    """Let a manager answer, by default who has the conversation, and the channel take it."""
    outside = open_outside(desk)
    row = await desk.one("conversations", "id = $1 OR $1 IS NULL", where)
    lines = frozenset(LineKey(line) for line in desk.office.policy().lines)
    actor = Person(ManagerId(by or row["assignee_id"]), Role.head if by else Role.manager, lines)
    key = f"press-{desk.now.timestamp()}"
    await reply(desk.office, actor, ConversationId(row["id"]), content=Content(text=text), key=key)
    outside.channel.answers = [Sent((key,), desk.now)]
    await outside.deliver()
    return outside


async def pass_time(desk: Desk, span: timedelta) -> None:
    """Let time pass and fire what is due at the end of it."""
    desk.clock.move(span)
    await ClockWatch(desk.office).fire_due()


async def id_of(desk: Desk, key: str) -> int:
    """Return the id of a manager."""
    return int((await desk.one("managers", "key = $1", key))["id"])
