"""Companies: several contacts, an owner for clients who have none, never a reason to merge (L-8)."""

import asyncio

import pytest

from hub.domain.company import canonical_inn
from hub.domain.errors import FieldInvalid, NotFound, PermissionDenied
from hub.domain.ids import ConversationId, LineKey, ManagerId
from hub.domain.manager import Role
from hub.domain.rights import Person
from hub.inbox.companies import NewCompany, attach_company, set_company, set_company_owner
from tests.inbox.desk import Desk, person, says

INN = "7707083893"
SALES = frozenset({LineKey("sales")})


async def two_clients(desk: Desk) -> tuple[Person, list[ConversationId]]:
    for number in (100, 200):
        await desk.receive(says("Здравствуйте", at=desk.now, by=person(number)))
    head = Person(await desk.hire("vera", "Вера", role=Role.head), Role.head, SALES)
    return head, [ConversationId(row["id"]) for row in await desk.rows("conversations", "true ORDER BY id")]


async def test_l8_two_contacts_of_one_inn_have_one_company_and_stay_two(desk: Desk) -> None:
    head, (first, second) = await two_clients(desk)
    one = await set_company(desk.office, head, first, new=NewCompany("Ромашка", INN, domains=("@Romashka.RU",)))
    two = await set_company(desk.office, head, second, new=NewCompany("ООО «Ромашка»", INN, phones=("84951234567",)))

    company = await desk.one("companies")
    assert one == two == company["id"]
    assert (company["name"], company["domains"], company["phones"]) == ("Ромашка", ["romashka.ru"], ["+74951234567"])
    assert {row["company_id"] for row in await desk.rows("contacts")} == {one}
    assert len(await desk.rows("contacts", "merged_into IS NULL")) == 2


async def test_l8_two_who_write_down_the_same_new_inn_at_once_get_one_company(desk: Desk) -> None:
    head, both = await two_clients(desk)
    writing = [set_company(desk.office, head, each, new=NewCompany("Ромашка", INN)) for each in both]

    assert set(await asyncio.gather(*writing)) == {(await desk.one("companies"))["id"]}


async def test_l8_without_an_inn_a_company_of_the_same_name_is_another(desk: Desk) -> None:
    head, (first, second) = await two_clients(desk)
    for conversation in (first, second):
        await set_company(desk.office, head, conversation, new=NewCompany("Ромашка"))
    assert len(await desk.rows("companies")) == 2


async def test_l8_a_client_is_attached_to_a_known_company_and_to_none_again(desk: Desk) -> None:
    head, (first, second) = await two_clients(desk)
    company = await set_company(desk.office, head, first, new=NewCompany("Ромашка"))
    await attach_company(desk.office, head, second, company_id=company)
    await attach_company(desk.office, head, first, company_id=None)
    assert [row["company_id"] for row in await desk.rows("contacts", "true ORDER BY id")] == [None, company]
    with pytest.raises(NotFound):
        await attach_company(desk.office, head, first, company_id=company.__class__(1))


async def test_l8_r3_the_companys_owner_gets_clients_who_have_no_manager_of_their_own(desk: Desk) -> None:
    head, (first, _) = await two_clients(desk)
    await set_company(desk.office, head, first, new=NewCompany("Ромашка"))
    olga = await desk.hire("olga", "Ольга")
    await set_company_owner(desk.office, head, first, owner_id=olga)
    await desk.pool.execute("UPDATE conversations SET state = 'closed', closed_at = now(), assignee_id = NULL")
    await desk.pool.execute("UPDATE waits SET state = 'dismissed'")

    await desk.receive(says("Снова я", at=desk.now, by=person(100)))
    assert (await desk.one("waits", "state = 'open'"))["assignee_id"] == olga
    decision = (await desk.rows("routing_decisions", "assignee_id = $1", olga))[0]
    assert [reason["code"] for reason in decision["reasons"]][-1] == "client_of_company"


async def test_l8_r3_the_contacts_own_manager_comes_before_the_companys(desk: Desk) -> None:
    head, (first, _) = await two_clients(desk)
    await set_company(desk.office, head, first, new=NewCompany("Ромашка"))
    olga, ivan = await desk.hire("olga", "Ольга"), (await desk.one("managers", "key = 'ivan'"))["id"]
    await set_company_owner(desk.office, head, first, owner_id=olga)
    await desk.pool.execute("UPDATE contacts SET crm_owner_id = $1", ivan)
    await desk.pool.execute("UPDATE conversations SET state = 'closed', closed_at = now(), assignee_id = NULL")
    await desk.pool.execute("UPDATE waits SET state = 'dismissed'")

    await desk.receive(says("Снова я", at=desk.now, by=person(100)))
    assert (await desk.one("waits", "state = 'open'"))["assignee_id"] == ivan


async def test_l8_only_heads_say_whose_a_company_is(desk: Desk) -> None:
    head, (first, _) = await two_clients(desk)
    holder = ManagerId((await desk.one("conversations", "id = $1", first))["assignee_id"])
    with pytest.raises(NotFound):
        await set_company_owner(desk.office, head, first, owner_id=holder)
    await set_company(desk.office, head, first, new=NewCompany("Ромашка"))
    with pytest.raises(PermissionDenied):
        await set_company_owner(desk.office, Person(holder, Role.manager, SALES), first, owner_id=holder)


@pytest.mark.parametrize("written", ["7707083893", "77 0708 3893", "500100732259"])
def test_l8_an_inn_is_known_by_its_check_digits(written: str) -> None:
    assert canonical_inn(written) == "".join(written.split())


@pytest.mark.parametrize("written", ["7707083894", "500100732258", "123", "0000000000", "77070838ab", ""])
def test_l8_what_is_no_inn_is_refused(written: str) -> None:
    assert canonical_inn(written) is None


@pytest.mark.parametrize("new", [NewCompany(" "), NewCompany("Ромашка", "123"), NewCompany("Ромашка", phones=("12",))])
async def test_l8_what_was_written_wrong_names_the_field(desk: Desk, new: NewCompany) -> None:
    head, (first, _) = await two_clients(desk)
    with pytest.raises(FieldInvalid):
        await set_company(desk.office, head, first, new=new)
