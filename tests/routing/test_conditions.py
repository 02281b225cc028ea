"""Conditions: what fits, what they say of themselves, and that hostile patterns stay harmless (case 102)."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from pydantic import TypeAdapter, ValidationError

from hub.domain.calendar import Calendar, Hours
from hub.domain.facts import RequestFacts
from hub.routing.conditions import Condition, explain_all, list_calendar_keys
from hub.routing.groups import compile_all

OFFICE = Calendar(ZoneInfo("UTC"), ((Hours(timedelta(hours=9), timedelta(hours=18)),),) * 7)
NIGHT = Calendar(ZoneInfo("UTC"), ((Hours(timedelta(0), timedelta(hours=6)),),) * 7)
CALENDARS = {"": OFFICE, "night": NIGHT}
ADAPTER: TypeAdapter[Condition] = TypeAdapter(Condition)
REQUEST = RequestFacts(
    at=datetime(2026, 11, 18, 12, 0, tzinfo=UTC),
    connection="Бот магазина",
    channel="telegram",
    form="Заявка",
    dialled="+74951234567",
    language="en-GB",
    text="Пришлите ОПТОВЫЙ прайс, зелёный",
    source="vk",
    marks={"utm_source": "Yandex"},
    tags=frozenset({"vip"}),
)


def fits(condition: dict[str, object]) -> bool:
    return ADAPTER.validate_python(condition).compile(CALENDARS)(REQUEST)


@pytest.mark.parametrize(
    ("condition", "expected"),
    [
        ({"kind": "connection", "names": ["Бот магазина", "Почта"]}, True),
        ({"kind": "connection", "names": ["Почта"]}, False),
        ({"kind": "channel", "names": ["telegram"]}, True),
        ({"kind": "channel", "names": ["email"]}, False),
        ({"kind": "form", "names": ["Заявка"]}, True),
        ({"kind": "form", "names": ["Возврат"]}, False),
        ({"kind": "dialled", "numbers": ["8 (495) 123-45-67"]}, True),
        ({"kind": "dialled", "numbers": ["+7 495 765-43-21"]}, False),
        ({"kind": "language", "names": ["EN"]}, True),
        ({"kind": "language", "names": ["ru"]}, False),
        ({"kind": "text", "words": ["опт"]}, True),
        ({"kind": "text", "words": ["розниц", "Зеленый"]}, True),
        ({"kind": "text", "words": ["розниц", "красный"]}, False),
        ({"kind": "regex", "pattern": "опт(ов|ом)"}, True),
        ({"kind": "regex", "pattern": "^прайс"}, False),
        ({"kind": "tag", "names": ["vip", "опт"]}, True),
        ({"kind": "tag", "names": ["опт"]}, False),
        ({"kind": "time", "hours": "open"}, True),
        ({"kind": "time", "hours": "closed"}, False),
        ({"kind": "time", "hours": "closed", "calendar": "night"}, True),
        ({"kind": "source", "names": ["vk"]}, True),
        ({"kind": "source", "names": ["yandex"]}, False),
        ({"kind": "mark", "name": "utm_source", "values": ["yandex"]}, True),
        ({"kind": "mark", "name": "utm_campaign", "values": ["yandex"]}, False),
        ({"kind": "not", "of": {"kind": "tag", "names": ["vip"]}}, False),
        ({"kind": "any", "of": [{"kind": "tag", "names": ["опт"]}, {"kind": "text", "words": ["прайс"]}]}, True),
        ({"kind": "any", "of": [{"kind": "tag", "names": ["опт"]}, {"kind": "text", "words": ["цена"]}]}, False),
        ({"kind": "all", "of": [{"kind": "tag", "names": ["vip"]}, {"kind": "text", "words": ["прайс"]}]}, True),
        ({"kind": "all", "of": [{"kind": "tag", "names": ["vip"]}, {"kind": "text", "words": ["цена"]}]}, False),
    ],
    ids=str,
)
def test_r1_conditions_fit_what_they_say(condition: dict[str, object], expected: bool):
    assert fits(condition) is expected


@pytest.mark.parametrize(
    ("condition", "ru", "en"),
    [
        ({"kind": "text", "words": ["опт"]}, "текст содержит „опт“", "text contains 'опт'"),
        (
            {"kind": "text", "words": ["опт", "прайс"]},
            "текст содержит „опт“ или „прайс“",
            "text contains 'опт' or 'прайс'",
        ),
        ({"kind": "regex", "pattern": "опт.*"}, "текст подходит под выражение опт.*", "text matches the pattern опт.*"),
        ({"kind": "connection", "names": ["Бот"]}, "подключение „Бот“", "connection 'Бот'"),
        ({"kind": "channel", "names": ["email"]}, "канал „email“", "channel 'email'"),
        ({"kind": "form", "names": ["Заявка"]}, "форма „Заявка“", "form 'Заявка'"),
        (
            {"kind": "dialled", "numbers": ["84951234567"]},
            "набранный номер „+74951234567“",
            "dialled number '+74951234567'",
        ),
        ({"kind": "language", "names": ["en"]}, "язык „en“", "language 'en'"),
        ({"kind": "tag", "names": ["vip"]}, "метка клиента „vip“", "client's tag 'vip'"),
        ({"kind": "source", "names": ["vk"]}, "источник „vk“", "source 'vk'"),
        ({"kind": "mark", "name": "utm_source", "values": ["vk"]}, "метка utm_source „vk“", "mark utm_source 'vk'"),
        ({"kind": "time", "hours": "open"}, "рабочее время", "open hours"),
        ({"kind": "time", "hours": "closed", "calendar": "night"}, "нерабочее время (night)", "closed hours (night)"),
        (
            {"kind": "not", "of": {"kind": "tag", "names": ["vip"]}},
            "не (метка клиента „vip“)",
            "not (client's tag 'vip')",
        ),
        (
            {"kind": "any", "of": [{"kind": "tag", "names": ["a"]}, {"kind": "source", "names": ["b"]}]},
            "(метка клиента „a“ или источник „b“)",
            "(client's tag 'a' or source 'b')",
        ),
        (
            {"kind": "all", "of": [{"kind": "tag", "names": ["a"]}, {"kind": "source", "names": ["b"]}]},
            "метка клиента „a“ и источник „b“",
            "client's tag 'a' and source 'b'",
        ),
    ],
    ids=str,
)
def test_r1_conditions_explain_themselves_in_both_languages(condition: dict[str, object], ru: str, en: str):
    said = ADAPTER.validate_python(condition).explain()

    assert (said.ru, said.en) == (ru, en)


def test_r1_no_condition_fits_every_request_and_says_so():
    assert compile_all([], CALENDARS)(REQUEST)
    assert (explain_all([]).ru, explain_all([]).en) == ("любой запрос", "any request")


def test_r1_calendars_are_found_inside_nested_conditions():
    night = {"kind": "time", "hours": "open", "calendar": "night"}
    nested = {"kind": "not", "of": {"kind": "any", "of": [night, {"kind": "tag", "names": ["vip"]}]}}

    assert list_calendar_keys(ADAPTER.validate_python(nested)) == ["night"]


@pytest.mark.parametrize(
    "condition",
    [
        {"kind": "unknown"},
        {"kind": "text", "words": []},
        {"kind": "text", "words": ["  "]},
        {"kind": "text", "words": ["a"], "word": "b"},
        {"kind": "regex", "pattern": "(a"},
        {"kind": "regex", "pattern": "(?=a)"},
        {"kind": "regex", "pattern": "a" * 501},
        {"kind": "dialled", "numbers": ["112"]},
        {"kind": "time", "hours": "sometimes"},
        {"kind": "any", "of": []},
    ],
    ids=str,
)
def test_r1_what_cannot_be_a_condition_is_refused(condition: dict[str, object]):
    with pytest.raises(ValidationError):
        ADAPTER.validate_python(condition)


@pytest.mark.parametrize("pattern", ["(a+)+$", "^(a|a)*$", "(.*a){20}$"])
def test_case102_hostile_patterns_end_on_hostile_texts(pattern: str):
    matches = ADAPTER.validate_python({"kind": "regex", "pattern": pattern}).compile(CALENDARS)

    assert not matches(RequestFacts(at=REQUEST.at, text="a" * 50_000 + "!"))


def test_case102_a_lone_surrogate_in_a_text_is_no_error():
    matches = ADAPTER.validate_python({"kind": "regex", "pattern": "опт"}).compile(CALENDARS)

    assert matches(RequestFacts(at=REQUEST.at, text="\ud800опт"))
