"""Checks of what is written: cards, sales chances, entries, tasks, changes, and texts that no CRM expects."""

import re
from dataclasses import replace
from datetime import datetime
from decimal import Decimal

import pytest

from hub.crm_sync.base import EntryKind, KeepsTasks, Patch, Place, Snapshot, Written
from hub.domain.crm import Entity
from hub.domain.errors import PermanentFailure
from hub.domain.identity import canonical_phone
from hub.testing.contracts.crm.looking import schema_of
from hub.testing.contracts.crm.samples import CALL, ENTRY, KEY, OTHER_KEY, PERSON, TASK, outcome, request_of
from hub.testing.contracts.crm.suite import CrmSuite
from hub.testing.crm.kit import Markup
from hub.testing.crm.surface import KeepsTaskList, Seen

FAMILY = "👨‍👩‍👧‍👦"
HOSTILE = {
    "html": "<script>alert(1)</script><img src=x onerror=alert(2)> & <b>жирно</b>",
    "bb code": "[url=https://evil.example]жми[/url] [b]жирно[/b] [img]https://evil.example/x.png[/img]",
    "emoji family": f"Мы {FAMILY} приедем вчетвером",
    "NUL": "до\x00после",
    "100 KB": "Длинный рассказ. " * 4000,
    "quotes": "\"Ромашка\" 'ООО' \\ %s {0} ;-- \r\n\t конец",
    "leading marks": "=1+1 @home -5 +7",
}
_TAGS = {
    Markup.plain: re.compile(r"(?!)"),
    Markup.html: re.compile(r"<(?:script|img[^>]*onerror)", re.IGNORECASE),
    Markup.bbcode: re.compile(r"\[(?:url=https://evil|img\]|b\]жирно)", re.IGNORECASE),
}


