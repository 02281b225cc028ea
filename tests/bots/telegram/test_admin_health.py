"""The state of the hub in the chat, what was set aside and put back, and automations switched with evidence."""

from dataclasses import replace
from datetime import timedelta

import pytest

from bots.telegram.bot import ManagerBot
from hub.commands.language import in_language
from hub.domain.manager import Role
from hub.inbox.people import AT_THE_MACHINE
from hub.inbox.rule_changes import put_in_force, read_rules
from hub.store.policy import PolicyChange
from hub.testing.telegram.people import Person
from tests.bots.telegram.workplace import BOT, Workplace
from tests.inbox.desk import ALWAYS_OPEN


@pytest.fixture
async def olga(place: Workplace) -> Person:
    await put_in_force(place.desk.pool, place.desk.office.ids, ALWAYS_OPEN, PolicyChange(place.desk.now))
    return await place.hire("olga", "Ольга", role=Role.admin)


async def connect(place: Workplace, *, state: str, reason: str = "") -> None:
    await place.desk.pool.execute(
        "INSERT INTO connections (id, kind, name, settings_encrypted, key_hash, state, state_reason, created_at) "
        "VALUES (1, 'email', 'Почта <b>', '', 'x', $1, $2, $3)",
        state,
        reason,
        place.desk.now,
    )


async def set_aside(place: Workplace, state: str) -> int:
    """A client's request, and the notices about it in this state; return how many."""
    await place.client_says("Сколько стоит?")
    done = await place.desk.pool.execute("UPDATE deliveries SET state = $1, reason = 'chat gone'", state)
    return int(done.split()[-1])


async def test_one_screen_says_what_is_down_and_why(place: Workplace, olga: Person) -> None:
    await connect(place, state="down", reason="password refused")
    await place.writes(olga, "/health")
    told = place.seen(olga)[-1]
    assert "🔴 Никто не выполняет роли: web, work, poll, bot" in told
    assert "🔴 email Почта <b> · не работает с" in told
    assert "password refused" in told
    assert "✅ Ничего не отложено" in told


async def test_reasons_are_in_the_readers_language(place: Workplace, olga: Person) -> None:
    await connect(place, state="down", reason="the account does not show its history of calls")
    place.office = replace(place.office, say=in_language)
    place.messenger = ManagerBot(place.office, place.bot)
    place.intake = type(place.intake)(place.waiting, place.messenger, bot_name=BOT)
    await place.writes(olga, "/health")
    assert "аккаунт не показывает историю звонков" in place.seen(olga)[-1]


async def test_what_is_parked_is_put_back_by_a_press_and_the_audit_names_who(place: Workplace, olga: Person) -> None:
    count = await set_aside(place, "parked")
    await place.writes(olga, "/admin")
    await place.presses(olga, "⚙️ Управление", "🩺 Состояние")
    olga.presses(place.account, place.post(olga, "🩺 Состояние"), f"🔁 Вернуть в работу ({count})")
    await place.intake.run_once()
    assert f"Возвращено в работу: {count}" in place.seen(olga)[-1]
    assert len(await place.desk.rows("deliveries", "state = 'queued'")) == count
    fact = await place.desk.one("audit", "action = 'replayed'")
    assert (fact["manager_id"], fact["facts"]) == (olga.user.id, {"count": count})


async def test_what_failed_for_good_goes_back_only_by_its_number(place: Workplace, olga: Person) -> None:
    await set_aside(place, "failed")
    await place.writes(olga, "/health")
    assert "🔁 Вернуть в работу" not in str(place.post(olga, "🩺 Состояние").keyboard)
    await place.presses(olga, "🩺 Состояние", "📄 Что отложено")
    told = place.post(olga, "⚠️ Отложено, сначала давнее")
    [first, *_] = await place.desk.rows("deliveries", "true ORDER BY id")
    assert f"{first['id']} · " in told.text
    olga.presses(place.account, told, f"🔁 Вернуть {first['id']}")
    await place.intake.run_once()
    assert [row["id"] for row in await place.desk.rows("deliveries", "state = 'queued'")] == [first["id"]]


async def test_an_automation_is_switched_after_its_evidence(place: Workplace, olga: Person) -> None:
    await place.client_says("Сколько стоит?")
    place.desk.clock.move(timedelta(days=4))
    await place.writes(olga, "/autos")
    assert "⚪️ A-4" in place.seen(olga)[-1]
    assert "за 30 дней помог бы 1 раз" in place.seen(olga)[-1]
    await place.presses(olga, "🤖 Что хаб делает сам", "A-4: включить")
    assert "За 30 дней сработал бы 1 раз." in place.seen(olga)[-1]
    await place.presses(olga, "📋 Изменение правил: сценарий A-4", "✅ Применить")
    rules = await read_rules(place.desk.office, AT_THE_MACHINE)
    assert rules.document.automations["A-4"].mode == "on"


async def test_rg3_heads_and_managers_see_neither(place: Workplace, olga: Person) -> None:
    count = await set_aside(place, "parked")
    for name, role in (("Иван", Role.manager), ("Вера", Role.head)):
        who = await place.hire(name, name, role=role)
        for command in ("/health", "/autos"):
            await place.writes(who, command)
            assert "🩺" not in place.seen(who)[-1]
            assert "🤖" not in place.seen(who)[-1]
    assert len(await place.desk.rows("deliveries", "state = 'parked'")) == count
