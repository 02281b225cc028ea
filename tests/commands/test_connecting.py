"""Connecting by a one-time link over a real door: what works uses the link up, nothing else does, no secret leaks."""

import asyncio
import re
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import pytest
from aiohttp import web
from aiohttp.test_utils import TestClient, TestServer

from hub.app.connect_form import REQUESTS_AT_ONCE
from hub.app.connecting import NameTaken, NewConnection, Wanted, create_connection, save_connection
from hub.app.doors import AttemptBook, build_entrance
from hub.app.ground import open_ground
from hub.app.hints import open_hints
from hub.app.office import Building, build
from hub.commands.roles import SPEECH
from hub.config import load_config
from hub.domain.errors import NotFound, PermissionDenied
from hub.domain.ids import LineKey, ManagerId
from hub.domain.manager import Manager, Role
from hub.domain.rights import Person
from hub.inbox.connect_links import LASTING, Made, make_link, open_link, use_link
from hub.inbox.people import AT_THE_MACHINE, dismiss_manager
from hub.inbox.staff import change_role
from hub.store import managers
from hub.store.pool import Connection, acquire
from hub.store.secrets import token_hash
from hub.testing.telegram import BotApi
from hub.testing.telegram.faults import bad_gateway
from hub.web.server import make_app

OLGA = ManagerId(7)
ADMIN = Person(OLGA, Role.admin, frozenset())
TOKEN = "7000000001:AAE-shop-bot-of-the-test-and-no-other"


@dataclass
class House:
    """A hub with a public address, its door, and a Telegram beside it."""

    building: Building
    client: TestClient[web.Request, web.Application]
    api: BotApi
    proof: str = ""

    async def link(self, kind: str = "telegram") -> str:
        return f"/connect/{await make_link(self.building.office, ADMIN, kind)}"

    async def rows(self, query: str) -> list[dict[str, object]]:
        async with acquire(self.building.ground.pool) as connection:
            return [dict(each) for each in await connection.fetch(query)]

    async def opens(self, link: str) -> str:
        """Open the page in a browser; return what it says, and keep what its form carries."""
        page = await (await self.client.get(link)).text()
        found = re.search(r'name="proof" value="([^"]+)"', page)
        self.proof = found[1] if found else self.proof
        return page

    async def sends(self, link: str, name: str = "Бот магазина", **settings: str) -> tuple[int, str]:
        """Fill the form in and press its button."""
        await self.opens(link)
        typed = {f"s.{setting}": value for setting, value in settings.items()}
        fields = {"proof": self.proof, "name": name, "line": "sales", **typed}
        answer = await self.client.post(link, data=fields)
        return answer.status, await answer.text()

    async def connects(self, link: str, token: str = TOKEN, **more: str) -> tuple[int, str]:
        settings = {"token": token, "mode": "polling", "base_url": self.api.base_url, "region": "RU"}
        return await self.sends(link, **(settings | more))

    async def sends_meanwhile(self, link: str, happens: Callable[[], Awaitable[None]]) -> tuple[int, str]:
        """Send the form; while its settings are tried something else happens."""

        async def relayed(request: web.Request) -> web.Response:
            await happens()
            answer = await self.building.http.request(request.method, f"{self.api.base_url}{request.path_qs}")
            return web.Response(body=answer.body, content_type="application/json")

        relay = web.Application()
        relay.router.add_route("*", "/{path:.*}", relayed)
        async with TestServer(relay) as server:
            return await self.connects(link, base_url=str(server.make_url("")))


@pytest.fixture
async def house(dsn: str, tmp_path: Path) -> AsyncIterator[House]:
    config = load_config(dsn=dsn, data=tmp_path, public_url="http://hub.example", language="ru")
    async with open_ground(config) as ground, open_hints(config) as hints:
        building = await build(ground, hints)
        building.speech = SPEECH
        async with acquire(ground.pool) as connection:
            olga = Manager(OLGA, "olga", "Ольга", Role.admin, tg_user_id=7)
            await managers.add_manager(connection, olga, at=ground.clock.now())
        api = BotApi(ground.clock)
        await api.start()
        api.add_bot(TOKEN, "shop_bot")
        entrance = build_entrance(building, AttemptBook(building))
        async with TestClient(TestServer(make_app(entrance))) as client:
            yield House(building, client, api)
        await api.stop()
        await building.connections.close()
        await building.http.close()


async def test_a_working_bot_is_connected_told_in_the_chat_and_audited(house: House) -> None:
    link = await house.link()
    status, page = await house.connects(link)
    assert (status, "Подключено: Бот магазина" in page) == (200, True)
    [row] = await house.rows("SELECT name, kind, line, settings_encrypted FROM connections")
    assert (row["name"], row["kind"], row["line"]) == ("Бот магазина", "telegram", "sales")
    assert TOKEN not in str(row["settings_encrypted"])
    [notice] = await house.rows("SELECT payload FROM deliveries WHERE lane = 'notify'")
    assert notice["payload"] == {
        "notice": "connection_made",
        "name": "Бот магазина",
        "kind": "telegram",
        "manager_id": OLGA,
    }
    facts = await house.rows("SELECT manager_id FROM audit WHERE action = 'connected'")
    assert facts == [{"manager_id": OLGA}]
    assert TOKEN not in page