class WritingChecks(CrmSuite):
    """Every connector has these."""

    async def test_a_card_is_written_and_read_back(self) -> None:
        async with self.scene() as scene:
            crm = scene.connect()
            owner = (await schema_of(crm)).users[-1].id
            made = await crm.create_contact(replace(PERSON, owner=owner), key=KEY)
            scene.later()
            now = await crm.get(made.ref)
            (seen,) = scene.fake.records(Entity.contact)

        assert isinstance(made, Written)
        assert (seen["ref"], seen["owner"], list(seen["emails"])) == (made.ref, owner, list(PERSON.emails))
        assert isinstance(now, Snapshot)
        assert (now.values["name"], now.values["owner"]) == (PERSON.name, owner)
        assert (now.phones, now.emails) == (PERSON.phones, PERSON.emails)

    async def test_a_written_card_is_found_by_its_phone_and_email(self) -> None:
        async with self.scene() as scene:
            crm = scene.connect()
            made = await crm.create_contact(PERSON, key=KEY)
            scene.later()

            for phones, emails in ((PERSON.phones, ()), ((), PERSON.emails)):
                assert [match.ref for match in await crm.find_contacts(phones, emails)] == [made.ref]

    async def test_a_card_of_little_is_taken(self) -> None:
        async with self.scene() as scene:
            crm = scene.connect()
            await crm.create_contact(replace(PERSON, emails=(), messengers=(), marks={}, link=""), key=KEY)
            bare = replace(PERSON, name="", phones=(), emails=(), messengers=(), marks={}, link="")
            await crm.create_contact(bare, key=OTHER_KEY)

            assert len(scene.fake.records(Entity.contact)) == 2

    async def test_a_patch_changes_what_it_names_and_adds_addresses(self) -> None:
        patch = Patch({"name": "Анна Иванова"}, phones=("+79031112233",), emails=("second@example.com",))
        async with self.scene() as scene:
            crm = scene.connect()
            made = await crm.create_contact(PERSON, key=KEY)
            await crm.update_contact(made.ref, patch)
            scene.later()
            (seen,) = scene.fake.records(Entity.contact)

        numbers = {phone.e164 for text in seen["phones"] if (phone := canonical_phone(text))}
        assert seen["name"] == "Анна Иванова"
        assert numbers == {*PERSON.phones, "+79031112233"}
        assert set(seen["emails"]) == {*PERSON.emails, "second@example.com"}

    async def test_a_patch_that_is_there_already_adds_nothing_twice(self) -> None:
        async with self.scene() as scene:
            crm = scene.connect()
            made = await crm.create_contact(PERSON, key=KEY)
            await crm.update_contact(made.ref, Patch({"name": PERSON.name}, phones=PERSON.phones, emails=PERSON.emails))
            await crm.update_contact(made.ref, Patch())
            (seen,) = scene.fake.records(Entity.contact)

        assert (len(seen["phones"]), len(seen["emails"])) == (1, 1)

    async def test_a_request_is_written_at_its_card(self) -> None:
        async with self.scene() as scene:
            crm, card = scene.connect(), scene.card()
            schema = await schema_of(crm)
            stage = [stage for stage in schema.stages if stage.outcome == "open"][1]
            asked = replace(
                request_of(card), stage=stage.id, pipeline=stage.pipeline, owner=schema.users[-1].id, amount=self.amount
            )
            made = await crm.create_request(asked, key=KEY)
            now = await crm.get(made.ref)
            (seen,) = scene.fake.records(Entity.request)

        assert (seen["ref"], seen["contact"], seen["name"]) == (made.ref, card, asked.title)
        assert (seen["stage"], seen["owner"]) == (stage.id, asked.owner)
        assert isinstance(now, Snapshot)
        assert (now.values["stage"], now.values["owner"], now.contact) == (stage.id, asked.owner, card)
        assert Decimal(now.values.get("amount", self.amount)) == Decimal(self.amount)

    async def test_a_request_moves_and_changes_hands(self) -> None:
        async with self.scene() as scene:
            crm, card = scene.connect(), scene.card()
            schema = await schema_of(crm)
            lost = next(stage for stage in schema.stages if stage.outcome == "lost")
            made = await crm.create_request(request_of(card), key=KEY)
            await crm.update_request(made.ref, Patch({"stage": lost.id, "owner": schema.users[-1].id}))
            await crm.update_request(made.ref, Patch())
            (seen,) = scene.fake.records(Entity.request)

        assert (seen["stage"], seen["owner"]) == (lost.id, schema.users[-1].id)

    @pytest.mark.parametrize("kind", list(EntryKind))
    async def test_an_entry_of_every_kind_says_what_people_need(self, kind: EntryKind) -> None:
        entry = replace(CALL if kind is EntryKind.call else ENTRY, kind=kind)
        async with self.scene() as scene:
            crm, card = scene.connect(), scene.card()
            await crm.add_entry(entry, Place(card), key=KEY)
            seen = scene.fake.records(Entity.entry)

        assert [each["place"] for each in seen] == [card]
        if kind is not EntryKind.call:
            assert [word for word in (entry.text, entry.link, entry.author) if word not in seen[0]["text"]] == []

    async def test_an_entry_about_a_request_is_written_there_or_at_its_card(self) -> None:
        async with self.scene() as scene:
            crm, card = scene.connect(), scene.card()
            request = (await crm.create_request(request_of(card), key=OTHER_KEY)).ref
            before = list(scene.fake.records(Entity.entry))
            await crm.add_entry(ENTRY, Place(card, request), key=KEY)
            added = [each for each in scene.fake.records(Entity.entry) if each not in before]

        assert [each["place"] in {card, request} for each in added] == [True]

    @pytest.mark.parametrize("name", HOSTILE)
    async def test_a_hostile_text_is_taken_and_carries_nothing_out(self, name: str) -> None:
        async with self.scene() as scene:
            crm, card = scene.connect(), scene.card()
            await crm.add_entry(replace(ENTRY, text=HOSTILE[name], author=HOSTILE[name][:80]), Place(card), key=KEY)
            (seen,) = scene.fake.records(Entity.entry)

        assert not _TAGS[scene.fake.markup].search(seen["text"])
        assert "\x00" not in seen["text"]
        assert _has_kept_its_words(seen, name)

    @pytest.mark.parametrize("name", HOSTILE)
    async def test_a_hostile_name_is_taken(self, name: str) -> None:
        async with self.scene() as scene:
            crm, card = scene.connect(), scene.card()
            hostile = replace(PERSON, name=HOSTILE[name], company=HOSTILE[name])
            await crm.create_contact(hostile, key=KEY)
            await crm.create_request(replace(request_of(card), title=HOSTILE[name], text=HOSTILE[name]), key=OTHER_KEY)
            names = [seen["name"] for seen in scene.fake.records(Entity.contact)]

        assert len(names) == 2
        assert "\x00" not in "".join(names)

    async def test_a_record_that_is_gone_refuses_changes(self) -> None:
        async with self.scene() as scene:
            crm, card = scene.connect(), scene.card()
            request = scene.fake.human_adds_request(card, "Диван")
            scene.fake.human_deletes(request)
            scene.fake.human_deletes(card)
            scene.later()
            contact = await outcome(crm.update_contact(card, Patch({"name": "Анна"})))
            chance = await outcome(crm.update_request(request, Patch({"amount": "5"})))

        for told in (contact, chance):
            assert isinstance(told, PermanentFailure)
            assert told.reason == "missing"


