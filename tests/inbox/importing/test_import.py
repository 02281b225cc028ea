"""Importing files: whose card a row is, what it fills, what is reported instead of being made."""

import asyncio
from pathlib import Path
from typing import Any

import pytest

from hub.domain.errors import Conflict, FieldInvalid, NotFound, PermissionDenied
from hub.domain.ids import LineKey, ManagerId
from hub.domain.manager import Role
from hub.domain.rights import Person
from hub.inbox.importing.plan import Known, Wanted, make_plan
from hub.inbox.importing.run import import_sheet, list_imports, read_untaken
from hub.inbox.queries.reports.verify import verify
from hub.routing.build import to_policy
from hub.routing.document import parse_policy
from hub.store.imports_file import open_sheet
from tests.inbox.desk import ALWAYS_OPEN, Desk, person, says
from tests.inbox.importing.files import ADMIN, TABLES, bring_in, dump, try_out, write


async def untaken(desk: Desk, batch_id: int) -> list[tuple[int, str]]:
    return [(row.number, row.reason) async for row in read_untaken(desk.office, ADMIN, batch_id)]


async def one_client(desk: Desk, **columns: Any) -> int:
    """A client who wrote in Telegram and shared a phone."""
    await desk.receive(says("Здравствуйте", at=desk.now, by=person(100, name="Мария", phone="+79161234567")))
    return int((await desk.one("contacts"))["id"])


async def test_m2_a_row_makes_a_card_with_imported_addresses_and_nothing_moves(desk: Desk, tmp_path: Path) -> None:
    found = await bring_in(desk, write(tmp_path, "Имя;Телефон;E-mail", "Анна;8 (916) 123-45-67;Anna@Example.ru"))

    assert found.counts.verdicts == {"new": 1}
    assert (await desk.one("contacts"))["name"] == "Анна"
    rows = await desk.rows("identities", "true ORDER BY type")
    assert [(row["type"], row["value"], row["level"]) for row in rows] == [
        ("email", "anna@example.ru", "imported"),
        ("phone", "+79161234567", "imported"),
    ]
    for table in ("conversations", "waits", "deliveries", "timers", "leads", "ledger"):
        assert await desk.rows(table) == []


async def test_m4_a_known_address_fills_what_the_card_lacks_and_nothing_else(desk: Desk, tmp_path: Path) -> None:
    contact = await one_client(desk)
    path = write(
        tmp_path, "Имя;Телефон;Почта;Комментарий;Ответственный", "Маша;79161234567;m@example.ru;Любит чай;Анна"
    )
    found = await bring_in(desk, path)

    assert found.counts.verdicts == {"merged": 1}
    row = await desk.one("contacts")
    anna = (await desk.one("managers", "key = 'anna'"))["id"]
    assert (row["id"], row["name"], row["crm_owner_id"], row["fields"]) == (
        contact,
        "Мария",
        anna,
        {"note": "Любит чай"},
    )
    assert (await desk.one("identities", "type = 'phone'"))["level"] == "proven"
    assert (await desk.one("identities", "type = 'email'"))["contact_id"] == contact


async def test_m5_addresses_of_two_cards_make_nothing_and_are_reported(desk: Desk, tmp_path: Path) -> None:
    await bring_in(desk, write(tmp_path, "Имя;Телефон", "Анна;+79161110001", "Борис;+79161110002", name="a.csv"))
    before = await dump(desk)
    found = await bring_in(desk, write(tmp_path, "Имя;Тел 1;Тел 2", "Кто-то;+79161110001;+79161110002"))

    assert (found.counts.verdicts, found.reasons) == ({"ambiguous": 1}, {"several_cards": 1})
    assert await dump(desk) == before
    assert await untaken(desk, found.batch.id) == [(2, "several_cards")]


async def test_m4_another_telegram_of_the_same_phone_is_a_contradiction(desk: Desk, tmp_path: Path) -> None:
    await one_client(desk)
    found = await bring_in(desk, write(tmp_path, "Имя;Телефон;Telegram ID", "Маша;+79161234567;555"))

    assert found.reasons == {"other_person": 1}
    assert await desk.rows("identities", "value = '555'") == []


async def test_m7_a_shared_address_finds_no_card_and_makes_none(desk: Desk, tmp_path: Path) -> None:
    await bring_in(desk, write(tmp_path, "Имя;Телефон", "Офис;+74951234567", name="a.csv"))
    await desk.pool.execute("UPDATE identities SET is_shared = true")
    alone = write(tmp_path, "Имя;Телефон", "Анна;+74951234567", name="b.csv")
    with_own = write(tmp_path, "Имя;Телефон;Почта", "Борис;+74951234567;b@example.ru", name="c.csv")

    assert (await bring_in(desk, alone)).reasons == {"shared_address": 1}
    assert (await bring_in(desk, with_own)).counts.verdicts == {"new": 1}
    assert {row["name"] for row in await desk.rows("contacts")} == {"Офис", "Борис"}


