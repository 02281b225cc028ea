"""Where a client's card is in the CRMs: the way there, «ещё не в CRM», «не принято», and who may see what of it."""

import asyncio
from dataclasses import replace

import pytest

from hub.domain.crm import Entity
from hub.domain.errors import NotFound
from hub.domain.ids import ConnectionId, ContactId
from hub.inbox.endpoint import Endpoint
from hub.inbox.queries import list_crm_cards
from hub.inbox.views import CrmCardState, CrmCardView
from hub.routing.build import to_policy
from hub.routing.document import parse_policy
from hub.store import crm_items
from hub.store.crm_items import DONE, GONE, REFUSED, UNSURE, CrmItem
from tests.inbox.desk import Desk, person, says
from tests.inbox.test_queries import MASKED, only, other, owner

CRM = ConnectionId(9)
_CONNECTED = (
    "INSERT INTO connections (id, kind, name, settings_encrypted, created_at) VALUES ($1, 'memory', 'crm', '', now())"
)
URL = "https://crm.example/contact/7"


@pytest.fixture
async def client(desk: Desk) -> ContactId:
    """Give the only client of a business with one CRM."""
    desk.endpoints[CRM] = replace(Endpoint(CRM, "memory", "crm"), is_crm=True)
    await desk.pool.execute(_CONNECTED, CRM)
    await desk.receive(says("Сколько стоит?", at=desk.now, by=person(100, phone="+79161234567")))
    return ContactId((await desk.one("contacts"))["id"])


async def keep(desk: Desk, contact_id: int, *, state: str = DONE, ref: str = "contact:7", **facts: str) -> None:
    new = CrmItem(CRM, Entity.contact, contact_id, ContactId(contact_id), "key", desk.now, ref=ref, state=state)
    await crm_items.save(desk.pool, replace(new, **facts))  # type: ignore[arg-type]


async def shown(desk: Desk) -> CrmCardView:
    [found] = await list_crm_cards(desk.office, await owner(desk), await only(desk))
    return found


async def test_without_a_crm_there_is_nothing_to_show_and_nothing_is_asked(desk: Desk) -> None:
    await desk.receive(says("Сколько стоит?", at=desk.now))
    me, conversation = await owner(desk), await only(desk)
    await desk.pool.close()

    assert await asyncio.wait_for(list_crm_cards(desk.office, me, conversation), 1) == ()


async def test_a_client_the_crm_has_no_card_of_is_not_yet_there(desk: Desk, client: ContactId) -> None:
    assert await shown(desk) == CrmCardView("crm", CrmCardState.missing)

    await keep(desk, client, state="trying", ref="")

    assert (await shown(desk)).state is CrmCardState.missing


@pytest.mark.parametrize(
    ("state", "ref", "seen"),
    [
        (DONE, "contact:7", CrmCardView("crm", CrmCardState.linked, URL)),
        (REFUSED, "", CrmCardView("crm", CrmCardState.refused, URL, "Field 'phone' is wrong")),
        (UNSURE, "", CrmCardView("crm", CrmCardState.unsure, URL)),
        (GONE, "contact:7", CrmCardView("crm", CrmCardState.gone, URL)),
    ],
)
async def test_what_became_of_the_card_is_told(
    desk: Desk, client: ContactId, state: str, ref: str, seen: CrmCardView
) -> None:
    await keep(desk, client, state=state, ref=ref, url=URL, reason="Field 'phone' is wrong")

    assert await shown(desk) == seen


async def test_the_card_of_an_absorbed_client_is_the_clients(desk: Desk, client: ContactId) -> None:
    await keep(desk, 77, url=URL)
    await desk.pool.execute(
        "INSERT INTO merges (id, kept_id, absorbed_id, merged_at, map) VALUES (1, $1, 77, now(), '{}')", client
    )
    await keep(desk, client, state=REFUSED, ref="")

    assert (await shown(desk)).url == URL


async def test_rg5_who_may_not_read_the_number_gets_neither_the_way_nor_the_vendors_words(
    desk: Desk, client: ContactId
) -> None:
    desk.rules.append(to_policy(parse_policy(MASKED), 2))
    await keep(desk, client, state=REFUSED, url=URL, reason="phone +79161234567 is taken")
    me, conversation = await owner(desk), await only(desk)
    await desk.pool.execute("UPDATE conversations SET assignee_id = NULL")

    assert await list_crm_cards(desk.office, me, conversation) == (CrmCardView("crm", CrmCardState.refused),)


async def test_rg2_a_colleagues_client_does_not_exist(desk: Desk, client: ContactId) -> None:
    with pytest.raises(NotFound):
        await list_crm_cards(desk.office, await other(desk), await only(desk))
