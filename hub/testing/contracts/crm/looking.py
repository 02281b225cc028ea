"""Checks of what is read: users and stages, cards by phone and e-mail, records that changed, moved or went."""

from typing import Any

import pytest

from hub.channels.base import CheckResult, Checks
from hub.crm_sync.base import Crm, CrmSchema, Gone, MergedInto, Snapshot
from hub.domain.crm import Entity
from hub.testing.contracts.crm.suite import CrmSuite
from hub.testing.crm.kit import Fault, Strike
from hub.testing.crm.surface import Merges

_PHONE = "+79161234567"
SPELLINGS = ("+79161234567", "79161234567", "89161234567", "+7 (916) 123-45-67", "8 (916) 123-45-67", "8-916-123-45-67")
FOREIGN = {"+375 29 123-45-67": "+375291234567", "+998901234567": "+998901234567"}
STRANGERS = ("+1 916 123-45-67", "+7 495 123-45-67", "+7 916 123-45-68", "123-45-67")


async def schema_of(crm: Crm[Any]) -> CrmSchema:
    """Return the schema, which has what the surface promises: two users, two open stages, a won and a lost one."""
    schema = await crm.describe()
    outcomes = [stage.outcome for stage in schema.stages]
    assert len(schema.users) >= 2, "describe gives the fake's users"
    assert outcomes.count("open") >= 2, "describe gives the fake's open stages"
    assert {"won", "lost"} <= set(outcomes) <= {"open", "won", "lost"}
    return schema


class DescribingChecks(CrmSuite):
    """For connectors that can test a connection, as all should."""

    async def test_a_good_connection_is_told_so(self) -> None:
        async with self.scene() as scene:
            crm = scene.connect()
            assert isinstance(crm, Checks)
            found = await crm.check()

        assert isinstance(found, CheckResult)
        assert found.is_ok, found.lines
        assert found.lines
        assert all(line.strip() for language in ("ru", "en") for line in found.say(language))

    async def test_wrong_credentials_are_told_in_words_and_raise_nothing(self) -> None:
        body, headers = self.refusal(401, None)
        async with self.scene() as scene:
            scene.fake.faults = [Fault(Strike.answer, status=401, body=body, headers=headers) for _ in range(20)]
            crm = scene.connect()
            assert isinstance(crm, Checks)
            found = await crm.check()

        assert not found.is_ok
        assert all(line.strip() for language in ("ru", "en") for line in found.say(language))
        assert len(found.lines) >= 2, "what the vendor says and what to press there"

    async def test_a_crm_that_is_away_is_told_in_words(self) -> None:
        async with self.scene() as scene:
            scene.fake.is_away = True
            crm = scene.connect()
            assert isinstance(crm, Checks)
            assert not (await crm.check()).is_ok


