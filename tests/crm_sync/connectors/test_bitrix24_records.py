"""Records of Bitrix24: names, phones, texts, modes, own fields, to-dos; and texts and names as properties."""

from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.crm_sync.base import MergedInto, Patch, Place, Snapshot
from hub.crm_sync.connectors.bitrix24.records import (
    full_name,
    has_key,
    name_parts,
    plain,
    plain_again,
    with_key,
    without_key,
)
from hub.domain.crm import CrmRef, Entity
from hub.domain.errors import PermanentFailure
from hub.testing.contracts.crm.samples import CALL, ENTRY, KEY, OTHER_KEY, PERSON, TASK, request_of
from tests.crm_sync.connectors.bitrix24_bench import called, portal

WORDS = st.text(st.characters(blacklist_categories=["Cs", "Cc", "Z"]), min_size=1, max_size=20)


@given(st.lists(WORDS, max_size=4).map(" ".join))
def test_a_name_comes_back_as_it_was_written(name: str) -> None:
    assert full_name(name_parts(name)) == name


@given(st.text(max_size=400))
def test_no_part_of_a_name_is_longer_than_the_portal_keeps(name: str) -> None:
    assert max(map(len, name_parts(name).values())) <= 50


@given(st.text(max_size=200))
def test_a_text_made_harmless_reads_as_before(text: str) -> None:
    assert plain_again(plain(text)) == plain_again(text)


@given(st.text(max_size=200).map(str.rstrip))
def test_a_key_is_found_in_a_text_and_taken_out_again(text: str) -> None:
    assert has_key(with_key(text, KEY), KEY)
    assert without_key(with_key(text, KEY)) == text.strip()


@pytest.mark.parametrize("text", ["[url=https://evil.example]жми[/url]", "[USER=1]", "[*]", "[b]x", "[/b]"])
def test_no_markup_of_a_client_acts(text: str) -> None:
    assert "[\u200b" in plain(text)


@pytest.mark.parametrize("text", ["[1]", "[]", "массив[0]", "[ ]"])
def test_brackets_that_mean_nothing_stay(text: str) -> None:
    assert plain(text) == text


async def test_a_portal_without_leads_gets_deals() -> None:
    async with portal() as (crm, fake, scene):
        made = await crm.create_request(request_of(scene.card()), key=KEY)

    assert made.ref.kind == "deal"
    assert made.url.endswith(f"/crm/deal/details/{made.ref.id}/")
    assert fake.records(Entity.company) == []


async def test_a_portal_with_leads_gets_leads_and_a_lead_made_a_deal_is_followed() -> None:
    async with portal(is_simple=False) as (crm, fake, scene):
        made = await crm.create_request(request_of(scene.card()), key=KEY)
        deal = fake.human_converts(made.ref)
        scene.later()

        assert made.ref.kind == "lead"
        assert await crm.get(made.ref) == MergedInto(made.ref, deal)


async def test_a_lead_closed_as_done_without_a_deal_is_won() -> None:
    async with portal(is_simple=False) as (crm, fake, scene):
        lead = fake.human_adds_request(scene.card(), "Диван")
        fake.human_moves(lead, "CONVERTED")
        now = await crm.get(lead)

    assert isinstance(now, Snapshot)
    assert now.outcome == "won"


async def test_the_setting_outweighs_the_mode_of_the_portal() -> None:
    async with portal(is_simple=False, request_kind="deal", category_id=9) as (crm, fake, scene):
        made = await crm.create_request(request_of(scene.card()), key=KEY)
        (seen,) = fake.records(Entity.request)

        assert (made.ref.kind, seen["stage"]) == ("deal", "C9:NEW")
        assert called(fake, "crm.settings.mode.get") == 0


async def test_stages_of_leads_come_before_those_of_deals() -> None:
    async with portal(is_simple=False) as (crm, _, _scene):
        stages = (await crm.describe()).stages

    assert [stage.id for stage in stages if stage.outcome == "won"] == ["CONVERTED", "WON", "C9:WON"]
    assert {stage.pipeline for stage in stages} == {"", "0", "9"}


async def test_an_unknown_own_field_is_refused_here_since_the_portal_would_say_nothing() -> None:
    async with portal() as (crm, fake, _):
        with pytest.raises(PermanentFailure, match="UF_CRM_NOBODY") as refused:
            await crm.create_contact(replace(PERSON, fields={"UF_CRM_NOBODY": "x"}), key=KEY)

        assert refused.value.reason == "invalid"
        assert fake.records(Entity.contact) == []


async def test_an_own_field_is_read_as_it_was_written_whatever_its_type() -> None:
    given = {"UF_CRM_CITY": "тверь", "UF_CRM_BORN": "1990-05-01", "UF_CRM_VISITS": "5"}
    async with portal() as (crm, fake, _):
        made = await crm.create_contact(replace(PERSON, fields=given), key=KEY)
        kept = fake.records_kept.find(3, made.ref.id)
        city = kept["UF_CRM_CITY"]
        kept |= {"UF_CRM_BORN": "1990-05-01T03:00:00+03:00", "UF_CRM_VISITS": 5.0}
        now = await crm.get(made.ref, list(given))

    assert city == "45"
    assert now.fields == {**given, "UF_CRM_CITY": "Тверь"}


