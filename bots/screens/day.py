"""The day in some ten lines, and the week, of the lines somebody leads (telegram 7.12; RP-1, RP-5, RP-7).

The words say all that the picture shows, and below them stands what its colours mean. Figures of today stand beside the
usual ones: the average of the same weekday in the last weeks up to the same time.
"""

from collections.abc import Iterator, Sequence
from datetime import date, datetime, timedelta

from bots.screens import moments
from bots.screens.action import Action, Press
from bots.screens.quoting import one_line
from bots.screens.screen import Block, Button, Row, Screen, bold, line
from bots.screens.words import channel_name
from bots.texts import Texts
from hub.inbox.day_views import DayView, LateView, PersonDay, SpanView, WeekView

PEOPLE_SHOWN = 6
CHANNELS_SHOWN = 5
_PER_ROW = 4
_NAME = 24


def day_screen(texts: Texts, view: DayView, *, now: datetime, picture: bytes = b"") -> Screen:
    """Return the day up to now; the buttons open the requests that missed their deadline, the worst first."""
    at = moments.clock_time(texts, now, zone=view.zone, now=now)
    title = line(bold(texts("day.title", day=_day(texts, view.day), time=at)))
    blocks = (
        title,
        *_figures(texts, view),
        *_people(texts, view.people),
        *_footer(texts, view, has_picture=bool(picture)),
    )
    rows = (*_late_rows(texts, view.late), _around(texts, Press.overdue, Press.team, Press.week))
    return Screen(blocks, rows, picture=picture)


def week_screen(texts: Texts, view: WeekView) -> Screen:
    """Return the last seven days, a line each, and all of them beside the seven before."""
    blocks = [line(bold(texts("week.title")))]
    for day, span in view.days:
        blocks.append(line(f"{_day(texts, day)} · {_span(texts, span)}"))
    blocks.append(line(bold(texts("week.whole")), f" · {_span(texts, view.whole)}"))
    blocks.append(line(texts("week.before"), f" · {_span(texts, view.before)}"))
    return Screen(tuple(blocks), (_around(texts, Press.day, Press.team),))


def _figures(texts: Texts, view: DayView) -> Iterator[Block]:
    span, usual = view.span, view.usual
    shown = view.by_channel[:CHANNELS_SHOWN]
    channels = ", ".join(f"{channel_name(texts, kind)} {n}" for kind, n in shown)
    leads = _beside(texts, texts("day.leads", n=span.leads), _number(texts, usual.leads) if usual else None)
    yield line(leads, f" · {channels}" if channels else "")
    yield line(_beside(texts, _response(texts, span), _length(texts, usual.median) if usual else None))
    late = texts("day.late", n=span.asked.late, of=span.asked.total)
    yield line(_beside(texts, late, _number(texts, usual.late) if usual else None))
    if span.missed or (usual and usual.missed):
        calls = texts("day.calls", n=span.missed, back=span.called_back)
        yield line(_beside(texts, calls, _number(texts, usual.missed) if usual else None))
    waiting = texts("day.waiting", n=view.waiting)
    yield line(f"{waiting} · 🔴 {view.overdue}" if view.overdue else waiting)


def _response(texts: Texts, span: SpanView) -> str:
    if span.median is None or span.p90 is None:
        return texts("day.no_answers")
    return texts("day.response", median=_length(texts, span.median), p90=_length(texts, span.p90))


def _people(texts: Texts, people: Sequence[PersonDay]) -> Iterator[Block]:
    for each in people[:PEOPLE_SHOWN]:
        told = texts("day.person", name=one_line(each.name, _NAME), n=each.answered)
        told += f", {_length(texts, each.median)}" if each.median is not None else ""
        yield line(f"{told} · 🔴 {each.late}" if each.late else told)
    if len(people) > PEOPLE_SHOWN:
        yield line(texts("team.more", n=len(people) - PEOPLE_SHOWN))


def _footer(texts: Texts, view: DayView, *, has_picture: bool) -> Iterator[Block]:
    if view.usual:
        yield line(texts.count("day.usual", view.usual.days))
    if has_picture:
        yield line(texts("day.legend"))


def _late_rows(texts: Texts, late: Sequence[LateView]) -> tuple[Row, ...]:
    buttons = [_late_button(texts, each) for each in late]
    return tuple(tuple(buttons[at : at + _PER_ROW]) for at in range(0, len(buttons), _PER_ROW))


def _late_button(texts: Texts, late: LateView) -> Button:
    key = "day.open_answered" if late.is_answered else "day.open"
    return Button(texts(key, number=late.number), Action(Press.card, late.conversation_id))


def _around(texts: Texts, *presses: Press) -> Row:
    return tuple(Button(texts(f"button.{press.value}"), Action(press)) for press in presses)


def _span(texts: Texts, span: SpanView) -> str:
    told = texts("week.day", leads=span.leads, asked=span.asked.total)
    told += f" · {texts('week.median', median=_length(texts, span.median))}" if span.median is not None else ""
    told += f" · 🔴 {span.asked.late}" if span.asked.late else ""
    return f"{told} · 📵 {span.missed - span.called_back}" if span.missed > span.called_back else told


def _beside(texts: Texts, told: str, usual: str | None) -> str:
    """Return a figure with the usual one behind it, if there is one."""
    return f"{told} {texts('day.usually', what=usual)}" if usual else told


def _length(texts: Texts, amount: timedelta | None) -> str:
    return "" if amount is None else moments.duration(texts, amount)


def _number(texts: Texts, average: float) -> str:
    """Return an average with at most one place: «3,5»."""
    told = f"{average:.1f}".removesuffix(".0")
    return told.replace(".", ",") if texts.language == "ru" else told


def _day(texts: Texts, day: date) -> str:
    return texts("day.date", weekday=texts(f"weekday.{day.weekday()}"), day=day)