class OwnFieldChecks(CrmSuite):
    """For fakes that have an own field of contacts."""

    async def test_an_own_field_comes_back_as_written(self) -> None:
        code = self.own_field
        async with self.scene() as scene:
            crm = scene.connect()
            made = await crm.create_contact(replace(PERSON, fields={code: "первый"}), key=KEY)
            first = await crm.get(made.ref, [code])
            await crm.update_contact(made.ref, Patch(fields={code: "второй"}))
            second = await crm.get(made.ref, [code])

        assert isinstance(first, Snapshot)
        assert isinstance(second, Snapshot)
        assert (first.fields[code], second.fields[code]) == ("первый", "второй")


class TaskChecks(CrmSuite):
    """For connectors that keep tasks."""

    async def test_t4_a_task_is_written_with_its_deadline_and_completed(self) -> None:
        async with self.scene() as scene:
            crm, card = scene.connect(), scene.card()
            assert isinstance(crm, KeepsTasks)
            owner = (await schema_of(crm)).users[-1].id
            made = await crm.add_task(replace(TASK, owner=owner), Place(card), key=KEY)
            (fresh,) = scene.fake.records(Entity.task)
            await crm.update_task(made.ref, replace(TASK, owner=owner, is_done=True, result="Договорились"))
            (done,) = scene.fake.records(Entity.task)

        assert (fresh["owner"], fresh["due_at"], fresh["is_done"]) == (owner, TASK.due_at, False)
        assert TASK.text in fresh["text"]
        assert done["is_done"]

    async def test_t4_a_task_is_read_with_its_deadline_and_whether_it_is_done(self) -> None:
        async with self.scene() as scene:
            crm, card = scene.connect(), scene.card()
            assert isinstance(crm, KeepsTasks)
            made = await crm.add_task(TASK, Place(card), key=KEY)
            fresh = await crm.get(made.ref)
            assert isinstance(scene.fake, KeepsTaskList), "a connector that keeps tasks: people complete them there"
            scene.fake.human_completes(made.ref)
            scene.later()
            done = await crm.get(made.ref)

        assert isinstance(fresh, Snapshot)
        assert isinstance(done, Snapshot)
        assert (fresh.entity, datetime.fromisoformat(fresh.values["due_at"])) == (Entity.task, TASK.due_at)
        assert (fresh.values.get("done", ""), done.values["done"]) == ("", "yes")


def _has_kept_its_words(seen: Seen, name: str) -> bool:
    """Tell whether a person still reads what was said."""
    words = {"emoji family": FAMILY, "100 KB": "Длинный рассказ.", "NUL": "после", "quotes": "Ромашка"}
    return words.get(name, "") in seen["text"]
