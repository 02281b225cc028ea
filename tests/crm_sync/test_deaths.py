"""The process dies at each step between the hub and a CRM; the next one leaves one record of each, and nothing lost.

The steps are those of the design's list: change read, remote call, remote id stored, COMMIT.
"""

import asyncio
import json
import os
import signal
import sys
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

import asyncpg
import pytest

from hub.domain.crm import Entity
from hub.store import crm_accounts
from hub.testing.crm.amocrm import FakeAmoCrm
from hub.testing.crm.bitrix24 import FakeBitrix24
from tests.crm_sync.connectors.amocrm_desk import by_oauth, quick_account
from tests.crm_sync.connectors.bitrix24_bench import application_settings
from tests.crm_sync.death_child import open_beside
from tests.crm_sync.scene import CRM, Scene
from tests.house.crash_points import files_that_act, point_names
from tests.inbox.desk import person, says

MAKING = ("crm.before_begin", "crm.before_make", "crm.after_make", "crm.after_done")
CHANGING = ("crm.before_change", "crm.after_change")
CARD, LEAD, TASK = (tuple(f"crm.{when}_{what}" for when in ("before", "after")) for what in ("card", "lead", "task"))
WATCHING = ("crm.after_missed", "crm.before_cursor", "crm.after_cursor")
CONFIRMING = ("crm.before_confirm", "crm.after_confirm")
RENEWING = ("tokens.after_exchange", "tokens.after_save")
_ASKED = ("link", "unlink", "card_link", "resync", "marks", "leave")
ASKED_AGAIN = {f"crm.{when}_{what}" for when in ("before", "after") for what in _ASKED}
"""What a person asks for by a command: one that dies says nothing, and is given again."""

MARIA = person(100, name="Мария", phone="+79161234567")


@dataclass
class Place:
    """A hub, its CRM, and what another process needs to work there too."""

    scene: Scene
    fake: Any
    kind: str
    settings: Mapping[str, Any]
    dsn: str
    files: Path

    async def writes(self, text: str = "Здравствуйте") -> None:
        await self.scene.desk.receive(says(text, at=self.scene.desk.now, by=MARIA))

    async def dies(self, point: str, *, job: str = "lane") -> None:
        """Let another process do the job until it is killed; what it held is free again afterwards."""
        told = {"dsn": self.dsn, "files": str(self.files), "kind": self.kind, "job": job, "settings": self.settings}
        child = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "tests.crm_sync.death_child", json.dumps(told)),
            env={**os.environ, "HUB_CRASH": f"{point}:1"},
        )
        assert await child.wait() == -signal.SIGKILL, f"{point} is not reached"
        await self.scene.desk.pool.execute("UPDATE deliveries SET lease_until = now() WHERE state = 'sending'")
        self.scene.desk.clock.move(timedelta(minutes=20))

    async def lives(self) -> None:
        """A new process works until nothing is left."""
        for _ in range(3):
            await self.scene.run_after(400)
        assert await self.scene.desk.rows("deliveries", "lane = 'crm' AND state NOT IN ('sent', 'cancelled')") == []

    async def counts(self) -> dict[Entity, int]:
        """Return how many records there are there; every one of them must be known here."""
        assert await self.scene.desk.rows("crm_items", "state <> 'done' OR is_stale") == []
        return {entity: len(self.fake.records(entity)) for entity in (Entity.contact, Entity.request, Entity.entry)}

    async def begin_again(self, settings: Mapping[str, Any]) -> None:
        """Start the hub anew with these settings."""
        await self.scene.http.close()
        now = self.scene.desk.now
        self.scene = await open_beside(self.scene.desk.pool, self.files, self.kind, settings)
        self.scene.desk.clock.move(now - self.scene.desk.now)
        self.fake.now = self.scene.desk.clock.now

    async def marks(self) -> None:
        """The watch hears of what people changed there, and the lane has not looked yet."""
        self.fake.settle()
        self.scene.desk.clock.move(timedelta(minutes=2))
        assert await self.scene.watch() >= 1


