"""amoCRM: cards, companies, leads and the unsorted, searches in both ways, calls placed by number, notes."""

import json
from dataclasses import replace
from datetime import timedelta
from urllib.parse import unquote

import pytest

from hub.crm_sync.base import Entry, EntryKind, Patch, Place, Request, Snapshot, Todo
from hub.crm_sync.connectors.amocrm.search import spellings
from hub.domain.crm import CrmRef, Entity
from hub.domain.errors import OutcomeUnknown, PermanentFailure
from hub.testing.crm.amocrm.shape import CITY_FIELD, FIRST, PHONE_FIELD, THIRD, UNSORTED
from hub.testing.crm.kit import Fault, Strike
from tests.crm_sync.connectors.amocrm_desk import ANNA, KEY, NOW, by_token, desk

OTHER_KEY = "0b0e7a52-93f4-5b7c-8f0d-6f1c1f0a6a0e"
CALL = Entry(
    EntryKind.call,
    NOW,
    "Звонок",
    True,
    "telephony",
    phone="+79161234567",
    seconds=63,
    recording="https://pbx.example/1",
)


def request_of(card, **more):
    return replace(Request("Диван", card, ANNA, NOW - timedelta(hours=1), source="Сайт", channel="webform"), **more)


def patches(fake, name):
    return [called.body.decode() for called in fake.calls if called.method == "PATCH" and name in called.body.decode()]


# ------------------------------------------------------------------ searching


def test_a_number_is_asked_for_without_its_country_first():
    assert spellings("+79161234567") == ["9161234567", "79161234567", "89161234567"]
    assert spellings("+998901234567") == ["901234567", "998901234567"]


@pytest.mark.parametrize("written", ["+79161234567", "89161234567", "9161234567"])
async def test_a_phone_is_found_where_the_search_reads_no_digits(written):
    async with desk() as at:
        at.fake.search.reads_digits = False
        card = at.fake.human_adds_contact("Анна", [written])

        assert [match.ref for match in await at.connect().find_contacts(["+79161234567"], [])] == [card]


async def test_a_search_that_reads_no_digits_misses_a_formatted_number_and_invents_nothing():
    async with desk() as at:
        at.fake.search.reads_digits = False
        at.fake.human_adds_contact("Анна", ["+7 (916) 123-45-67"])

        assert list(await at.connect().find_contacts(["+79161234567"], [])) == []


async def test_the_paid_filter_is_asked_first_and_the_search_after_it():
    async with desk() as at:
        crm = at.connect(by_token(at.fake, search="filter"))
        exact = at.fake.human_adds_contact("Анна", ["89161234567"])
        other = at.fake.human_adds_contact("Олег", ["+7 (903) 111-22-33"])
        found = await crm.find_contacts(["+79161234567", "+79031112233"], [])

        assert [match.ref for match in found] == [exact, other]
        queries = [called.query for called in at.fake.calls if called.path == "/api/v4/contacts"]
        assert [f"[{PHONE_FIELD}]" in unquote(query) for query in queries] == [True, True, False]


async def test_a_lead_that_is_not_found_by_the_filter_is_found_by_its_key_among_the_newest():
    async with desk() as at:
        crm = at.connect(by_token(at.fake, search="filter"))
        card = at.fake.human_adds_contact("Анна")
        at.fake.search.is_late = True
        made = await crm.create_request(request_of(card), key=KEY)
        found = await crm.find_by_key(Entity.request, KEY, Place(card))

        assert (found.ref, found.is_existing) == (made.ref, True)


async def test_a_card_made_a_moment_ago_is_found_by_its_key_though_no_search_knows_it():
    async with desk() as at:
        at.fake.search.is_late = True
        crm = at.connect()
        made = await crm.create_contact(ANNA, key=KEY)

        assert list(await crm.find_contacts(ANNA.phones, ())) == []
        assert (await crm.find_by_key(Entity.contact, KEY, None)).ref == made.ref


