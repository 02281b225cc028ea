"""What a manager reads before the shift ends, over a real database and a fake Telegram (R-13)."""

from hub.delivery.clock_watch import ClockWatch
from tests.bots.telegram.workplace import Workplace
from tests.inbox.desk import person
from tests.inbox.rules import MINUTE, line_says, put_in_force, stand_at

RULES = line_says(
    'team = ["anna"]',
    "[lines.sales.targets]",
    'first_response = "5h"',
    "[lines.sales.accept]",
    'direct = "2h"',
    "[calendars.day.hours]",
    'mon-sun = ["09:00-18:00"]',
    "[managers.anna]",
    'shift = "day"',
)


async def test_r13_before_the_shift_ends_the_list_of_who_waits_arrives_with_a_button_for_each(
    place: Workplace,
) -> None:
    put_in_force(place.desk, RULES)
    anna = await place.hire("anna", "Анна")
    stand_at(place.desk, 1, "17:40")
    for number, name in enumerate(("Мария", "Олег"), start=100):
        await place.client_says(f"Я {name}", by=person(number, name=name))
    watch = ClockWatch(place.desk.office)
    for _ in range(2):
        await watch.serve_queue()
        await watch.fire_due()
        place.desk.clock.move(11 * MINUTE)
    await place.work()

    post = place.post(anna, "Смена заканчивается в 18:00")
    assert ("Мария" in post.text, "Олег" in post.text) == (True, True)
    number = (await place.desk.one("conversations", "id = (SELECT min(id) FROM conversations)"))["number"]
    await place.presses(anna, "Смена заканчивается", f"#{number}")
    assert "Я Мария" in place.seen(anna)[-1]