async def test_m6_a_name_alone_finds_and_makes_nobody(desk: Desk, tmp_path: Path) -> None:
    found = await bring_in(desk, write(tmp_path, "Имя;Телефон", "Анна;", "Борис;не помню", "Вера;7,91612E+10"))

    assert await untaken(desk, found.batch.id) == [(2, "no_address"), (3, "unreadable_address"), (4, "lost_digits")]
    assert await desk.rows("contacts") == []


async def test_m15_the_address_of_a_colleague_makes_no_card(desk: Desk, tmp_path: Path) -> None:
    desk.staff["phone", "", "+79161234567"] = ManagerId(1)
    found = await bring_in(desk, write(tmp_path, "Имя;Телефон", "Анна;+79161234567"))

    assert found.reasons == {"colleague": 1}


async def test_m9_duplicates_in_the_file_become_one_card_across_chunks(desk: Desk, tmp_path: Path) -> None:
    rows = [f"Клиент {number};+7916{number:07};;{stage}" for number, stage in enumerate(("Новый", "Сделка", "") * 200)]
    again = ("Снова;89160000003;third@example.ru;Новый", ";89160000004;;Сделка", ";89160000005;;Новый")
    path = write(tmp_path, "Имя;Телефон;Почта;Этап", *rows, *again)
    tried, found = await try_out(desk, path), await bring_in(desk, path)

    assert tried.counts == found.counts
    assert (found.counts.verdicts, found.counts.leads) == ({"new": 600, "merged": 3}, 401)
    third = await desk.one("identities", "value = 'third@example.ru'")
    assert third["contact_id"] == (await desk.one("identities", "value = '+79160000003'"))["contact_id"]


async def test_l8_a_company_is_found_by_tax_number_or_name_and_made_once(desk: Desk, tmp_path: Path) -> None:
    path = write(
        tmp_path,
        "Имя;Телефон;Компания;ИНН",
        "Анна;+79161110001;Ромашка;7707083893",
        "Борис;+79161110002;РОМАШКА;",
        "Вера;+79161110003;Совсем другая;7707083893",
        "Глеб;+79161110004;Василёк;123",
    )
    found = await bring_in(desk, path)

    assert [row["name"] for row in await desk.rows("companies", "true ORDER BY id")] == ["Ромашка", "Василёк"]
    assert (found.counts.companies, found.remarks) == (2, {"bad_inn": 1})
    companies = [row["company_id"] for row in await desk.rows("contacts", "true ORDER BY id")]
    assert companies[0] == companies[1] == companies[2] != companies[3]


async def test_l8_a_company_known_before_is_found_where_every_client_is_new(desk: Desk, tmp_path: Path) -> None:
    await bring_in(desk, write(tmp_path, "Имя;Телефон;Компания", "Анна;+79161110001;Ромашка", name="a.csv"))
    await bring_in(desk, write(tmp_path, "Имя;Телефон;Компания", "Борис;+79161110002;ромашка", name="b.csv"))

    await desk.one("companies")


async def test_l8_a_name_that_several_companies_have_is_left_out(desk: Desk, tmp_path: Path) -> None:
    for number in (1, 2):
        await desk.pool.execute("INSERT INTO companies (id, name, created_at) VALUES ($1, 'Ромашка', now())", number)
    found = await bring_in(desk, write(tmp_path, "Имя;Телефон;Компания", "Анна;+79161110001;ромашка"))

    assert (found.counts.companies, found.remarks) == (0, {"several_companies": 1})
    assert (await desk.one("contacts"))["company_id"] is None


async def test_l8_a_company_that_somebody_makes_meanwhile_is_taken(desk: Desk, tmp_path: Path) -> None:
    path = write(tmp_path, "Имя;Телефон;Компания;ИНН", "Анна;+79161110001;Ромашка;7707083893")
    async with desk.pool.acquire() as somebody:
        making = somebody.transaction()
        await making.start()
        await somebody.execute(
            "INSERT INTO companies (id, name, inn, created_at) VALUES (1, 'Иначе', '7707083893', now())"
        )
        coming = asyncio.create_task(bring_in(desk, path))
        while not await desk.pool.fetchval("SELECT count(*) FROM pg_locks WHERE NOT granted"):
            await asyncio.sleep(0.01)
        await making.commit()
        await coming

    assert (await desk.one("contacts"))["company_id"] == 1
    await desk.one("companies")