async def test_an_old_card_is_found_by_its_key_through_the_search():
    async with desk() as at:
        crm = at.connect()
        made = await crm.create_contact(ANNA, key=KEY)
        for n in range(260):
            at.fake.human_adds_contact(f"Клиент {n}")

        assert (await crm.find_by_key(Entity.contact, KEY, None)).ref == made.ref


# ------------------------------------------------------------------ cards


async def test_marks_go_to_the_fields_there_are_and_refuse_nothing():
    marks = {"utm_source": "yandex", "utm_term": "диваны", "yclid": "17"}
    async with desk() as at:
        crm = at.connect()
        card = (await crm.create_contact(replace(ANNA, marks=marks, messengers=(("telegram", "@anna"),)), key=KEY)).ref
        made = await crm.create_request(request_of(card, marks=marks), key=KEY)
        snapshot = await crm.get(made.ref, ["UTM_SOURCE"])

        assert snapshot.fields == {"UTM_SOURCE": "yandex"}
        assert at.fake.requests[0]["tags_to_add"] == [{"name": "Форма"}, {"name": "Сайт"}]


async def test_adding_a_phone_keeps_those_that_people_wrote_as_they_wrote_them():
    async with desk() as at:
        card = at.fake.human_adds_contact("Анна", ["8 (916) 123-45-67"])
        at.fake.human_adds_phone(card, "доб. 12 у секретаря")
        await at.connect().update_contact(card, Patch(phones=("+79161234567", "+79031112233")))

        (seen,) = at.fake.records(Entity.contact)
        assert seen["phones"] == ("8 (916) 123-45-67", "доб. 12 у секретаря", "+79031112233")


async def test_a_field_is_emptied():
    async with desk() as at:
        crm = at.connect()
        made = await crm.create_contact(replace(ANNA, fields={"CITY": "Казань"}), key=KEY)
        await crm.update_contact(made.ref, Patch(fields={"CITY": ""}))

        assert (await crm.get(made.ref, ["CITY", str(CITY_FIELD)])).fields == {"CITY": "", str(CITY_FIELD): ""}


async def test_a_field_that_holds_a_record_is_told_by_its_name():
    async with desk() as at:
        card = at.fake.human_adds_contact("Анна")
        held = {"field_id": CITY_FIELD, "values": [{"value": {"name": "ООО «Ромашка»", "vat_id": "7700000000"}}]}
        at.fake.contacts[0]["custom_fields_values"] = [held]

        assert (await at.connect().get(card, [str(CITY_FIELD)])).fields == {str(CITY_FIELD): "ООО «Ромашка»"}


async def test_nothing_is_asked_once_a_record_is_made():
    async with desk() as at:
        crm = at.connect(by_token(at.fake, is_user_dedicated=True))
        at.fake.faults = [Fault(Strike.drop_before, lambda called: called.path == "/api/v4/account")]
        made = await crm.create_contact(ANNA, key=KEY)

        assert made.url.endswith(f"/contacts/detail/{made.ref.id}")
        assert at.fake.calls[-1].method == "POST"


async def test_a_checkbox_takes_what_people_call_yes():
    async with desk() as at:
        crm = at.connect()
        card = at.fake.human_adds_contact("Анна")
        made = await crm.create_request(request_of(card, fields={"88": "Да"}), key=KEY)

        assert (await crm.get(made.ref, ["88"])).fields == {"88": "True"}


async def test_a_field_that_is_not_there_is_refused_in_the_vendors_words():
    async with desk() as at:
        with pytest.raises(PermanentFailure, match="not a valid choice") as refused:
            await at.connect().create_contact(replace(ANNA, fields={"NO_SUCH": "1"}), key=KEY)

        assert refused.value.reason == "invalid"


async def test_l8_a_company_is_made_once_and_is_told_by_name():
    async with desk() as at:
        crm = at.connect()
        first = await crm.create_contact(replace(ANNA, company="ООО «Ромашка»"), key=KEY)
        await crm.create_contact(replace(ANNA, company="ооо «ромашка»"), key=OTHER_KEY)

        assert [row["name"] for row in at.fake.companies] == ["ООО «Ромашка»"]
        assert (await crm.get(first.ref)).values["company"] == "ООО «Ромашка»"