class LookingChecks(CrmSuite):
    """Every connector has these."""

    async def test_users_and_stages_are_described(self) -> None:
        async with self.scene() as scene:
            schema = await schema_of(scene.connect())

        assert all(user.id for user in schema.users)
        assert all(stage.id and stage.name for stage in schema.stages)
        assert len({(stage.pipeline, stage.id) for stage in schema.stages}) == len(schema.stages)

    async def test_nothing_found_is_an_empty_answer(self) -> None:
        async with self.scene() as scene:
            crm = scene.connect()

            assert list(await crm.find_contacts([_PHONE], ["nobody@example.com"])) == []
            assert list(await crm.find_contacts([_PHONE], [])) == []
            assert list(await crm.find_contacts([], [])) == []

    @pytest.mark.parametrize("spelling", SPELLINGS)
    async def test_a_phone_is_found_however_it_was_typed(self, spelling: str) -> None:
        async with self.scene() as scene:
            card = scene.card("Анна Петрова", [spelling])
            found = await scene.connect().find_contacts([_PHONE], [])

        assert [(match.ref, match.matched) for match in found] == [(card, (_PHONE,))]

    @pytest.mark.parametrize("stranger", STRANGERS)
    async def test_another_number_that_ends_alike_is_no_match(self, stranger: str) -> None:
        async with self.scene() as scene:
            scene.card("Пётр Чужой", [stranger])

            assert list(await scene.connect().find_contacts([_PHONE], [])) == []

    @pytest.mark.parametrize("typed", FOREIGN)
    async def test_a_number_of_another_country_is_found(self, typed: str) -> None:
        async with self.scene() as scene:
            card = scene.card("Алесь", [typed])
            found = await scene.connect().find_contacts([FOREIGN[typed]], [])

        assert [(match.ref, match.matched) for match in found] == [(card, (FOREIGN[typed],))]

    async def test_many_addresses_are_asked_for_and_none_is_left_out(self) -> None:
        phones, emails = [f"+7903111220{n}" for n in range(8)], [f"anna{n}@example.com" for n in range(4)]
        async with self.scene() as scene:
            by_phone = scene.card("Анна", [phones[-1]])
            by_email = scene.fake.human_adds_contact("Анна", (), (emails[-1],))
            scene.later()
            found = await scene.connect().find_contacts(phones, emails)

        assert {match.ref: match.matched for match in found} == {by_phone: (phones[-1],), by_email: (emails[-1],)}

    async def test_an_email_is_found_in_any_case(self) -> None:
        async with self.scene() as scene:
            card = scene.fake.human_adds_contact("Анна Петрова", (), ("Anna.Petrova@Example.com",))
            scene.later()
            found = await scene.connect().find_contacts([], ["anna.petrova@example.com"])

        assert [(match.ref, match.matched) for match in found] == [(card, ("anna.petrova@example.com",))]

    async def test_a_match_by_several_addresses_is_one_card(self) -> None:
        async with self.scene() as scene:
            scene.fake.human_adds_contact("Анна", (_PHONE, "+7 903 111-22-33"), ("anna@example.com",))
            scene.later()
            found = await scene.connect().find_contacts([_PHONE, "+79031112233"], ["anna@example.com"])

        assert len(found) == 1
        assert set(found[0].matched) == {_PHONE, "+79031112233", "anna@example.com"}

    async def test_m12_several_cards_tell_which_has_an_open_request_and_when_it_was_active(self) -> None:
        async with self.scene() as scene:
            crm = scene.connect()
            won = next(stage for stage in (await schema_of(crm)).stages if stage.outcome == "won")
            idle, busy, done = (scene.card(f"Анна {n}", [_PHONE]) for n in "123")
            scene.fake.human_adds_request(busy, "Диван")
            closed = scene.fake.human_adds_request(done, "Кресло")
            scene.fake.human_moves(closed, won.id)
            scene.later()
            found = {match.ref: match for match in await crm.find_contacts([_PHONE], [])}

        assert {ref: match.has_open_request for ref, match in found.items()} == {idle: False, busy: True, done: False}
        assert all(match.active_at and match.active_at.utcoffset() is not None for match in found.values())

    async def test_a_match_tells_name_and_owner(self) -> None:
        async with self.scene() as scene:
            crm = scene.connect()
            owner = (await schema_of(crm)).users[-1].id
            scene.fake.human_adds_contact("Анна Петрова", (_PHONE,), (), owner)
            scene.later()
            (match,) = await crm.find_contacts([_PHONE], [])

        assert (match.name, match.owner) == ("Анна Петрова", owner)

    async def test_a_card_is_read_as_it_is_now(self) -> None:
        async with self.scene() as scene:
            crm = scene.connect()
            owner = (await schema_of(crm)).users[-1].id
            card = scene.card("Анна", ["8 (916) 123-45-67"])
            scene.fake.human_renames(card, "Анна Петрова")
            scene.fake.human_reassigns(card, owner)
            scene.later()
            now = await crm.get(card)

        assert isinstance(now, Snapshot)
        assert (now.ref, now.entity) == (card, Entity.contact)
        assert (now.values["name"], now.values["owner"]) == ("Анна Петрова", owner)
        assert now.phones == (_PHONE,)

    async def test_a_request_is_read_with_stage_outcome_and_whose_it_is(self) -> None:
        async with self.scene() as scene:
            crm = scene.connect()
            card = scene.card()
            request = scene.fake.human_adds_request(card, "Диван")
            for stage in (await schema_of(crm)).stages:
                scene.fake.human_moves(request, stage.id)
                scene.later()
                now = await crm.get(request)
                assert isinstance(now, Snapshot)
                assert (now.entity, now.values["stage"], now.outcome) == (Entity.request, stage.id, stage.outcome)
                assert now.contact == card

    async def test_a_record_that_is_gone_is_told(self) -> None:
        async with self.scene() as scene:
            crm, card = scene.connect(), scene.card()
            request = scene.fake.human_adds_request(card, "Диван")
            scene.fake.human_deletes(request)
            scene.fake.human_deletes(card)
            scene.later()

            assert await crm.get(request) == Gone(request)
            assert await crm.get(card) == Gone(card)
            assert list(await crm.find_contacts(["+79031112233"], [])) == []


class JoinChecks(CrmSuite):
    """For vendors where people join cards."""

    async def test_m12_a_joined_card_is_never_taken_for_itself(self) -> None:
        async with self.scene() as scene:
            crm, lost, kept = scene.connect(), scene.card("Анна 1"), scene.card("Анна 2")
            assert isinstance(scene.fake, Merges)
            scene.fake.human_merges(lost, kept)
            scene.later()
            now = await crm.get(lost)

        assert now == MergedInto(lost, kept) if self.tells_merges else now in {MergedInto(lost, kept), Gone(lost)}
