"""RP-6: calls by hour, and what became of the missed ones."""

from datetime import timedelta

from hub.domain.inbound import CallDirection
from hub.inbox import waits
from tests.inbox.desk import Desk
from tests.inbox.reports.busy_day import figure, head, tables_of, talks
from tests.inbox.rules import MINUTE, TWO_LINES, pass_time, put_in_force
from tests.inbox.test_calls import miss

FIRST, SECOND, THIRD, FOURTH = "+79160000001", "+79160000002", "+79160000003", "+79160000004"


async def test_rp6_calls_are_counted_by_what_they_were(desk: Desk) -> None:
    await talks(desk, "in-1", client=FIRST)
    await miss(desk, "missed-1", client=SECOND)
    await talks(desk, "out-1", client=SECOND, direction=CallDirection.outbound)
    await pass_time(desk, MINUTE)
    told = await tables_of(desk, "calls")

    found = [figure(told, name, "value") for name in ("inbound", "answered", "missed", "outbound", "not_reached")]
    assert found == [2, 1, 1, 1, 0]
    assert sum(value or 0 for row in told["missed_by_hour"] for hour, value in row.items() if hour != "weekday") == 1


async def test_rp6_c4_several_missed_calls_of_one_number_are_one_callback_in_time_or_late_or_never(desk: Desk) -> None:
    await miss(desk, "m1", client=FIRST)
    await miss(desk, "m2", client=FIRST)
    await talks(desk, "b1", client=FIRST, direction=CallDirection.outbound)
    await miss(desk, "m0", client=FOURTH)
    await talks(desk, "b0", client=FOURTH, direction=CallDirection.outbound)
    await miss(desk, "m3", client=SECOND)
    await pass_time(desk, 20 * MINUTE)
    await talks(desk, "b2", client=SECOND, direction=CallDirection.outbound)
    await miss(desk, "m4", client=THIRD)
    await pass_time(desk, timedelta(hours=1))
    told = await tables_of(desk, "calls")

    assert (figure(told, "missed", "value"), figure(told, "callbacks", "value")) == (5, 4)
    names = ("called_back_within", "called_back_late", "never_called_back")
    assert [figure(told, name, "value") for name in names] == [2, 1, 1]
    assert figure(told, "within_share", "value") == 0.5


async def test_rp6_a_callback_somebody_found_needless_is_apart(desk: Desk) -> None:
    await miss(desk, "m1", client=FIRST)
    conversation = (await desk.one("conversations"))["id"]
    await waits.dismiss(desk.office, await head(desk), conversation, reason="Ошиблись номером")
    told = await tables_of(desk, "calls")

    assert (figure(told, "callback_dismissed", "value"), figure(told, "within_share", "value")) == (1, None)


async def test_rp6_a_line_has_its_own_calls(desk: Desk) -> None:
    put_in_force(desk, TWO_LINES)
    await miss(desk, "m1", client=FIRST)

    assert figure(await tables_of(desk, "calls", line="sales"), "missed", "value") == 1
    assert figure(await tables_of(desk, "calls", line="support"), "missed", "value") == 0