async def test_a_card_whose_company_could_not_be_linked_is_found_and_not_made_again():
    async with desk() as at:
        crm = at.connect()
        at.fake.faults = [Fault(Strike.answer, lambda called: called.path.endswith("/link"), 400)]
        with pytest.raises(OutcomeUnknown):
            await crm.create_contact(replace(ANNA, company="Ромашка"), key=KEY)

        assert (await crm.find_by_key(Entity.contact, KEY, None)).is_existing
        assert len(at.fake.contacts) == 1


async def test_l8_a_patch_gives_a_card_its_company():
    async with desk() as at:
        card = at.fake.human_adds_contact("Анна")
        crm = at.connect()
        await crm.update_contact(card, Patch({"company": "Ромашка"}))

        snapshot = await crm.get(card)
        company = await crm.get(CrmRef("companies", str(at.fake.companies[0]["id"])))
        assert (snapshot.values["company"], company.values["name"]) == ("Ромашка", "Ромашка")
        assert company.entity is Entity.company


# ------------------------------------------------------------------ leads


async def test_a_stage_of_another_pipeline_takes_the_lead_there_and_won_leaves_it_where_it_is():
    async with desk() as at:
        crm = at.connect()
        lead = at.fake.human_adds_request(at.fake.human_adds_contact("Анна"), "Диван")
        await crm.update_request(lead, Patch({"stage": str(THIRD)}))
        await crm.update_request(lead, Patch({"stage": "142"}))

        (row,) = at.fake.requests
        assert (row["status_id"], row["pipeline_id"]) == (142, 3200)
        assert (await crm.get(lead)).outcome == "won"


async def test_a_lead_goes_to_the_pipeline_of_the_settings():
    async with desk() as at:
        card = at.fake.human_adds_contact("Анна")
        await at.connect(by_token(at.fake, pipeline="3100")).create_request(request_of(card), key=KEY)

        (row,) = at.fake.requests
        assert (row["pipeline_id"], row["status_id"], row["contact"]) == (3100, FIRST, int(card.id))


@pytest.mark.parametrize(("amount", "price"), [("1500.50", 1501), ("0", 0)])
async def test_budgets_are_whole_numbers(amount, price):
    async with desk() as at:
        crm = at.connect()
        made = await crm.create_request(request_of(at.fake.human_adds_contact("Анна"), amount=amount), key=KEY)

        assert at.fake.requests[0]["price"] == price
        assert (await crm.get(made.ref)).values["amount"] == (str(price) if price else "")


@pytest.mark.parametrize("amount", ["много", "NaN", "Infinity"])
async def test_an_amount_that_is_none_is_refused_before_it_is_sent(amount):
    async with desk() as at:
        lead = at.fake.human_adds_request(at.fake.human_adds_contact("Анна"), "Диван")
        with pytest.raises(PermanentFailure):
            await at.connect().update_request(lead, Patch({"amount": amount}))

        assert patches(at.fake, "price") == []


async def test_an_unsorted_lead_stands_at_its_card_and_a_second_one_with_its_key_is_refused_there():
    async with desk() as at:
        crm = at.connect(by_token(at.fake, is_unsorted=True))
        card = at.fake.human_adds_contact("Анна")
        made = await crm.create_request(request_of(card), key=KEY)
        with pytest.raises(PermanentFailure, match="Такая заявка уже есть"):
            await crm.create_request(request_of(card), key=KEY)

        (row,) = at.fake.requests
        assert (row["status_id"], row["contact"], made.is_existing) == (UNSORTED, int(card.id), False)
        assert at.fake.unsorted[0]["metadata"]["form_id"] == KEY


async def test_an_unsorted_lead_that_no_list_of_leads_shows_is_found_among_the_unsorted():
    async with desk() as at:
        crm = at.connect(by_token(at.fake, is_unsorted=True))
        card = at.fake.human_adds_contact("Анна")
        made = await crm.create_request(request_of(card), key=KEY)
        at.fake.requests.clear()

        assert (await crm.find_by_key(Entity.request, KEY, Place(card))).ref == made.ref
        assert await crm.find_by_key(Entity.request, OTHER_KEY, Place(card)) is None