ONE_EACH = {Entity.contact: 1, Entity.request: 1, Entity.entry: 1}


@asynccontextmanager
async def beside(fake: Any, settings: Mapping[str, Any], given: tuple[asyncpg.Pool, str, Path]) -> AsyncIterator[Place]:
    pool, dsn, files = given
    kind = "amocrm" if isinstance(fake, FakeAmoCrm) else "bitrix24"
    scene = await open_beside(pool, files, kind, settings)
    fake.now = scene.desk.clock.now
    place = Place(scene, fake, kind, settings, dsn, files)
    yield place
    await place.scene.http.close()


@pytest.fixture
async def amo(pool: asyncpg.Pool, dsn: str, tmp_path: Path) -> AsyncIterator[Place]:
    async with quick_account().serving() as fake:
        settings = by_oauth(fake, access_token=fake.token, hook_secret=fake.hook_secret)
        async with beside(fake, settings, (pool, dsn, tmp_path)) as place:
            await place.scene.desk.hire("olga", "Ольга")
            yield place


@pytest.fixture
async def known(amo: Place) -> Place:
    """Maria's card, sales chance and words are there, and the watch has looked once."""
    await amo.writes()
    await amo.scene.run()
    await amo.scene.watch()
    amo.scene.desk.clock.move(timedelta(seconds=90))
    return amo


@pytest.mark.parametrize("point", MAKING)
async def test_what_was_being_made_is_made_once(amo: Place, point: str) -> None:
    await amo.writes()
    await amo.dies(point)
    await amo.lives()
    assert await amo.counts() == ONE_EACH


@pytest.mark.parametrize("point", CHANGING)
async def test_what_was_being_changed_there_is_changed(known: Place, point: str) -> None:
    await known.scene.desk.pool.execute("UPDATE contacts SET name = 'Мария Петрова', version = version + 1")
    await known.writes("Ещё вопрос")
    await known.dies(point)
    await known.lives()
    assert await known.counts() == ONE_EACH | {Entity.entry: 2}
    assert known.fake.records(Entity.contact)[0]["name"] == "Мария Петрова"


@pytest.mark.parametrize("point", CARD)
async def test_a_change_of_a_card_that_was_read_there_comes_here(known: Place, point: str) -> None:
    known.fake.human_renames(known.fake.records(Entity.contact)[0]["ref"], "Мария Ивановна")
    await known.marks()
    await known.dies(point)
    await known.lives()
    assert (await known.scene.desk.one("contacts"))["name"] == "Мария Ивановна"
    assert await known.counts() == ONE_EACH


@pytest.mark.parametrize("point", CARD)
async def test_m12_a_card_that_was_found_there_keeps_its_name(amo: Place, point: str) -> None:
    amo.fake.human_adds_contact("Мария Петрова", ["8 (916) 123-45-67"])
    await amo.writes()
    await amo.dies(point)
    await amo.lives()
    assert (await amo.scene.desk.one("contacts"))["name"] == "Мария Петрова"
    assert await amo.counts() == ONE_EACH


@pytest.mark.parametrize("point", LEAD)
async def test_a_lead_that_was_won_there_is_won_once(known: Place, point: str) -> None:
    won = next(each.id for each in (await known.scene.crm.describe()).stages if each.outcome == "won")
    known.fake.human_moves(known.fake.records(Entity.request)[0]["ref"], won)
    await known.marks()
    await known.dies(point)
    await known.lives()
    assert (await known.scene.desk.one("leads"))["state"] == "won"
    assert len(await known.scene.desk.rows("lead_stage_facts", "to_stage = 'won'")) == 1


