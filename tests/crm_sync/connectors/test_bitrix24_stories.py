"""Stories of the other ways to have Bitrix24: a portal with leads, an open line, an application that is told."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from pathlib import Path

import asyncpg

from hub.crm_sync.connectors.bitrix24 import CHANNEL
from hub.domain.crm import Entity
from hub.domain.identity import IdentityType
from hub.testing.crm.bitrix24 import FakeBitrix24
from tests.crm_sync.connectors.bitrix24_bench import application_settings, webhook_settings
from tests.crm_sync.scene import CRM, Scene, open_scene
from tests.inbox.desk import person, says

MARIA = person(100, name="Мария", phone="+79161234567")


@asynccontextmanager
async def story(
    pool: asyncpg.Pool, files: Path, *, is_application: bool = False, is_simple: bool = True, **settings: object
) -> AsyncIterator[tuple[Scene, FakeBitrix24]]:
    """Maria has written to a hub beside a portal, where Olga, the portal's user 3, works too."""
    make = application_settings if is_application else webhook_settings
    async with FakeBitrix24(is_simple=is_simple).serving() as fake:
        given = CHANNEL.settings_model.model_validate(make(fake, **settings))
        scene = await open_scene(pool, files, channel=CHANNEL, settings=given)
        fake.now = scene.desk.clock.now
        fake.events.has_outgoing = not is_application
        olga = await scene.desk.hire("olga", "Ольга")
        scene.desk.staff[(IdentityType.crm_id, str(CRM), "3")] = olga
        await CHANNEL.subscribe(scene.crm)  # type: ignore[arg-type]
        await scene.desk.receive(says("Здравствуйте", at=scene.desk.now, by=MARIA))
        await scene.run()
        scene.desk.clock.move(timedelta(seconds=90))
        fake.hooks()
        yield scene, fake
        await scene.http.close()


async def test_a_lead_that_became_a_deal_there_is_followed_to_its_end(pool: asyncpg.Pool, tmp_path: Path) -> None:
    async with story(pool, tmp_path, is_simple=False) as (scene, fake):
        (lead,) = fake.records(Entity.request)
        deal = fake.human_converts(lead["ref"])
        await scene.bring(fake.hooks())
        followed = await scene.desk.one("crm_items", "entity = 'request'")
        open_still = (await scene.desk.one("leads"))["state"]
        scene.desk.clock.move(timedelta(seconds=90))
        fake.human_moves(deal, "WON")
        await scene.bring(fake.hooks())

        assert (lead["ref"].kind, followed["ref"], open_still) == ("lead", str(deal), "open")
        assert (await scene.desk.one("leads"))["state"] == "won"


async def test_an_answer_from_a_chat_of_the_open_line_reaches_the_client(pool: asyncpg.Pool, tmp_path: Path) -> None:
    async with story(pool, tmp_path, is_application=True, open_line="107") as (scene, fake):
        (said,) = fake.chats.said
        fake.human_answers(said["chat"], "Добрый день!", connector=f"hub_{CRM}")
        await scene.bring(fake.hooks())
        sent = await scene.desk.one("deliveries", "lane = 'reply'")
        message = await scene.desk.one("messages", "id = $1", sent["message_id"])
        await scene.run_after(60)

        assert (said["text"], message["text"]) == ("Здравствуйте", "Добрый день!")
        assert [told["chat"]["id"] for told in fake.chats.delivered] == [said["chat"]]
        assert len(fake.chats.said) == 1


async def test_a_stranger_who_answers_there_is_told_that_it_was_not_sent(pool: asyncpg.Pool, tmp_path: Path) -> None:
    async with story(pool, tmp_path, is_application=True, open_line="107") as (scene, fake):
        (said,) = fake.chats.said
        fake.human_answers(said["chat"], "Добрый день!", user="5", connector=f"hub_{CRM}")
        await scene.bring(fake.hooks())

        assert await scene.desk.rows("deliveries", "lane = 'reply'") == []
        assert fake.chats.said[-1]["text"].startswith("Клиенту не отправлено: ")
        assert fake.chats.delivered == []


async def test_an_application_hears_at_once_what_people_change(pool: asyncpg.Pool, tmp_path: Path) -> None:
    async with story(pool, tmp_path, is_application=True) as (scene, fake):
        (card,) = fake.records(Entity.contact)
        fake.human_renames(card["ref"], "Мария Ивановна")
        await scene.bring(fake.hooks())

        assert (await scene.desk.one("contacts"))["name"] == "Мария Ивановна"


async def test_deletions_are_heard_of_from_the_queue_where_no_event_comes(pool: asyncpg.Pool, tmp_path: Path) -> None:
    settings = {"offline_events": True, "application_token": ""}
    async with story(pool, tmp_path, is_application=True, is_simple=True, **settings) as (scene, fake):
        await scene.watch()
        (card,) = fake.records(Entity.contact)
        fake.human_deletes(card["ref"])
        scene.desk.clock.move(timedelta(minutes=2))
        await scene.watch()
        await scene.run_after(3)

        assert (await scene.desk.one("crm_items", "entity = 'contact'"))["state"] == "gone"
        assert fake.records(Entity.contact) == []
