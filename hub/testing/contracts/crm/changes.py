"""Checks of the change feed: now to begin with, then what people changed, page by page, and our own marks on ours."""

import json
from collections.abc import Mapping
from typing import Any

from hub.crm_sync.base import Crm, Patch, Snapshot, TellsChanges
from hub.domain.crm import CrmRef, Entity
from hub.domain.inbound import CrmHint
from hub.testing.contracts.crm.looking import schema_of
from hub.testing.contracts.crm.samples import KEY, PERSON
from hub.testing.contracts.crm.suite import CrmSuite

_MOST_PAGES = 50


async def read_on(crm: Crm[Any], cursor: Mapping[str, object]) -> tuple[list[CrmHint], Mapping[str, object]]:
    """Return everything since a cursor, which is stored between pages as the hub stores it."""
    assert isinstance(crm, TellsChanges)
    hints: list[CrmHint] = []
    for _ in range(_MOST_PAGES):
        page = await crm.changes(json.loads(json.dumps(cursor)))
        hints += page.hints
        cursor = page.cursor
        if not page.has_more:
            return hints, cursor
    raise AssertionError(f"still more after {_MOST_PAGES} pages")


class ChangeChecks(CrmSuite):
    """For connectors that can be asked what changed."""

    async def test_an_empty_cursor_means_now(self) -> None:
        async with self.scene() as scene:
            crm = scene.connect()
            scene.card()
            hints, cursor = await read_on(crm, {})

        assert hints == []
        assert cursor

    async def test_what_people_changed_since_is_told(self) -> None:
        async with self.scene() as scene:
            crm, card = scene.connect(), scene.card()
            request = scene.fake.human_adds_request(card, "Диван")
            won = next(stage for stage in (await schema_of(crm)).stages if stage.outcome == "won")
            scene.later()
            _, cursor = await read_on(crm, {})
            scene.later()
            scene.fake.human_renames(card, "Анна Новая")
            scene.fake.human_moves(request, won.id)
            scene.later()
            hints, after = await read_on(crm, cursor)
            scene.later()
            again, _ = await read_on(crm, after)

        assert {(Entity.contact, card), (Entity.request, request)} <= {(hint.entity, hint.ref) for hint in hints}
        assert all(hint.external_id and hint.occurred_at.utcoffset() is not None for hint in hints)
        assert [hint for hint in again if hint.external_id not in {seen.external_id for seen in hints}] == []

    async def test_many_changes_come_page_by_page_and_none_is_left_out(self) -> None:
        async with self.scene() as scene:
            crm = scene.connect()
            cards = [scene.fake.human_adds_contact(f"Клиент {n}", (f"+7903111{n:04}",)) for n in range(120)]
            scene.later()
            _, cursor = await read_on(crm, {})
            scene.later()
            for card in cards:
                scene.fake.human_renames(card, "Переименован")
            scene.later()
            hints, _ = await read_on(crm, cursor)

        told: set[CrmRef] = {hint.ref for hint in hints}
        assert [card for card in cards if card not in told] == []

    async def test_our_own_write_is_marked_or_reads_as_written(self) -> None:
        async with self.scene() as scene:
            crm = scene.connect()
            own = (await schema_of(crm)).own_user
            _, cursor = await read_on(crm, {})
            scene.later()
            made = await crm.create_contact(PERSON, key=KEY)
            await crm.update_contact(made.ref, Patch({"name": "Анна Иванова"}))
            scene.later()
            hints, _ = await read_on(crm, cursor)
            now = await crm.get(made.ref)

        assert isinstance(now, Snapshot)
        marked = [hint for hint in hints if hint.ref == made.ref and own and hint.changed_by == own]
        assert marked or now.is_own or now.values["name"] == "Анна Иванова"