async def test_a_lead_that_the_control_of_duplicates_joined_is_told_as_there_already():
    async with desk() as at:
        at.fake.has_duplicate_control = True
        card = at.fake.human_adds_contact("Анна")
        lead = at.fake.human_adds_request(card, "Диван")
        made = await at.connect(by_token(at.fake, is_unsorted=True)).create_request(request_of(card), key=KEY)

        assert (made.ref, made.is_existing) == (lead, True)


# ------------------------------------------------------------------ history


async def test_a_call_is_placed_on_the_only_open_lead_of_whose_number_it_is():
    async with desk() as at:
        card = at.fake.human_adds_contact("Анна", ["8 (916) 123-45-67"])
        lead = at.fake.human_adds_request(card, "Диван")
        made = await at.connect().add_entry(CALL, Place(card), key=KEY)

        (note,) = at.fake.entries
        assert (note["place"], note["note_type"], made.ref.kind) == (lead, "call_in", "lead_notes")
        assert (note["params"]["uniq"], note["params"]["duration"], note["params"]["call_status"]) == (KEY, 63, 4)
        assert note["params"]["link"] == "https://pbx.example/1"


@pytest.mark.parametrize("is_call_refused", [False, True])
async def test_a_call_that_amocrm_would_lose_becomes_a_note_on_our_card(is_call_refused):
    async with desk() as at:
        at.fake.is_call_refused = is_call_refused
        card = at.fake.human_adds_contact("Анна", ["+79031112233"])
        missed = replace(CALL, is_missed=True, seconds=0, is_inbound=False)
        made = await at.connect().add_entry(missed, Place(card), key=KEY)

        (note,) = at.fake.entries
        assert (note["place"], note["note_type"], note["params"]["call_status"]) == (card, "call_out", 6)
        assert made.ref == CrmRef("contact_notes", str(note["id"]))


@pytest.mark.parametrize("more", [{"call_way": "notes"}, {}])
async def test_a_call_without_a_number_or_by_choice_is_a_note_on_the_lead(more):
    async with desk() as at:
        card = at.fake.human_adds_contact("Анна", ["+79161234567"])
        lead = at.fake.human_adds_request(card, "Диван")
        call = CALL if more else replace(CALL, phone="")
        await at.connect(by_token(at.fake, **more)).add_entry(call, Place(card, lead), key=KEY)

        assert [note["place"] for note in at.fake.entries] == [lead]
        assert not [called for called in at.fake.calls if called.path == "/api/v4/calls"]


async def test_a_call_that_amocrm_placed_on_a_lead_is_found_there_from_its_card():
    async with desk() as at:
        crm = at.connect()
        card = at.fake.human_adds_contact("Анна", ["+79161234567"])
        at.fake.human_adds_request(card, "Диван")
        made = await crm.add_entry(CALL, Place(card), key=KEY)

        assert (await crm.find_by_key(Entity.entry, KEY, Place(card))).ref == made.ref
        assert await crm.find_by_key(Entity.entry, OTHER_KEY, Place(card)) is None


@pytest.mark.parametrize("call_way", ["calls", "notes"])
async def test_a_call_is_credited_to_who_talked(call_way):
    async with desk() as at:
        card = at.fake.human_adds_contact("Анна", ["+79161234567"])
        await at.connect(by_token(at.fake, call_way=call_way)).add_entry(
            replace(CALL, user="502", recording=""), Place(card), key=KEY
        )

        (body,) = [json.loads(called.body)[0] for called in at.fake.calls if called.method == "POST"]
        assert body["responsible_user_id"] == 502
        assert 502 in {body.get("call_responsible"), body.get("created_by")}


async def test_a_call_that_nobody_may_write_is_refused():
    async with desk() as at:
        card = at.fake.human_adds_contact("Анна", ["+79161234567"])
        refused = b'{"title": "Forbidden", "detail": "Access denied"}'
        at.fake.faults = [Fault(Strike.answer, lambda called: called.path.endswith("/calls"), 403, refused)]
        with pytest.raises(PermanentFailure) as error:
            await at.connect().add_entry(CALL, Place(card), key=KEY)

        assert error.value.reason == "forbidden"
        assert at.fake.entries == []