async def test_l1_a_row_with_a_stage_makes_a_lead_that_stands_there(desk: Desk, tmp_path: Path) -> None:
    path = write(
        tmp_path,
        "Имя;Телефон;Этап;Сумма;Источник;utm_campaign;Дата создания;Причина отказа;Комментарий",
        "Анна;+79161110001;Связались;125 000 ₽;Выставка;осень;01.10.2026;;Ждёт счёт",
        "Борис;+79161110002;Отказ;;Сайт;;;Дорого;",
        "Вера;+79161110003;;;Рекомендация;зима;;;",
        "Глеб;+79161110004;На Луне;;;;;;",
    )
    found = await bring_in(desk, path)

    assert (found.counts.verdicts, found.counts.leads) == ({"new": 3, "refused": 1}, 2)
    assert await untaken(desk, found.batch.id) == [(5, "unknown_stage:На Луне")]
    anna, boris = await desk.rows("leads", "true ORDER BY id")
    assert (anna["stage"], anna["amount"], anna["source"]) == ("contacted", "125000.00", "Выставка")
    assert (anna["origin"], anna["fields"]) == ({"utm_campaign": "осень"}, {"note": "Ждёт счёт"})
    assert anna["created_at"].isoformat() == "2026-09-30T21:00:00+00:00"
    assert (boris["state"], boris["loss_reason"], boris["closed_at"]) == ("lost", "price", boris["created_at"])
    vera = await desk.one("contacts", "name = 'Вера'")
    assert vera["fields"] == {"source": "Рекомендация", "utm_campaign": "зима"}


async def test_rp2_imported_leads_are_told_by_their_facts(desk: Desk, tmp_path: Path) -> None:
    rows = ("Анна;+79161110001;Связались;5;", "Борис;+79161110002;Отказ;;Дорого", "Вера;+79161110003;Сделка;7;")
    await bring_in(desk, write(tmp_path, "Имя;Телефон;Этап;Сумма;Причина отказа", *rows))
    verdict = await verify(desk.office, ADMIN)

    assert (verdict.leads, verdict.differences) == (3, [])


async def test_m13_an_open_lead_is_gone_on_with_and_filled(desk: Desk, tmp_path: Path) -> None:
    await one_client(desk)
    await bring_in(desk, write(tmp_path, "Телефон;Этап;Сумма;Источник;utm_term", "+79161234567;Новый;500;Сайт;стул"))

    lead = await desk.one("leads")
    assert (lead["stage"], lead["amount"], lead["source"]) == ("new", "500.00", "Сайт")
    assert lead["origin"] == {"utm_term": "стул"}


async def test_m13_a_lead_that_has_ended_is_not_made_again_by_the_next_export(desk: Desk, tmp_path: Path) -> None:
    for name in ("a.csv", "b.csv"):
        await bring_in(desk, write(tmp_path, f"Имя;Телефон;Этап;{name}", "Анна;+79161110001;Сделка;", name=name))

    await desk.one("leads")


async def test_every_row_makes_a_lead_where_that_is_wanted(desk: Desk, tmp_path: Path) -> None:
    await bring_in(desk, write(tmp_path, "Имя;Телефон;Источник", "Анна;+79161110001;Сайт"), makes_leads=True)

    assert (await desk.one("leads"))["source"] == "Сайт"


async def test_l7_own_fields_are_typed_by_the_rules_and_tags_are_kept(desk: Desk, tmp_path: Path) -> None:
    desk.rules.append(policy_with_fields())
    path = write(
        tmp_path, "Имя;Телефон;День рождения;Теги", "Анна;+79161110001;07.03.1990;опт, vip", "Б;+79161110002;?;"
    )
    found = await bring_in(desk, path)

    anna, boris = await desk.rows("contacts", "true ORDER BY id")
    assert (anna["fields"], anna["tags"], boris["fields"]) == ({"birthday": "1990-03-07"}, ["опт", "vip"], {})
    assert found.remarks == {"bad_value": 1}


def policy_with_fields() -> Any:
    own = '[leads.contact_fields.birthday]\nname = "День рождения"\ntype = "date"\n'
    return to_policy(parse_policy(ALWAYS_OPEN + own), 2)


