"""CRMs in the policy document: what is written reaches the rules; what cannot work or the CRM lacks is refused."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hub.domain.crm_rules import CrmRules
from hub.domain.errors import PolicyInvalid
from hub.domain.stages import DEFAULT_STAGES, StageState
from hub.routing.build import to_policy
from hub.routing.crm_known import KnownCrm, KnownStage, list_missing
from hub.routing.crm_rules import CrmSection, Sections, build_crm_rules
from hub.routing.document import diff, parse_policy, write_policy
from hub.routing.doubts import list_doubts
from tests.routing.test_document import AT, SMALL

OWN_FIELDS = """
[leads.contact_fields.city]
name = "Город"
[leads.contact_fields.birthday]
name = "День рождения"
type = "date"
[leads.fields.area]
name = "Площадь"
type = "number"
"""
BITRIX = """
[crm.bitrix]
pipeline = "0"
history = false
[crm.bitrix.stages]
new = "NEW"
won = "WON"
[crm.bitrix.contact_fields]
city = "UF_CRM_CITY"
[crm.bitrix.lead_fields]
product = "UF_CRM_PRODUCT"
"""
THERE = KnownCrm(
    stages={
        "NEW": KnownStage("Новая", pipeline="0"),
        "C5:NEW": KnownStage("Новая", pipeline="5"),
        "WON": KnownStage("Успех", StageState.won, "0"),
        "LOSE": KnownStage("Провал", StageState.lost, "0"),
    },
    contact_fields={"UF_CRM_CITY": "Город", "POST": "Должность"},
    lead_fields={"UF_CRM_PRODUCT": "Продукт"},
)


def crms(text: str) -> dict[str, CrmRules]:
    return dict(to_policy(parse_policy(SMALL + OWN_FIELDS + text), 1).crms)


def sections(text: str) -> Sections:
    return parse_policy(SMALL + OWN_FIELDS + text).crm


def refused(text: str) -> tuple[str, str]:
    """Return what is said of a document in Russian and in English."""
    with pytest.raises(PolicyInvalid) as found:
        parse_policy(SMALL + OWN_FIELDS + text)
    return found.value.words.ru, found.value.words.en


def missing(text: str, there: KnownCrm = THERE) -> list[tuple[str, str]]:
    return [(each.say("ru"), each.say("en")) for each in list_missing(sections(text), {"bitrix": there})]


def doubts(text: str, known: dict[str, KnownCrm] | None) -> list[tuple[str, str]]:
    document = parse_policy(SMALL + OWN_FIELDS + text)
    return [(each.say("ru"), each.say("en")) for each in list_doubts(document, AT, crms=known)]


# ---------------------------------------------------------------- values


def test_everything_written_reaches_the_rules_of_the_connection():
    assert crms(BITRIX) == {
        "bitrix": CrmRules(
            stages={"new": "NEW", "won": "WON"},
            contact_fields={"city": "UF_CRM_CITY"},
            lead_fields={"product": "UF_CRM_PRODUCT"},
            pipeline="0",
            makes_requests=True,
            brings_history=False,
        )
    }


def test_a_section_that_says_nothing_leaves_the_usual_rules():
    assert crms("[crm.'Битрикс, основной']\n") == {"Битрикс, основной": CrmRules()}
    assert crms("") == {}


def test_leads_and_history_may_stay_here():
    (rules,) = crms("[crm.bitrix]\nleads = false\nhistory = false\n").values()

    assert (rules.makes_requests, rules.brings_history) == (False, False)


def test_several_stages_of_ours_may_be_one_there():
    (rules,) = crms("[crm.bitrix.stages]\ncontacted = 'WORK'\nwaiting = 'WORK'\n").values()

    assert rules.stages == {"contacted": "WORK", "waiting": "WORK"}


def test_one_code_may_be_a_field_of_cards_and_another_of_leads():
    assert crms("[crm.bitrix.contact_fields]\ncity = 'X'\n[crm.bitrix.lead_fields]\narea = 'X'\n")


# ---------------------------------------------------------------- text and back

CODES = st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=12).map(str.strip).filter(bool)
SECTIONS = st.builds(
    CrmSection,
    pipeline=CODES | st.just(""),
    leads=st.booleans(),
    history=st.booleans(),
    stages=st.dictionaries(st.sampled_from([stage.key for stage in DEFAULT_STAGES]), CODES),
    contact_fields=st.lists(CODES, unique=True, max_size=2).map(
        lambda codes: dict(zip(("city", "birthday"), codes, strict=False))
    ),
    lead_fields=st.lists(CODES, unique=True, max_size=2).map(
        lambda codes: dict(zip(("area", "product"), codes, strict=False))
    ),
)
NAMES = st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=20)


@given(st.dictionaries(NAMES, SECTIONS, max_size=3))
@settings(deadline=None)
def test_any_mapping_survives_the_document_and_its_rules_are_the_same(written: dict[str, CrmSection]):
    document = parse_policy(SMALL + OWN_FIELDS).model_copy(update={"crm": written})
    read = parse_policy(write_policy(document))

    assert read == document
    assert write_policy(read) == write_policy(document)
    assert to_policy(read, 1).crms == build_crm_rules(written)


def test_a_difference_is_a_line_with_its_place():
    old, new = (parse_policy(SMALL + OWN_FIELDS + text) for text in (BITRIX, BITRIX.replace("CITY", "TOWN")))

    assert diff(old, new) == ["crm.bitrix.contact_fields.city: UF_CRM_CITY → UF_CRM_TOWN"]


# ---------------------------------------------------------------- faults


@pytest.mark.parametrize(
    ("text", "ru", "en"),
    [
        (
            "[crm.bitrix.stages]\nsold = 'WON'",
            "crm.bitrix.stages.sold: нет этапа «sold»; есть: new, contacted, need_confirmed, proposal_sent, waiting, "
            "won, lost; заведите его: [[leads.stages]] с key = 'sold'",
            "crm.bitrix.stages.sold: 'sold' is no stage; there are: new, contacted, need_confirmed, proposal_sent, "
            "waiting, won, lost; or write [[leads.stages]] with key = 'sold'",
        ),
        (
            "[crm.bitrix.contact_fields]\narea = 'X'",
            "crm.bitrix.contact_fields.area: нет поля «area»; есть: city, birthday; заведите его: "
            "[leads.contact_fields.area]",
            "crm.bitrix.contact_fields.area: 'area' is no field; there are: city, birthday; or write "
            "[leads.contact_fields.area]",
        ),
        (
            "[crm.bitrix.lead_fields]\ncity = 'X'",
            "crm.bitrix.lead_fields.city: нет поля «city»; есть: area, product; заведите его: [leads.fields.city]",
            "crm.bitrix.lead_fields.city: 'city' is no field; there are: area, product; or write [leads.fields.city]",
        ),
        (
            "[crm.bitrix.lead_fields]\namount = 'OPPORTUNITY'",
            "crm.bitrix.lead_fields.amount: это хаб переносит сам, код не нужен; уберите строку",
            "crm.bitrix.lead_fields.amount: the hub brings this over by itself and needs no code; take the line out",
        ),
        (
            "[crm.bitrix.lead_fields]\nloss_reason = 'X'",
            "crm.bitrix.lead_fields.loss_reason: нет поля «loss_reason»; есть: area, product; уберите строку",
            "crm.bitrix.lead_fields.loss_reason: 'loss_reason' is no field; there are: area, product; take the line "
            "out",
        ),
        (
            "[crm.bitrix.contact_fields]\ncity = ' '",
            "crm.bitrix.contact_fields.city: сюда ничего не вписано; впишите код из CRM или уберите строку",
            "crm.bitrix.contact_fields.city: nothing is written here; write the code of the CRM, or take the line out",
        ),
        (
            "[crm.bitrix.stages]\nwon = ''",
            "crm.bitrix.stages.won: сюда ничего не вписано; впишите код из CRM или уберите строку",
            "crm.bitrix.stages.won: nothing is written here; write the code of the CRM, or take the line out",
        ),
        (
            "[crm.bitrix.contact_fields]\ncity = 'UF_1'\nbirthday = ' UF_1 '",
            "crm.bitrix.contact_fields: в «UF_1» пишут сразу city, birthday; оставьте одно из них или дайте каждому "
            "свой код",
            "crm.bitrix.contact_fields: 'UF_1' is written by city, birthday at once; leave one of them, or give each "
            "its own code",
        ),
        (
            "[crm.bitrix]\nlead = true",
            "crm.bitrix.lead: неизвестный ключ; проверьте написание по docs/policy.md",
            "crm.bitrix.lead: unknown key; compare with docs/policy.md",
        ),
        (
            "[crm.bitrix]\npipeline = 0",
            "crm.bitrix.pipeline: нужен текст в кавычках",
            "crm.bitrix.pipeline: Input should be a valid string",
        ),
    ],
)
def test_what_cannot_work_is_refused_with_place_reason_and_mend(text: str, ru: str, en: str):
    assert refused(text) == (ru, en)


def test_a_document_without_own_fields_is_told_that_there_are_none():
    with pytest.raises(
        PolicyInvalid, match=r"'city' is no field; there are: none; or write \[leads.contact_fields.city"
    ):
        parse_policy(SMALL + "[crm.bitrix.contact_fields]\ncity = 'X'\n")


def test_stages_of_ones_own_are_the_ones_that_count():
    stages = "".join(
        f"[[leads.stages]]\nkey = '{key}'\nname = '{key}'\nstate = '{state}'\n"
        for key, state in (("start", "open"), ("won", "won"), ("lost", "lost"))
    )

    assert crms(stages + "[crm.bitrix.stages]\nstart = 'NEW'\n")["bitrix"].stages == {"start": "NEW"}
    assert "нет этапа «new»; есть: start, won, lost" in refused(stages + "[crm.bitrix.stages]\nnew = 'NEW'\n")[0]


# ---------------------------------------------------------------- what the CRM has


def test_what_the_crm_has_is_not_refused_and_not_doubted():
    assert missing(BITRIX) == []
    assert doubts(BITRIX, {"bitrix": THERE}) == []


@pytest.mark.parametrize(
    ("old", "new", "ru", "en"),
    [
        (
            'won = "WON"',
            'won = "WIN"',
            "crm.bitrix.stages.won: в CRM нет «WIN»; есть: WON (Успех), NEW (Новая), C5:NEW (Новая), LOSE (Провал); "
            "впишите нужное, заведите его там или уберите строку",
            "crm.bitrix.stages.won: the CRM has no 'WIN'; there are: WON (Успех), NEW (Новая), C5:NEW (Новая), LOSE "
            "(Провал); write the right one, make it there, or take the line out",
        ),
        (
            "UF_CRM_CITY",
            "UF_CRM_SITY",
            "crm.bitrix.contact_fields.city: в CRM нет «UF_CRM_SITY»; есть: UF_CRM_CITY (Город), POST (Должность); "
            "впишите нужное, заведите его там или уберите строку",
            "crm.bitrix.contact_fields.city: the CRM has no 'UF_CRM_SITY'; there are: UF_CRM_CITY (Город), POST "
            "(Должность); write the right one, make it there, or take the line out",
        ),
        (
            "UF_CRM_PRODUCT",
            "UF_CRM_CITY",
            "crm.bitrix.lead_fields.product: в CRM нет «UF_CRM_CITY»; есть: UF_CRM_PRODUCT (Продукт); впишите нужное, "
            "заведите его там или уберите строку",
            "crm.bitrix.lead_fields.product: the CRM has no 'UF_CRM_CITY'; there are: UF_CRM_PRODUCT (Продукт); write "
            "the right one, make it there, or take the line out",
        ),
        (
            'pipeline = "0"',
            'pipeline = "7"',
            "crm.bitrix.pipeline: в CRM нет «7»; есть: 0, 5; впишите нужное, заведите его там или уберите строку",
            "crm.bitrix.pipeline: the CRM has no '7'; there are: 0, 5; write the right one, make it there, or take the "
            "line out",
        ),
    ],
)
def test_what_the_crm_does_not_have_is_named_with_what_is_spelt_most_like_it(old: str, new: str, ru: str, en: str):
    assert missing(BITRIX.replace(old, new)) == [(ru, en)]


def test_of_many_fields_only_the_likeliest_are_named():
    there = KnownCrm(contact_fields={f"UF_{number:03}": "" for number in range(200)})
    ((_, said),) = missing("[crm.bitrix.contact_fields]\ncity = 'UF_1500'\n", there)

    assert "UF_150, " in said and said.count("UF_") == 1 + 8 and ", …;" in said


def test_a_crm_that_names_no_stages_and_fields_is_not_compared():
    assert missing(BITRIX, KnownCrm()) == []
    assert doubts(BITRIX, {"bitrix": KnownCrm()}) == []


def test_a_crm_that_is_not_connected_is_doubted_and_those_that_are_stand_beside_it():
    assert list_missing(sections(BITRIX), {}) == []
    assert doubts(BITRIX, {"Битрикс24": THERE}) == [
        (
            "crm.bitrix: CRM «bitrix» не подключена, раздел ни на что не влияет; подключены: «Битрикс24»; исправьте "
            "имя или подключите: hub connect ВИД --name 'bitrix'",
            "crm.bitrix: no CRM 'bitrix' is connected, the section does nothing; there are: 'Битрикс24'; mend the "
            "name, or connect it: hub connect KIND --name 'bitrix'",
        )
    ]


def test_a_crm_that_nobody_could_ask_is_doubted():
    ((ru, en),) = doubts(BITRIX, {"bitrix": KnownCrm(is_described=False)})

    assert "этапы и коды полей не сверены" in ru and "hub check" in ru
    assert "are not compared" in en and "hub check" in en


def test_without_a_hub_nothing_is_said_of_connections():
    assert doubts(BITRIX, None) == []


@pytest.mark.parametrize(
    ("there", "ru", "en"),
    [
        ("LOSE", "у нас «won» — сделка, а «LOSE» там — отказ", "'won' is won here, and 'LOSE' is lost there"),
        ("NEW", "у нас «won» — сделка, а «NEW» там — лид в работе", "'won' is won here, and 'NEW' is open there"),
    ],
)
def test_a_stage_that_means_something_else_there_is_doubted(there: str, ru: str, en: str):
    ((said, told),) = doubts(BITRIX.replace('won = "WON"', f'won = "{there}"'), {"bitrix": THERE})

    assert said.startswith(f"crm.bitrix.stages.won: {ru}") and told.startswith(f"crm.bitrix.stages.won: {en}")


def test_a_stage_of_another_pipeline_is_doubted_where_one_is_named():
    text = BITRIX.replace('new = "NEW"', 'new = "C5:NEW"')
    ((said, told),) = doubts(text, {"bitrix": THERE})

    assert "«C5:NEW» стоит в воронке «5», а лиды начинаются в «0»; возьмите этап из неё" in said
    assert "'C5:NEW' belongs to the pipeline '5' and leads begin in '0'; take a stage of that one" in told
    assert doubts(text.replace('pipeline = "0"', ""), {"bitrix": THERE}) == []


def test_a_pipeline_of_a_crm_that_has_none_is_doubted():
    there = KnownCrm(stages={"NEW": KnownStage("Новая"), "WON": KnownStage("Успех", StageState.won)})
    ((said, told),) = doubts(BITRIX, {"bitrix": there})

    assert said == "crm.bitrix.pipeline: воронок эта CRM не назвала, строка ни на что не влияет; уберите её"
    assert told == "crm.bitrix.pipeline: the CRM names no pipelines, the line does nothing; take it out"
    assert missing(BITRIX, there) == []


def test_what_is_written_for_leads_that_stay_here_is_doubted():
    ((said, told),) = doubts(BITRIX.replace("history = false", "leads = false"), None)

    assert "(leads = false), pipeline, stages, lead_fields ни на что не влияет" in said
    assert "(leads = false), pipeline, stages, lead_fields does nothing" in told