async def test_addresses_are_not_added_to_a_card_that_is_gone():
    async with desk() as at:
        card = at.fake.human_adds_contact("Анна", ["+79161234567"])
        at.fake.human_deletes(card)
        with pytest.raises(PermanentFailure) as error:
            await at.connect().update_contact(card, Patch(phones=("+79031112233",)))

        assert error.value.reason == "missing"


async def test_an_unsorted_lead_that_nobody_names_is_unknown():
    async with desk() as at:
        card = at.fake.human_adds_contact("Анна")
        at.fake.faults = [Fault(Strike.answer, lambda called: called.path.endswith("/complex"), 200, b"[]")]
        with pytest.raises(OutcomeUnknown):
            await at.connect(by_token(at.fake, is_unsorted=True)).create_request(request_of(card), key=KEY)


async def test_a_stage_that_no_pipeline_has_is_left_for_amocrm_to_refuse():
    async with desk() as at:
        card = at.fake.human_adds_contact("Анна")
        with pytest.raises(PermanentFailure, match="status_id"):
            await at.connect().create_request(request_of(card, stage="777"), key=KEY)


async def test_an_answer_about_a_call_that_says_nothing_is_unknown():
    async with desk() as at:
        card = at.fake.human_adds_contact("Анна", ["+79161234567"])
        at.fake.faults = [Fault(Strike.answer, lambda called: called.path.endswith("/calls"), 200, b"{}")]

        with pytest.raises(OutcomeUnknown):
            await at.connect().add_entry(CALL, Place(card), key=KEY)


async def test_a_note_says_who_when_and_where_and_carries_its_key_in_the_address():
    said = Entry(EntryKind.message, NOW, "Сколько стоит?", False, "telegram", author="Мария", user="502")
    said = replace(said, files=("план.pdf",), link="https://hub.example/c/42")
    async with desk() as at:
        crm = at.connect()
        card = at.fake.human_adds_contact("Анна")
        made = await crm.add_entry(said, Place(card), key=KEY)

        (note,) = at.fake.entries
        assert note["params"]["text"].splitlines() == [
            "Ответ · Мария · Telegram · 21.11.2026 15:00",
            "Сколько стоит?",
            "Файлы: план.pdf",
            "https://hub.example/c/42#hub-6f1c1f0a6a0e",
        ]
        assert (await crm.get(made.ref)).values["text"] == note["params"]["text"]


async def test_tasks_stand_at_the_lead_and_are_read_with_whose_they_are():
    async with desk() as at:
        crm = at.connect(by_token(at.fake, task_type=2))
        card = at.fake.human_adds_contact("Анна")
        lead = at.fake.human_adds_request(card, "Диван")
        made = await crm.add_task(Todo("Перезвонить", NOW, "502"), Place(card, lead), key=KEY)
        at.fake.human_completes(made.ref)
        of_card = await crm.add_task(Todo("Ещё раз", NOW, "502"), Place(card), key=OTHER_KEY)

        (row, _) = at.fake.tasks
        assert (row["entity_type"], row["entity_id"], row["task_type_id"]) == ("leads", int(lead.id), 2)
        snapshot = await crm.get(made.ref)
        assert isinstance(snapshot, Snapshot)
        assert (snapshot.values["done"], snapshot.values["due_at"]) == ("yes", "2026-11-21T12:00:00+00:00")
        assert (snapshot.contact, (await crm.get(of_card.ref)).contact) == (None, card)
        assert await crm.find_by_key(Entity.task, KEY, Place(card)) is None


@pytest.mark.parametrize("ref", [CrmRef("invoices", "1"), CrmRef("contacts", "../account"), CrmRef("leads", "")])
async def test_a_reference_that_is_none_of_amocrms_is_refused_before_it_is_asked_for(ref):
    async with desk() as at:
        with pytest.raises(PermanentFailure):
            await at.connect().get(ref)

        assert at.fake.calls == []