@pytest.mark.parametrize("point", TASK)
async def test_t4_a_task_that_was_done_there_is_done(known: Place, point: str) -> None:
    desk = known.scene.desk
    await desk.pool.execute(
        "INSERT INTO tasks (id, what, due_at, cause, created_at, contact_id, line) "
        "SELECT 77, 'Перезвонить', $1::timestamptz + interval '5 h', 'manual', $1, id, 'sales' FROM contacts",
        desk.now,
    )
    await known.writes("Ещё вопрос")
    await known.scene.run()
    desk.clock.move(timedelta(seconds=90))
    known.fake.human_completes(known.fake.records(Entity.task)[0]["ref"])
    await known.marks()
    await known.dies(point)
    await known.lives()
    assert (await desk.one("tasks", "id = 77"))["state"] == "done"
    assert len(known.fake.records(Entity.task)) == 1


@pytest.mark.parametrize("point", WATCHING)
async def test_a_change_that_the_watch_heard_of_is_not_forgotten(known: Place, point: str) -> None:
    known.fake.human_renames(known.fake.records(Entity.contact)[0]["ref"], "Мария Ивановна")
    await known.dies(point, job="watch")
    await known.scene.watch()
    await known.lives()
    assert (await known.scene.desk.one("contacts"))["name"] == "Мария Ивановна"
    assert await known.counts() == ONE_EACH


@pytest.mark.parametrize("point", CONFIRMING)
async def test_an_answer_from_the_crms_chat_is_sent_once(
    pool: asyncpg.Pool, dsn: str, tmp_path: Path, point: str
) -> None:
    async with FakeBitrix24(is_simple=True).serving() as fake:
        settings = application_settings(fake, open_line="107")
        async with beside(fake, settings, (pool, dsn, tmp_path)) as place:
            await place.scene.desk.hire("olga", "Ольга")
            fake.events.has_outgoing = False
            await _answers_in_the_chat(place, fake)
            await place.dies(point)
            await place.lives()
            assert len(await place.scene.desk.rows("deliveries", "lane = 'reply'")) == 1
            assert {told["chat"]["id"] for told in fake.chats.delivered} == {fake.chats.said[0]["chat"]}
            assert len(fake.chats.said) == 1


async def _answers_in_the_chat(place: Place, fake: FakeBitrix24) -> None:
    await place.begin_again(place.settings)
    await place.scene.crm.subscribe()  # type: ignore[attr-defined]
    await place.writes()
    await place.scene.run()
    fake.human_answers(fake.chats.said[0]["chat"], "Добрый день!", connector=f"hub_{CRM}")
    await place.scene.accept(fake.hooks())


async def test_a_token_that_was_renewed_and_stored_is_used_by_the_next_process(amo: Place) -> None:
    amo.fake.expire_tokens()
    await amo.writes()
    await amo.dies("tokens.after_save")
    await amo.lives()
    assert (await amo.counts(), amo.fake.renewals, amo.scene.paused) == (ONE_EACH, 1, [])


async def test_a_token_that_was_lost_before_it_was_stored_stops_the_connection_and_loses_no_work(amo: Place) -> None:
    amo.fake.expire_tokens()
    await amo.writes()
    await amo.dies("tokens.after_exchange")
    await amo.scene.run_after(400)
    assert ("connect it again" in amo.scene.paused[0], amo.fake.records(Entity.contact)) == (True, [])
    await _connect_again(amo)
    await amo.lives()
    assert await amo.counts() == ONE_EACH


async def _connect_again(amo: Place) -> None:
    amo.fake.auth_code = "c0de-given-anew"
    async with amo.scene.desk.pool.acquire() as connection:
        await crm_accounts.forget_tokens(connection, CRM)
    await amo.begin_again(by_oauth(amo.fake))


def test_every_step_of_the_flow_is_among_those_died_at() -> None:
    rooms = ("hub/crm_sync/", "hub/inbox/crm_changes.py")
    names = {
        name
        for file in files_that_act()
        if file.name.startswith(rooms) and "/connectors/" not in file.name
        for _, name in point_names(file)
    }
    died_at = {*MAKING, *CHANGING, *CARD, *LEAD, *TASK, *WATCHING, *CONFIRMING, *RENEWING}
    assert names - ASKED_AGAIN == died_at