async def test_who_is_responsible_is_known_by_name_key_or_mailbox(desk: Desk, tmp_path: Path) -> None:
    ivan = (await desk.one("managers", "key = 'ivan'"))["id"]
    desk.staff["email", "", "ivan@romashka.ru"] = ManagerId(ivan)
    path = write(
        tmp_path,
        "Имя;Телефон;Ответственный",
        "Анна;+79161110001;ИВАН",
        "Борис;+79161110002;ivan@romashka.ru",
        "Вера;+79161110003;Никто",
    )
    found = await bring_in(desk, path)

    owners = [row["crm_owner_id"] for row in await desk.rows("contacts", "true ORDER BY id")]
    assert (owners, found.remarks) == ([ivan, ivan, None], {"unknown_responsible": 1})


async def test_a_file_that_is_in_is_not_taken_twice(desk: Desk, tmp_path: Path) -> None:
    path = write(tmp_path, "Имя;Телефон", "Анна;+79161110001")
    batch = (await bring_in(desk, path)).batch
    with pytest.raises(Conflict, match=f"batch {batch.id}; take it back first with --undo {batch.id}"):
        await bring_in(desk, path)


async def test_what_columns_mean_is_remembered_for_the_same_headers(desk: Desk, tmp_path: Path) -> None:
    first = write(tmp_path, "Кто;Куда звонить", "Анна;+79161110001", name="a.csv")
    with pytest.raises(FieldInvalid, match="no column is known as a phone"):
        await try_out(desk, first)
    await bring_in(desk, first, said={"Куда звонить": "phone", "Кто": "name"})
    plan = await make_plan(
        desk.office, ADMIN, Wanted(open_sheet(write(tmp_path, "Кто;Куда звонить", "Борис;+79161110002", name="b.csv")))
    )

    assert (plan.columns, plan.known) == (("name", "phone"), Known.remembered)


@pytest.mark.parametrize(
    ("said", "refusal"),
    [
        ({"Нет такой": "phone"}, "there is no column"),
        ({"Имя": "nothing"}, "is nothing a column can mean"),
        ({"Имя": "company", "Фирма": "company"}, "several columns mean it: Имя, Фирма"),
        ({"Телефон": "-"}, "no column is known as a phone"),
    ],
)
async def test_a_meaning_that_fits_nothing_is_refused(
    desk: Desk, tmp_path: Path, said: dict[str, str], refusal: str
) -> None:
    path = write(tmp_path, "Имя;Телефон;Фирма", "Анна;+79161110001;Ромашка")
    with pytest.raises(FieldInvalid, match=refusal):
        await bring_in(desk, path, said=said)
    assert await desk.rows("import_batches") == []


async def test_a_dry_run_counts_what_the_import_does_and_writes_nothing(desk: Desk, tmp_path: Path) -> None:
    await one_client(desk)
    path = write(
        tmp_path,
        "Имя;Телефон;Почта;Компания;Этап",
        "Анна;+79161110001;a@example.ru;Ромашка;Новый",
        "Анна снова;+79161110001;;Ромашка;Новый",
        "Мария;+79161234567;;;",
        "Двое;+79161234567;a@example.ru;;",
        "Никто;;;;",
    )
    before = await dump(desk)
    tried = await try_out(desk, path)

    assert await dump(desk) == before
    assert await desk.rows("import_batches") == []
    found = await bring_in(desk, path)
    assert (tried.counts, dict(tried.reasons)) == (found.counts, found.reasons)
    assert tried.counts.verdicts == {"new": 1, "merged": 2, "ambiguous": 1, "refused": 1}
    assert [(each.row.number, each.row.verdict.value) for each in tried.preview] == [
        (2, "new"),
        (3, "merged"),
        (4, "merged"),
        (5, "ambiguous"),
        (6, "refused"),
    ]


async def test_rg1_rg7_only_an_administrator_imports_and_nobody_else_learns_of_it(desk: Desk, tmp_path: Path) -> None:
    wanted = Wanted(open_sheet(write(tmp_path, "Имя;Телефон", "Анна;+79161110001")))
    for role in (Role.manager, Role.head):
        actor = Person(ManagerId(1), role, frozenset({LineKey("sales")}))
        with pytest.raises((NotFound, PermissionDenied)):
            await import_sheet(desk.office, actor, wanted)
        with pytest.raises((NotFound, PermissionDenied)):
            await list_imports(desk.office, actor)
    assert {table: len(await desk.rows(table)) for table in TABLES} == dict.fromkeys(TABLES, 0)


async def test_rg6_an_import_is_an_audit_fact_without_what_was_read(desk: Desk, tmp_path: Path) -> None:
    batch = (await bring_in(desk, write(tmp_path, "Имя;Телефон", "Анна;+79161110001"))).batch

    fact = await desk.one("audit")
    assert (fact["action"], fact["subject"], fact["facts"]) == ("imported", f"import:{batch.id}", {"rows": 1})
