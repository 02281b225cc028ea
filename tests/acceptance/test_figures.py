"""Figures over real sockets: after a day of four channels every row is told again by its facts, and reports agree."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from hub.domain.ids import ManagerId
from hub.domain.manager import Role
from hub.domain.rights import Person
from hub.inbox.queries.reports.asking import Asked
from hub.inbox.queries.reports.catalogue import run_report
from hub.inbox.queries.reports.verify import verify
from hub.testing.sandbox.cast import MARIA, OLEG, STRANGER
from tests.acceptance.scene import Scene, open_scene

pytestmark = pytest.mark.timeout(180)
ADMIN = Person(ManagerId(0), Role.admin, frozenset())


@pytest.fixture
async def scene(dsn: str, tmp_path: Path) -> AsyncIterator[Scene]:
    async with open_scene(dsn, tmp_path / "data") as scene:
        yield scene


async def test_rp1_rp7_a_day_of_four_channels_verifies_and_is_reported(scene: Scene) -> None:
    maria = scene.client("maria")
    maria.person.writes(maria.bot, "Есть торшер в белом?")
    card = await scene.until_seen(scene.anna, "торшер в белом")
    scene.pass_time(minutes=3)
    scene.anna.person.replies(scene.anna.bot, "Белый есть, 7 900 ₽", to=card)
    await scene.until_count("SELECT count(*) FROM waits WHERE state = 'answered'", 1)
    await scene.play.send_form(name="Олег", phone=f"+{OLEG.phone}", email=OLEG.email, text="Нужны лампы")
    await scene.until_count("SELECT count(*) FROM messages WHERE kind = 'form'", 1)
    scene.play.town.mail.write(MARIA, "Счёт", "Добрый день, жду счёт. Мария")
    await scene.until_count("SELECT count(*) FROM messages WHERE subject = 'Счёт'", 1)
    await scene.misses_call(STRANGER)
    await scene.until_count("SELECT count(*) FROM messages WHERE kind = 'call'", 1)
    scene.pass_time(minutes=90)
    await scene.until_count("SELECT count(*) FROM waits WHERE breached_at IS NOT NULL", 3)

    office = scene.hub.building.office
    assert (await verify(office, ADMIN)).differences == []
    report, _ = await run_report(office, ADMIN, "response", Asked())
    figures = {row[0]: row[1] for row in report.tables[0].rows}
    assert (figures["waits"], figures["answered"], figures["never_answered"]) == (4, 1, 3)
    assert 180 <= int(str(figures["median"])) < 240
    lost, _ = await run_report(office, ADMIN, "lost", Asked())
    assert len(lost.tables[0].rows) == 3