async def test_a_choice_that_a_list_does_not_have_is_refused() -> None:
    async with portal() as (crm, fake, _):
        with pytest.raises(PermanentFailure, match="Город"):
            await crm.create_contact(replace(PERSON, fields={"UF_CRM_CITY": "Омск"}), key=KEY)

        assert fake.records(Entity.contact) == []


async def test_what_is_longer_than_the_portal_keeps_is_cut_and_not_refused() -> None:
    marks = {"utm_source": "я" * 700}
    async with portal() as (crm, _, scene):
        await crm.create_contact(replace(PERSON, name="Ж" * 400, company="Ф" * 300, marks=marks), key=KEY)
        made = await crm.create_request(replace(request_of(scene.card()), title="Щ" * 300), key=OTHER_KEY)
        now = await crm.get(made.ref)

    assert now.values["name"] == "Щ" * 254 + "…"


async def test_a_portal_that_changed_its_mode_is_asked_again_the_next_day() -> None:
    async with portal() as (crm, fake, scene):
        card = scene.card()
        first = await crm.create_request(request_of(card), key=KEY)
        fake.records_kept.is_simple = False
        same = await crm.create_request(request_of(card), key=OTHER_KEY)
        scene.clock.advance(timedelta(days=1, seconds=1))
        next_day = await crm.create_request(request_of(card), key="third")

    assert [made.ref.kind for made in (first, same, next_day)] == ["deal", "deal", "lead"]


async def test_a_task_is_found_at_the_card_when_a_sales_chance_came_later() -> None:
    async with portal() as (crm, fake, scene):
        card = scene.card()
        made = await crm.add_task(TASK, Place(card), key=KEY)
        found = await crm.find_by_key(Entity.task, KEY, Place(card, fake.human_adds_request(card, "Диван")))

    assert found
    assert found.ref == made.ref


async def test_own_fields_are_listed_by_their_title() -> None:
    async with portal() as (crm, _, _scene):
        fields = {(field.entity, field.code): field.title for field in (await crm.describe()).fields}

    assert fields[Entity.contact, "UF_CRM_HUB_NOTE"] == "Заметка хаба"
    assert (Entity.contact, "updatedTime") not in fields


async def test_a_phone_that_stands_there_in_another_form_is_not_added_again() -> None:
    async with portal() as (crm, fake, scene):
        card = scene.card("Анна", ["8 (916) 123-45-67"])
        await crm.update_contact(card, Patch(phones=("+79161234567", "+79031112233")))
        (seen,) = fake.records(Entity.contact)

    assert seen["phones"] == ("8 (916) 123-45-67", "+79031112233")


async def test_a_source_the_portal_knows_is_set_and_another_one_is_told_in_words() -> None:
    async with portal() as (crm, fake, _):
        known = await crm.create_contact(replace(PERSON, source="Веб-сайт"), key=KEY)
        other = await crm.create_contact(replace(PERSON, source="Сарафан"), key=OTHER_KEY)
        first, second = (fake.records_kept.find(3, made.ref.id) for made in (known, other))

    assert (first["sourceId"], second.get("sourceId")) == ("WEB", None)
    assert second["sourceDescription"].startswith("Сарафан\ntelegram: @anna_petrova")


async def test_l8_a_company_is_made_once_and_joined_by_its_name() -> None:
    async with portal() as (crm, fake, _):
        first = await crm.create_contact(replace(PERSON, company="Ромашка"), key=KEY)
        second = await crm.create_contact(replace(PERSON, company="Ромашка"), key=OTHER_KEY)
        now = [await crm.get(made.ref) for made in (first, second)]
        await crm.update_contact(first.ref, Patch({"company": ""}))
        left = await crm.get(first.ref)

    assert len(fake.records(Entity.company)) == 1
    assert [each.values["company"] for each in now] == ["Ромашка", "Ромашка"]
    assert left.values["company"] == ""


async def test_more_than_twenty_cards_of_one_phone_are_the_twenty_oldest() -> None:
    async with portal() as (crm, fake, _):
        cards = [fake.human_adds_contact(f"Анна {n}", ["+79161234567"]) for n in range(25)]
        found = await crm.find_contacts(["+79161234567"], [])

    assert [match.ref for match in found] == cards[:20]


async def test_twenty_leads_of_a_phone_hide_no_card() -> None:
    async with portal(is_simple=False) as (crm, fake, scene):
        rows = [{"typeId": "PHONE", "value": "+79161234567"}]
        for n in range(21):
            fake.records_kept.add(1, {"title": f"Лид {n}", "fm": rows}, "3")
        card = scene.card("Анна", ["+79161234567"])

        assert [match.ref for match in await crm.find_contacts(["+79161234567"], [])] == [card]


async def test_many_numbers_are_asked_for_twenty_spellings_at_a_time() -> None:
    async with portal() as (crm, fake, scene):
        card = scene.card("Анна", ["+79161234599"])
        found = await crm.find_contacts([f"+791612345{n:02}" for n in range(88, 100)], [])

        assert [match.ref for match in found] == [card]
        assert called(fake, "crm.duplicate.findbycomm") == 3


