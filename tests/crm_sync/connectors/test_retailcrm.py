"""retailCRM: the contract, and what only this CRM does: forms with JSON, shops, histories, the log of calls."""

import json
from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta
from typing import Any
from urllib.parse import parse_qs

import pytest
from pydantic import ValidationError

from hub.crm_sync.base import Patch, Place, Snapshot
from hub.crm_sync.connectors.retailcrm import CHANNEL
from hub.crm_sync.connectors.retailcrm.channel import RetailCrm
from hub.crm_sync.connectors.retailcrm.settings import RetailCrmSettings
from hub.crm_sync.connectors.retailcrm.writing import mark_of
from hub.domain.crm import CrmRef, Entity
from hub.domain.errors import AuthenticationFailed, PermanentFailure, TemporaryFailure
from hub.testing.contracts.crm import CrmContract
from hub.testing.contracts.crm.samples import CALL, ENTRY, KEY, OTHER_KEY, PERSON, TASK, outcome, request_of
from hub.testing.contracts.crm.suite import Scene
from hub.testing.crm.retailcrm import FakeRetailCrm

_PHONE = PERSON.phones[0]


def connect(scene: Scene) -> RetailCrm:
    crm = scene.connect()
    assert isinstance(crm, RetailCrm)
    return crm


def account(scene: Scene) -> FakeRetailCrm:
    assert isinstance(scene.fake, FakeRetailCrm)
    return scene.fake


