"""Checks of keys: a write that is made again, because nobody knows whether it was applied, makes one record."""

from hub.crm_sync.base import FindsByKey, Place
from hub.domain.crm import Entity
from hub.domain.errors import OutcomeUnknown
from hub.testing.contracts.crm.samples import KEY, OTHER_KEY, outcome, write, write_again
from hub.testing.contracts.crm.suite import CrmSuite, Scene
from hub.testing.crm.kit import Fault, Strike


class KeyChecks(CrmSuite):
    """Every connector has these."""

    async def test_one_key_gives_one_record_or_the_class_says_that_it_cannot(self, entity: Entity) -> None:
        async with self.scene() as scene:
            crm, card = scene.connect(), scene.card()
            before = len(scene.fake.records(entity))
            first = await write(crm, entity, card, KEY)
            scene.later()
            second = await write_again(scene.connect(), entity, card, KEY)
            made = len(scene.fake.records(entity)) - before

        assert made <= 2
        if entity in self.channel.keyed:
            assert (made, second.ref) == (1, first.ref)

    async def test_another_key_gives_another_record(self, entity: Entity) -> None:
        async with self.scene() as scene:
            crm, card = scene.connect(), scene.card()
            before = len(scene.fake.records(entity))
            await write(crm, entity, card, KEY)
            scene.later()
            await write_again(crm, entity, card, OTHER_KEY)

            assert len(scene.fake.records(entity)) - before == 2

    async def test_a_write_whose_answer_is_lost_is_found_and_not_doubled(self, entity: Entity) -> None:
        async with self.scene() as scene:
            crm, card = scene.connect(), scene.card()
            before = len(scene.fake.records(entity))
            scene.fake.faults = [Fault(Strike.drop_after, at=scene.fake.is_write)]
            told = await outcome(write(crm, entity, card, KEY))
            made_at_once = len(scene.fake.records(entity)) - before
            scene.later()
            again = await write_again(scene.connect(), entity, card, KEY)
            made = [seen["ref"] for seen in scene.fake.records(entity)[before:]]

        assert isinstance(told, OutcomeUnknown)
        assert made_at_once <= 1, "a connector does not send a write again by itself"
        assert len(made) <= 2
        if entity in self.channel.keyed:
            assert made == [again.ref]

    async def test_a_write_that_never_arrived_is_not_found_and_made_then(self, entity: Entity) -> None:
        async with self.scene() as scene:
            crm, card = scene.connect(), scene.card()
            before = len(scene.fake.records(entity))
            scene.fake.faults = [Fault(Strike.drop_before, at=scene.fake.is_write)]
            told = await outcome(write(crm, entity, card, KEY))
            scene.later()
            made = await write_again(crm, entity, card, KEY)
            found = [seen["ref"] for seen in scene.fake.records(entity)[before:]]

        assert isinstance(told, OutcomeUnknown)
        assert found == [made.ref]

    async def test_a_key_that_was_never_used_is_not_found(self, entity: Entity) -> None:
        async with self.scene() as scene:
            card = scene.card()

            assert await _find(scene, entity, Place(card)) is None


async def _find(scene: Scene, entity: Entity, place: Place) -> object:
    crm = scene.connect()
    if not isinstance(crm, FindsByKey):
        return None
    return await crm.find_by_key(entity, KEY, None if entity is Entity.contact else place)