async def test_cards_of_many_numbers_and_letters_are_all_compared() -> None:
    phones, mails = [f"+791612345{n:02}" for n in range(12)], [f"anna{n}@example.com" for n in range(20)]
    async with portal() as (crm, fake, _):
        cards = [fake.human_adds_contact(f"Анна {n}", [phones[n % 12]]) for n in range(40)]
        cards += [fake.human_adds_contact(f"Вера {n}", (), [mails[n]]) for n in range(20)]
        found = await crm.find_contacts(phones, mails)

    assert [match.ref for match in found] == cards


async def test_a_card_without_a_name_gets_one_since_the_portal_wants_it() -> None:
    async with portal() as (crm, fake, _):
        made = await crm.create_contact(replace(PERSON, name=" "), key=KEY)
        await crm.update_contact(made.ref, Patch({"name": ""}))

        assert [seen["name"] for seen in fake.records(Entity.contact)] == ["Клиент"]


async def test_an_amount_is_a_number_set_by_hand() -> None:
    async with portal() as (crm, fake, scene):
        made = await crm.create_request(replace(request_of(scene.card()), amount="1500.50"), key=KEY)
        now = await crm.get(made.ref)
        kept = fake.records_kept.find(2, made.ref.id)

    assert (kept["opportunity"], kept["isManualOpportunity"], now.values["amount"]) == (1500.5, "Y", "1500.5")


async def test_a_comment_says_who_where_and_when_in_the_zone_of_the_business() -> None:
    async with portal(zone="Asia/Vladivostok") as (crm, fake, scene):
        made = await crm.add_entry(ENTRY, Place(scene.card()), key=KEY)
        (seen,) = fake.records(Entity.entry)
        now = await crm.get(made.ref)

    first = seen["text"].splitlines()[0]
    at = ENTRY.at + timedelta(hours=10)
    assert first.startswith("[b]") and first.endswith("[/b]")
    assert [word for word in ("Анна Петрова", "Telegram", f"{at:%d.%m.%Y %H:%M}") if word not in first] == []
    assert (now.entity, "hub:" in now.values["text"]) == (Entity.entry, False)


async def test_a_webhook_writes_a_call_as_a_comment() -> None:
    async with portal() as (crm, fake, scene):
        await crm.add_entry(CALL, Place(scene.card()), key=KEY)
        (seen,) = fake.records(Entity.entry)

    assert seen["ref"].kind == "comment"
    assert "+79161234567" in seen["text"]


@pytest.mark.parametrize("text", ["Перезвонить", "Первое\nВторое", "Очень длинное дело. " * 20, "[b]Срочно[/b]"])
async def test_t4_a_task_reads_as_it_was_written(text: str) -> None:
    text = text.strip()
    async with portal() as (crm, _, scene):
        made = await crm.add_task(replace(TASK, text=text), Place(scene.card()), key=KEY)
        now = await crm.get(made.ref)

    assert (now.values["text"], now.values["done"], now.values["due_at"]) == (text, "", TASK.due_at.isoformat())


async def test_t4_a_finished_task_is_opened_changed_and_finished_again() -> None:
    async with portal() as (crm, fake, scene):
        made = await crm.add_task(replace(TASK, is_done=True), Place(scene.card()), key=KEY)
        moved = replace(TASK, due_at=TASK.due_at + timedelta(days=1), is_done=True)
        await crm.update_task(made.ref, moved)
        (seen,) = fake.records(Entity.task)
        await crm.update_task(made.ref, replace(moved, is_done=False))
        (opened,) = fake.records(Entity.task)

    assert (seen["is_done"], seen["due_at"], seen["key"]) == (True, moved.due_at, KEY)
    assert opened["is_done"] is False


async def test_t4_a_task_that_is_like_that_already_is_not_written() -> None:
    async with portal() as (crm, fake, scene):
        made = await crm.add_task(TASK, Place(scene.card()), key=KEY)
        await crm.update_task(made.ref, TASK)

        assert called(fake, "crm.activity.todo.update") == 0
        assert called(fake, "crm.activity.update") == 0


async def test_only_an_employee_of_the_hub_alone_makes_a_change_ours() -> None:
    async with portal(has_own_user=True) as (crm, fake, _):
        made = await crm.create_contact(PERSON, key=KEY)
        own = await crm.get(made.ref)
        fake.human_renames(made.ref, "Ольга")
        edited = await crm.get(made.ref)
    async with portal() as (crm, _, _scene):
        shared = await crm.get((await crm.create_contact(PERSON, key=KEY)).ref)

    assert (own.is_own, edited.is_own, edited.changed_by, shared.is_own) == (True, False, "3", False)


async def test_a_record_of_a_company_is_read_too() -> None:
    async with portal() as (crm, fake, _):
        company = fake.records_kept.add(4, {"title": "Ромашка"}, "3")
        now = await crm.get(CrmRef("company", str(company["id"])))

    assert (now.entity, now.values["name"]) == (Entity.company, "Ромашка")