class TestRetailCrm(CrmContract):
    channel = CHANNEL
    fake = FakeRetailCrm
    tells_merges = True
    own_field = "hub_about"

    @staticmethod
    def settings(fake: Any) -> Mapping[str, object]:
        return {"account": "shop.example", "api_url": fake.url, "api_key": fake.api_key, "performer": "12"}

    def refusal(self, status: int, retry_after: int | None) -> tuple[bytes, Mapping[str, str]]:
        body = json.dumps({"success": False, "errorMsg": "Internal Server Error"}).encode()
        return body, {} if retry_after is None else {"Retry-After": str(retry_after)}

    async def test_a_patch_changes_what_it_names_and_adds_addresses(self) -> None:
        """A customer has one e-mail here: it is filled, and never replaced by another one."""
        patch = Patch({"name": "Анна Иванова"}, phones=("+79031112233",), emails=("second@example.com",))
        async with self.scene() as scene:
            crm = connect(scene)
            made = await crm.create_contact(PERSON, key=KEY)
            bare = await crm.create_contact(replace(PERSON, emails=()), key=OTHER_KEY)
            await crm.update_contact(made.ref, patch)
            await crm.update_contact(bare.ref, patch)
            first, second = scene.fake.records(Entity.contact)

        assert (first["name"], set(first["phones"])) == ("Анна Иванова", {_PHONE, "+79031112233"})
        assert (first["emails"], second["emails"]) == (PERSON.emails, ("second@example.com",))

    async def test_writes_are_forms_whose_objects_are_json(self) -> None:
        async with self.scene() as scene:
            await connect(scene).create_contact(PERSON, key=KEY)
            (call,) = scene.fake.calls

        form = parse_qs(call.body.decode())
        assert (call.path, call.headers["X-API-KEY"]) == ("/api/v5/customers/create", "k3y-of-retailcrm")
        assert json.loads(form["customer"][0]) == {
            "externalId": KEY,
            "firstName": "Анна",
            "lastName": "Петрова",
            "phones": [{"number": _PHONE}],
            "email": "anna.petrova@example.com",
            "source": {"source": "yandex", "campaign": "autumn"},
        }

    async def test_a_refused_repetition_is_answered_with_the_record_that_is_there(self) -> None:
        async with self.scene() as scene:
            crm, card = connect(scene), scene.card()
            first = await crm.create_request(request_of(card), key=KEY)
            second = await crm.create_request(request_of(card), key=KEY)

        assert (first.is_existing, second.is_existing) == (False, True)
        assert (second.ref, second.url) == (first.ref, f"https://shop.example/orders/{first.ref.id}/edit")

    async def test_another_refusal_stays_a_refusal_in_the_vendors_words(self) -> None:
        async with self.scene() as scene:
            told = await outcome(connect(scene).create_request(request_of(CrmRef("customer", "999")), key=KEY))

        assert isinstance(told, PermanentFailure)
        assert "Customer with id=999 not found" in str(told)

    @pytest.mark.parametrize("search", ["part", "whole"])
    @pytest.mark.parametrize("typed", ["8 (916) 123-45-67", "+7 916 123-45-67", "9161234567"])
    async def test_a_number_is_found_whether_the_search_looks_for_parts_or_not(self, search: str, typed: str) -> None:
        async with self.scene() as scene:
            account(scene).phone_search = search
            card = scene.card("Анна", [typed])
            found = await connect(scene).find_contacts([_PHONE], [])

        assert [match.ref for match in found] == [card]

    async def test_a_key_of_several_shops_writes_into_the_one_of_the_settings(self) -> None:
        async with self.scene() as scene:
            account(scene).shops = ["main", "second"]
            without = await outcome(connect(scene).create_contact(PERSON, key=KEY))
            told = await connect(scene).check()
            scene.settings = lambda fake: {**self.settings(fake), "site": "second"}
            await connect(scene).create_contact(PERSON, key=KEY)
            again = await connect(scene).create_contact(PERSON, key=KEY)
            (customer,) = account(scene).shelves.records["customers"]

        assert isinstance(without, PermanentFailure)
        assert not told.is_ok
        assert any("main, second" in line for line in told.say("ru"))
        assert (customer["site"], again.is_existing) == ("second", True)

    async def test_a_call_of_a_known_number_goes_into_the_log_of_telephony_once(self) -> None:
        async with self.scene() as scene:
            crm, card = connect(scene), scene.card("Анна", [_PHONE])
            call = replace(CALL, user="13")
            first = await crm.add_entry(call, Place(card), key=KEY)
            second = await crm.add_entry(call, Place(card), key=KEY)
            (logged,) = account(scene).shelves.calls

        assert (first.is_existing, second.is_existing, first.ref) == (False, True, CrmRef("call", KEY))
        assert logged == {
            "externalId": KEY,
            "date": "2026-11-21 14:55:00",
            "type": "in",
            "phone": _PHONE,
            "result": "answered",
            "duration": 120,
            "userId": 13,
            "recordUrl": CALL.recording,
        }

    @pytest.mark.parametrize(
        ("seconds", "is_missed", "result"), [(120, False, "answered"), (0, True, "no answer"), (0, False, "no answer")]
    )
    async def test_a_call_nobody_answered_says_so(self, seconds: int, is_missed: bool, result: str) -> None:
        async with self.scene() as scene:
            crm, card = connect(scene), scene.card("Анна", [_PHONE])
            await crm.add_entry(replace(CALL, seconds=seconds, is_missed=is_missed), Place(card), key=KEY)
            (logged,) = account(scene).shelves.calls

        assert logged["result"] == result

    async def test_a_call_the_log_would_not_show_at_the_card_becomes_a_note(self) -> None:
        async with self.scene() as scene:
            crm, card = connect(scene), scene.card("Анна", ["+79031112233"])
            await crm.add_entry(CALL, Place(card), key=KEY)
            scene.settings = lambda fake: {**self.settings(fake), "calls": "notes"}
            known = scene.card("Олег", [_PHONE])
            await connect(scene).add_entry(CALL, Place(known), key=OTHER_KEY)
            places = [(note["customer"]["id"], note["text"]) for note in account(scene).shelves.notes]

        assert account(scene).shelves.calls == []
        assert [str(place) for place, _ in places] == [card.id, known.id]
        assert all("Входящий звонок · +79161234567 · Анна Петрова · 2:00" in text for _, text in places)

    async def test_a_note_carries_its_mark_and_no_angle_brackets(self) -> None:
        async with self.scene() as scene:
            crm, card = connect(scene), scene.card()
            await crm.add_entry(replace(ENTRY, text="<b>да</b>", user="13"), Place(card), key=KEY)
            (note,) = account(scene).shelves.notes

        assert note["text"].endswith(mark_of(KEY))
        assert "‹b›да‹/b›" in note["text"]
        assert note["managerId"] == 13

    async def test_a_task_without_anybody_to_do_it_is_refused_with_what_to_set(self) -> None:
        async with self.scene() as scene:
            scene.settings = lambda fake: {**self.settings(fake), "performer": ""}
            card = scene.card()
            told = await outcome(connect(scene).add_task(TASK, Place(card), key=KEY))

        assert isinstance(told, PermanentFailure)
        assert (told.reason, "performer" in str(told)) == ("missing", True)

    async def test_t4_a_task_completed_there_reads_as_done(self) -> None:
        async with self.scene() as scene:
            crm, card = connect(scene), scene.card()
            made = await crm.add_task(TASK, Place(card), key=KEY)
            cursor = (await crm.changes({})).cursor
            scene.later()
            account(scene).human_completes(made.ref)
            page = await crm.changes(cursor)
            now = await crm.get(made.ref)

        assert [(hint.entity, hint.ref, hint.changed_by) for hint in page.hints] == [(Entity.task, made.ref, "12")]
        assert isinstance(now, Snapshot)
        assert (now.values["done"], now.values["due_at"]) == ("yes", TASK.due_at.isoformat())
        assert (now.contact, now.values["owner"]) == (card, "12")

    async def test_t4_what_came_of_a_task_is_said_once(self) -> None:
        done = replace(TASK, is_done=True, result="Договорились")
        async with self.scene() as scene:
            crm, card = connect(scene), scene.card()
            made = await crm.add_task(TASK, Place(card), key=KEY)
            await crm.update_task(made.ref, done)
            await crm.update_task(made.ref, done)
            (task,) = account(scene).shelves.records["tasks"]

        assert task["commentary"] == f"{mark_of(KEY)}\nДоговорились"

    async def test_t4_a_task_without_an_owner_of_ours_stays_with_whom_it_is(self) -> None:
        async with self.scene() as scene:
            crm, card = connect(scene), scene.card()
            made = await crm.add_task(replace(TASK, owner="13"), Place(card), key=KEY)
            await crm.update_task(made.ref, replace(TASK, is_done=True))
            (task,) = scene.fake.records(Entity.task)

        assert (task["owner"], task["is_done"]) == ("13", True)

    async def test_the_order_of_a_company_belongs_to_its_person(self) -> None:
        async with self.scene() as scene:
            crm, card = connect(scene), scene.card()
            order = scene.fake.human_adds_request(card, "Диван")
            company = {"type": "customer_corporate", "id": 900}
            account(scene).shelves.by_ref(order).update(customer=company, contact={"id": int(card.id)})
            now = await crm.get(order)

        assert isinstance(now, Snapshot)
        assert now.contact == card

    async def test_a_task_about_an_order_stands_there(self) -> None:
        async with self.scene() as scene:
            scene.settings = lambda fake: {**self.settings(fake), "site": "main"}
            crm, card = connect(scene), scene.card()
            order = scene.fake.human_adds_request(card, "Диван")
            await crm.add_task(TASK, Place(card, order), key=KEY)
            (task,) = account(scene).shelves.records["tasks"]

        assert task["order"] == {"id": int(order.id), "site": "main"}

    async def test_an_order_takes_text_and_own_fields_and_no_amount(self) -> None:
        async with self.scene() as scene:
            crm = connect(scene)
            order = scene.fake.human_adds_request(scene.card(), "Диван")
            await crm.update_request(
                order, Patch({"amount": "5", "text": "с доставкой", "owner": ""}, {"colour": "синий"})
            )
            now = await crm.get(order, ["colour"])

        assert isinstance(now, Snapshot)
        assert (now.values["text"], now.values["owner"], "amount" in now.values) == ("с доставкой", "", False)
        assert now.fields == {"colour": "синий"}

    async def test_the_sum_of_an_order_with_items_is_told(self) -> None:
        async with self.scene() as scene:
            crm = connect(scene)
            order = scene.fake.human_adds_request(scene.card(), "Диван")
            account(scene).shelves.by_ref(order)["totalSumm"] = 1500.5
            now = await crm.get(order)

        assert isinstance(now, Snapshot)
        assert now.values["amount"] == "1500.5"

    async def test_company_messengers_and_defaults_go_where_the_settings_say(self) -> None:
        async with self.scene() as scene:
            scene.settings = lambda fake: {
                **self.settings(fake),
                "company_field": "firm",
                "about_field": "hub_about",
                "order_method": "messenger",
                "order_type": "eshop",
            }
            crm = connect(scene)
            card = (await crm.create_contact(replace(PERSON, company="Ромашка", marks={}, source="сайт"), key=KEY)).ref
            await crm.update_contact(card, Patch({"company": "Лютик", "owner": "13"}))
            await crm.create_request(replace(request_of(card), fields={"colour": "синий"}), key=KEY)
            now = await crm.get(card, ["hub_about"])
            (customer,), (order,) = (account(scene).shelves.records[each] for each in ("customers", "orders"))

        assert isinstance(now, Snapshot)
        assert (now.values["company"], now.values["owner"]) == ("Лютик", "13")
        assert now.fields["hub_about"] == "telegram: @anna_petrova\nhttps://hub.example/contacts/17"
        assert customer["source"] == {"source": "сайт"}
        assert (order["orderMethod"], order["orderType"]) == ("messenger", "eshop")
        assert order["customFields"] == {"colour": "синий"}

    async def test_an_entry_cannot_be_read_back_and_a_reference_of_another_crm_is_refused(self) -> None:
        async with self.scene() as scene:
            read = await outcome(connect(scene).get(CrmRef("note", "5")))
            written = await outcome(connect(scene).add_entry(ENTRY, Place(CrmRef("customer", "ab")), key=KEY))

        assert isinstance(read, PermanentFailure)
        assert isinstance(written, PermanentFailure)
        assert (read.reason, written.reason) == ("unsupported", "missing")

    async def test_computed_segments_are_no_changes(self) -> None:
        async with self.scene() as scene:
            crm, card = connect(scene), scene.card()
            cursor = (await crm.changes({})).cursor
            scene.later()
            account(scene).shelves.change(
                "customers", account(scene).shelves.by_ref(card), {"segments": "vip"}, user=12
            )

            assert (await crm.changes(cursor)).hints == ()

    async def test_rows_of_our_own_key_are_no_changes(self) -> None:
        async with self.scene() as scene:
            crm = connect(scene)
            cursor = (await crm.changes({})).cursor
            made = await crm.create_contact(PERSON, key=KEY)
            await crm.update_contact(made.ref, Patch({"name": "Анна Иванова"}))
            own = await crm.changes(cursor)
            scene.fake.human_renames(made.ref, "Анна")
            foreign = await crm.changes(own.cursor)

        assert own.hints == ()
        assert [hint.ref for hint in foreign.hints] == [made.ref]

    async def test_a_deleted_card_is_hinted_as_deleted_and_a_joined_one_is_not(self) -> None:
        async with self.scene() as scene:
            crm, lost, kept, gone = connect(scene), scene.card("Анна"), scene.card("Анна П."), scene.card("Олег")
            cursor = (await crm.changes({})).cursor
            scene.later()
            account(scene).human_merges(lost, kept)
            scene.fake.human_deletes(gone)
            hints = {hint.ref: hint for hint in (await crm.changes(cursor)).hints}

        assert (hints[lost].is_deleted, hints[gone].is_deleted) == (False, True)

    async def test_a_key_without_one_of_the_histories_reads_the_others(self) -> None:
        async with self.scene() as scene:
            account(scene).denied = {"tasks/history"}
            crm, card = connect(scene), scene.card()
            cursor = (await crm.changes({})).cursor
            scene.later()
            scene.fake.human_renames(card, "Анна")
            page = await crm.changes(cursor)

        assert [hint.ref for hint in page.hints] == [card]

    async def test_a_card_names_its_orders_newest_first(self) -> None:
        async with self.scene() as scene:
            crm, card = connect(scene), scene.card()
            old = scene.fake.human_adds_request(card, "Диван")
            scene.later()
            new = scene.fake.human_adds_request(card, "Кресло")
            now = await crm.get(card)

        assert isinstance(now, Snapshot)
        assert now.requests == (new, old)

    async def test_a_status_that_is_new_to_us_is_asked_for(self) -> None:
        async with self.scene() as scene:
            crm, card = connect(scene), scene.card()
            request = scene.fake.human_adds_request(card, "Диван")
            await crm.get(request)
            scene.fake.human_moves(request, "complete")
            asked = len(scene.fake.calls)
            now = await crm.get(request)

        assert isinstance(now, Snapshot)
        assert (now.outcome, len(scene.fake.calls) - asked) == ("won", 1)

    async def test_a_wrong_key_is_told_in_the_vendors_words_with_what_to_press(self) -> None:
        async with self.scene() as scene:
            scene.settings = lambda fake: {**self.settings(fake), "api_key": "another"}
            told = await connect(scene).check()
            failed = await outcome(connect(scene).get(CrmRef("customer", "1")))

        assert not told.is_ok
        assert told.say("ru")[0] == 'the CRM says: Wrong "apiKey" value.'
        assert any("Ключи доступа к API" in line for line in told.say("ru"))
        assert isinstance(failed, AuthenticationFailed)

    async def test_rights_the_key_does_not_have_are_told(self) -> None:
        async with self.scene() as scene:
            account(scene).allowed = ["/api/customers", "/api/orders", "/api/users"]
            told = await connect(scene).check()
            scene.settings = lambda fake: {**self.settings(fake), "site": "third"}
            wrong = await connect(scene).check()

        assert told.is_ok
        assert "/api/tasks/create" in told.say("ru")[-1]
        assert "/api/users" not in told.say("ru")[-1]
        assert not wrong.is_ok
        assert "main" in wrong.say("ru")[1]

    async def test_another_zone_than_the_accounts_is_told(self) -> None:
        async with self.scene() as scene:
            account(scene).zone = "Asia/Yekaterinburg"
            told = await connect(scene).check()

        assert any("Asia/Yekaterinburg" in line for line in told.say("ru"))

    async def test_overload_waits_a_second(self) -> None:
        async with self.scene() as scene:
            scene.fake.limits[0].calls = 0
            told = await outcome(connect(scene).find_contacts([_PHONE], []))

        assert isinstance(told, TemporaryFailure)
        assert told.retry_after == timedelta(seconds=1)