async def test_a_used_link_connects_nothing_more(house: House) -> None:
    link = await house.link()
    await house.connects(link)
    status, page = await house.connects(link)
    assert (status, "уже использована" in page) == (410, True)
    assert len(await house.rows("SELECT id FROM connections")) == 1


async def test_a_link_scanner_that_opens_the_link_first_uses_nothing_up(house: House) -> None:
    link = await house.link()
    for method in ("HEAD", "GET", "GET"):
        assert (await house.client.request(method, link)).status == 200
    assert (await house.connects(link))[0] == 200


async def test_what_the_test_refuses_is_said_not_saved_and_may_be_corrected(house: House) -> None:
    link = await house.link()
    status, page = await house.connects(link, token="7000000009:AAE-wrong-token-of-nobody-at-all")
    assert (status, await house.rows("SELECT id FROM connections")) == (422, [])
    assert 'role="alert"' in page
    assert "AAE-wrong" not in page
    assert (await house.connects(link))[0] == 200


async def test_a_wrong_setting_is_marked_in_the_readers_language(house: House) -> None:
    link = await house.link()
    status, page = await house.connects(link, token="not a token")
    assert status == 422
    assert 'aria-invalid="true"' in page
    assert "not a token" not in page
    assert await house.rows("SELECT used_at FROM connect_links") == [{"used_at": None}]


async def test_a_fault_of_several_settings_stands_at_one_of_them_in_words(house: House) -> None:
    status, page = await house.connects(await house.link(), mode="webhook")
    assert (status, "нужен для режима webhook" in page) == (422, True)
    assert "webhook_secret:" not in page


async def test_a_setting_nested_deeper_than_anybody_types_is_a_wrong_one(house: House) -> None:
    assert (await house.sends(await house.link(), token=TOKEN, base_url="[" * 20_000))[0] == 422


async def test_two_sends_at_once_make_one_connection(house: House) -> None:
    link = await house.link()
    answers = await asyncio.gather(house.connects(link), house.connects(link, name="Бот склада"))
    assert len(await house.rows("SELECT id FROM connections")) == 1
    assert sorted(status for status, _ in answers) in ([200, 409], [200, 410])


async def test_the_same_form_sent_twice_at_once_is_told_that_it_is_done_and_not_that_its_name_is_taken(
    house: House,
) -> None:
    link = await house.link()
    answers = await asyncio.gather(house.connects(link), house.connects(link))
    assert len(await house.rows("SELECT id FROM connections")) == 1
    assert sorted(status for status, _ in answers) in ([200, 409], [200, 410])


async def test_of_two_connections_that_get_one_name_at_once_the_second_is_asked_for_another(house: House) -> None:
    settings = {"token": TOKEN, "mode": "polling", "base_url": house.api.base_url, "region": "RU"}
    ground = house.building.ground
    made = (create_connection(ground, "telegram", name="Бот", settings=settings) for _ in range(4))
    ends = await asyncio.gather(*made, return_exceptions=True)
    assert [type(each) for each in ends if isinstance(each, BaseException)] == [NameTaken] * 3


async def test_whoever_loses_access_while_the_settings_are_tried_connects_nothing(house: House) -> None:
    async def dismiss() -> None:
        await dismiss_manager(house.building.office, AT_THE_MACHINE, OLGA)

    status, _ = await house.sends_meanwhile(await house.link(), dismiss)
    assert (status, await house.rows("SELECT id FROM connections")) == (404, [])


async def test_a_name_that_is_taken_is_marked_at_its_question_in_words_of_the_form(house: House) -> None:
    await house.connects(await house.link())
    status, page = await house.connects(link := await house.link())
    assert (status, page.count("Придумайте другое название")) == (422, 1)
    assert "--" not in re.sub(r"<style>.*?</style>", "", page, flags=re.DOTALL)
    assert (await house.connects(link, name="Бот склада"))[0] == 200


async def test_a_fault_that_nobody_foresaw_saves_nothing_and_leaves_the_link_good(house: House) -> None:
    """The deed, the word and the link's end stand or fall with the connection."""
    link = await house.link()
    await house.rows("ALTER TABLE deliveries RENAME TO deliveries_away")
    assert (await house.connects(link))[0] == 500
    await house.rows("ALTER TABLE deliveries_away RENAME TO deliveries")
    assert await house.rows("SELECT id FROM connections") == []
    assert await house.rows("SELECT id FROM audit WHERE action = 'connected'") == []
    assert await house.rows("SELECT used_at FROM connect_links") == [{"used_at": None}]
    assert (await house.connects(link))[0] == 200


