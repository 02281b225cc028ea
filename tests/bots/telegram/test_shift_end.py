"""What a manager reads before the shift ends, over a real database and a fake Telegram (R-13)."""

from hub.delivery.clock_watch import ClockWatch
from hub.domain.manager import Role
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


async def test_r13_who_was_given_to_a_colleague_since_is_not_in_the_list(place: Workplace) -> None:
    put_in_force(place.desk, RULES)
    anna = await place.hire("anna", "Анна", role=Role.head)
    await place.hire("vera", "Вера")
    stand_at(place.desk, 1, "17:40")
    for number, name in enumerate(("Мария", "Олег"), start=100):
        await place.client_says(f"Я {name}", by=person(number, name=name))
    watch = ClockWatch(place.desk.office)
    await watch.serve_queue()
    place.desk.clock.move(11 * MINUTE)
    await watch.fire_due()
    await place.desk.pool.execute(
        "UPDATE conversations SET assignee_id = (SELECT id FROM managers WHERE key = 'vera') "
        "WHERE contact_id = (SELECT id FROM contacts WHERE name = 'Мария')"
    )
    await place.work()

    post = place.post(anna, "Смена заканчивается в 18:00")
    assert ("Мария" in post.text, "Олег" in post.text) == (False, True)