def test_a_zone_that_does_not_exist_is_refused() -> None:
    with pytest.raises(ValidationError, match="no IANA zone"):
        RetailCrmSettings.model_validate({"account": "shop.example", "api_key": "k3y-of-retailcrm", "zone": "Moscow"})


@pytest.mark.parametrize("address", ["http://shop.example", "ftp://shop.example", "", "https://"])
def test_an_address_that_would_carry_the_key_in_the_open_is_refused(address: str) -> None:
    with pytest.raises(ValidationError):
        RetailCrmSettings.model_validate({"account": address, "api_key": "k3y-of-retailcrm"})


@pytest.mark.parametrize(
    "address", ["shop.retailcrm.ru", "https://shop.retailcrm.ru/", "https://shop.retailcrm.ru/orders"]
)
def test_an_account_is_written_as_a_host_or_copied_from_the_browser(address: str) -> None:
    settings = RetailCrmSettings.model_validate({"account": address, "api_key": "k3y-of-retailcrm"})

    assert settings.base == "https://shop.retailcrm.ru"


def test_a_mark_is_the_same_for_a_key_and_differs_between_keys() -> None:
    assert mark_of(KEY) == "#6f1c1f0a6a0e"
    assert mark_of(OTHER_KEY) != mark_of(KEY)