async def test_a_process_that_dies_before_the_commit_of_a_connection_leaves_neither_it_nor_a_word(house: House) -> None:
    link = await open_link(house.building.office, (await house.link()).rpartition("/")[2])

    async def use_and_die(connection: Connection, new: NewConnection) -> None:
        await use_link(connection, house.building.office, link, made=Made(new.id, new.name))
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        await save_connection(house.building.ground, Wanted("webform", "Сайт", {}), use_and_die)
    for table in ("connections", "deliveries"):
        assert await house.rows(f"SELECT id FROM {table}") == []


async def test_a_provider_that_takes_no_address_is_told_with_the_next_step(house: House) -> None:
    house.api.bots[TOKEN].faults.add("setWebhook", bad_gateway(), times=50)
    status, page = await house.connects(await house.link(), mode="webhook", webhook_secret="s" * 20)
    assert (status, "Подключено: Бот магазина" in page) == (200, True)
    assert "Подключение сохранено, но настроить сервис с той стороны не вышло" in page
    assert "/health" in page


async def test_a_browser_that_says_it_comes_from_the_public_address_is_let_in(house: House) -> None:
    link = await house.link()
    await house.opens(link)
    answer = await house.client.post(link, data={"proof": house.proof}, headers={"Origin": "http://hub.example"})
    assert answer.status == 422


async def test_a_link_ends_after_fifteen_minutes(house: House) -> None:
    link = await house.link()
    await house.opens(link)
    house.building.ground.clock.move(LASTING + timedelta(seconds=1))
    assert (await house.connects(link))[0] == 410
    assert await house.rows("SELECT id FROM connections") == []


async def test_a_new_link_ends_the_one_before(house: House) -> None:
    first, second = await house.link(), await house.link()
    assert (await house.client.get(first)).status == 404
    assert (await house.client.get(second)).status == 200


async def test_a_new_link_ends_the_one_before_though_it_is_being_tried(house: House) -> None:
    links: list[str] = []

    async def make_another() -> None:
        links.append(await house.link())

    status, page = await house.sends_meanwhile(await house.link(), make_another)
    assert (status, "уже подключили" in page) == (409, True)
    assert await house.rows("SELECT id FROM connections") == []
    assert (await house.client.get(links[-1])).status == 200


async def test_rg4_the_link_of_who_left_or_is_no_administrator_any_more_is_unknown(house: House) -> None:
    link = await house.link()
    await house.opens(link)
    await change_role(house.building.office, AT_THE_MACHINE, OLGA, Role.head)
    assert (await house.connects(link))[0] == 404
    await change_role(house.building.office, AT_THE_MACHINE, OLGA, Role.admin)
    await dismiss_manager(house.building.office, AT_THE_MACHINE, OLGA)
    assert (await house.connects(link))[0] == 404
    assert await house.rows("SELECT id FROM connections") == []


async def test_an_unknown_token_says_no_more_than_that_and_guessing_is_slowed_down(house: House) -> None:
    statuses = [(await house.client.get(f"/connect/guess{n}")).status for n in range(REQUESTS_AT_ONCE + 1)]
    assert set(statuses[:REQUESTS_AT_ONCE]) == {404}
    assert statuses[-1] == 429


async def test_only_the_hash_of_a_link_is_stored_and_nothing_secret_is_logged(
    house: House, capsys: pytest.CaptureFixture[str]
) -> None:
    link = await house.link()
    token = link.rpartition("/")[2]
    await house.connects(link, token="not a token")
    await house.connects(link)
    [row] = await house.rows("SELECT * FROM connect_links")
    assert row["token_hash"] == token_hash(token)
    stored = str(await house.rows("SELECT * FROM audit")) + str(await house.rows("SELECT payload FROM deliveries"))
    logged = "".join(capsys.readouterr())
    for secret in (token, TOKEN, "not a token"):
        assert secret not in stored
        assert secret not in logged


async def test_the_form_asks_what_the_command_line_asks_in_russian(house: House) -> None:
    page = await house.opens(await house.link("email"))
    assert "Сервер IMAP, например imap.yandex.ru" in page
    assert '<input type="password" name="s.password" value=""' in page
    assert "<details" in page


@pytest.mark.parametrize("kind", ["email", "webform", "mapped", "telegram", "mango", "uis"])
async def test_every_kind_has_its_form(house: House, kind: str) -> None:
    assert (await house.client.get(await house.link(kind))).status == 200


@pytest.mark.parametrize("role", [Role.manager, Role.head])
async def test_rg3_only_an_administrator_makes_links(house: House, role: Role) -> None:
    actor = Person(OLGA, role, frozenset({LineKey("sales")}))
    with pytest.raises((NotFound, PermissionDenied)):
        await make_link(house.building.office, actor, "email")
    assert await house.rows("SELECT id FROM connect_links") == []
