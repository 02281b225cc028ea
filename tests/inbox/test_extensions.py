"""A person's telephone on a PBX: who may say it, how it is written, and whose calls are whose then (M-15)."""

from dataclasses import replace

import pytest

from hub.domain.errors import NotFound
from hub.domain.ids import ConnectionId, ManagerId
from hub.domain.manager import Role
from hub.domain.rights import Person
from hub.inbox.extensions import ExtensionRefused, Wanted, list_extensions, remove_extension, set_extension
from hub.inbox.ways import staff_form_of
from hub.store.managers import load_staff
from tests.inbox.desk import Desk
from tests.inbox.test_calling import PBX, anna_of


async def staff(desk: Desk) -> dict[tuple[str, str, str], int]:
    async with desk.pool.acquire() as connection:
        found = await load_staff(connection)
    return {address: whose for address, whose in found.items() if address[0].startswith("pbx")}


async def test_m15_a_person_says_their_own_telephone_and_a_new_one_takes_the_place_of_the_old(desk: Desk) -> None:
    anna = await anna_of(desk)
    await set_extension(desk.office, anna, Wanted(anna.manager_id), "101")
    await set_extension(desk.office, anna, Wanted(anna.manager_id), "102")

    assert await staff(desk) == {("pbx_extension", str(PBX), "102"): anna.manager_id}
    assert [each.extension for each in await list_extensions(desk.office, anna)] == ["102"]


async def test_m15_what_a_colleague_has_only_an_administrator_moves(desk: Desk) -> None:
    anna, boris = await anna_of(desk), ManagerId(await desk.hire("boris", "Борис"))
    await set_extension(desk.office, anna, Wanted(anna.manager_id), "101")
    own = Person(boris, Role.manager, anna.lines)
    with pytest.raises(ExtensionRefused) as refused:
        await set_extension(desk.office, own, Wanted(boris), "101")
    assert (refused.value.reason, refused.value.facts["name"]) == ("taken", "Анна")

    admin = Person(ManagerId(0), Role.admin, frozenset())
    await set_extension(desk.office, admin, Wanted(boris), "101")
    assert await staff(desk) == {("pbx_extension", str(PBX), "101"): boris}


async def test_rg4_the_telephone_of_one_who_left_is_free(desk: Desk) -> None:
    anna, gone = await anna_of(desk), ManagerId(await desk.hire("boris", "Борис"))
    await set_extension(desk.office, Person(gone, Role.manager, anna.lines), Wanted(gone), "101")
    await desk.pool.execute("UPDATE managers SET is_active = false WHERE id = $1", gone)

    await set_extension(desk.office, anna, Wanted(anna.manager_id), "101")

    assert await staff(desk) == {("pbx_extension", str(PBX), "101"): anna.manager_id}


@pytest.mark.parametrize("role", [Role.manager, Role.head])
async def test_rg3_nobody_but_an_administrator_says_anothers_telephone(desk: Desk, role: Role) -> None:
    anna, boris = await anna_of(desk), ManagerId(await desk.hire("boris"))

    with pytest.raises(NotFound):
        await set_extension(desk.office, replace(anna, role=role), Wanted(boris), "101")
    with pytest.raises(NotFound):
        await remove_extension(desk.office, replace(anna, role=role), Wanted(boris))


@pytest.mark.parametrize("written", ["", "1 0", "+7 916", "'; DROP", "10\n1", "1" * 11, "١٠١"])
async def test_what_no_pbx_writes_is_refused(desk: Desk, written: str) -> None:
    anna = await anna_of(desk)

    with pytest.raises(ExtensionRefused) as refused:
        await set_extension(desk.office, anna, Wanted(anna.manager_id), written)

    assert refused.value.reason == "wrong"
    assert await staff(desk) == {}


async def test_of_several_pbxs_one_is_named_and_a_login_belongs_where_people_have_logins(desk: Desk) -> None:
    anna, megafon = await anna_of(desk), ConnectionId(5)
    desk.endpoints[megafon] = replace(desk.endpoints[PBX], id=megafon, kind="megafon", name="МегаФон")
    with pytest.raises(ExtensionRefused) as refused:
        await set_extension(desk.office, anna, Wanted(anna.manager_id), "anna")
    assert refused.value.reason == "which"

    await set_extension(desk.office, anna, Wanted(anna.manager_id, "мегафон"), "anna")
    assert await staff(desk) == {("pbx_login", "5", "anna"): anna.manager_id}


async def test_a_telephone_is_taken_away_on_one_pbx_or_on_all(desk: Desk) -> None:
    anna = await anna_of(desk)
    await set_extension(desk.office, anna, Wanted(anna.manager_id), "101")
    await remove_extension(desk.office, anna, Wanted(anna.manager_id))

    assert await staff(desk) == {}
    assert len(await desk.rows("audit", "action = 'extension_set'")) == 2


@pytest.mark.parametrize("kind", ["mango", "megafon", "zadarma", "uis", "sipuni", "mapped"])
def test_every_pbx_knows_how_its_telephones_are_written(kind: str) -> None:
    form = staff_form_of(kind)

    assert form.fullmatch("101")
    assert not form.fullmatch("101 ")
