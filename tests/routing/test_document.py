"""The policy document: read as a whole, faults with their place, written back, compared, built into values."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.domain.calendar import Hours
from hub.domain.errors import ConfigError
from hub.domain.facts import RequestFacts
from hub.domain.ids import LineKey
from hub.domain.ladder import Recipient
from hub.domain.line import AutoText, LineMode, OwnerOffShift, PhoneMasking, StrategyName
from hub.domain.policy import LinePolicy
from hub.domain.wait import WaitKind
from hub.routing.build import to_policy
from hub.routing.decide import choose_line
from hub.routing.document import DEFAULT_POLICY, diff, parse_policy, write_policy
from hub.routing.spelling import read_days, read_duration, read_hours, write_duration
from hub.routing.toml import write_toml

AT = datetime(2026, 11, 18, 12, 0, tzinfo=UTC)
SMALL = """
[calendars.office.hours]
mon-fri = ["09:00-18:00"]

[lines.sales]
name = "Продажи"
"""
FULL = (
    """
[business]
name = "Лампа"
zone = "Asia/Yekaterinburg"
calendar = "office"
default_line = "support"
internal_numbers = ["8 495 123-45-67"]

[calendars.office]
country = "RU"
exceptions = [
    { date = 2026-12-31, hours = ["09:00-15:00"] },
    { date = 2026-12-30 },
    { date = 2026-12-26, like = "mon" },
]
[calendars.office.hours]
mon-fri = ["14:00-18:00", "09:00-13:00"]
[calendars.night]
zone = "Europe/Moscow"
hours = { fri = ["22:00-06:00"] }

[managers.anna]
skills = ["опт"]
capacity = 3
shift = "night"
quiet_hours = ["22:00-08:00"]

[lines.sales]
name = "Продажи"
calendar = "night"
mode = "observe"
team = ["anna"]
duty = "anna"
strategy = "offer_all"
capacity = 7
owner_off_shift = "wait"
reopen_window = "14d"
lead_window = "60d"
phone_masking = "always"
thanks_filter = true
take_over = true
targets = { first_response = "1h30m", first_response_by_channel = { email = "2h" } }
accept = { offer = "1m" }
calls = { min_talk = "15s", written_answer_is_enough = false }
ladder = [{ percent = 100, recipients = ["owner"] }]
[lines.sales.texts.ru]
welcome = "Здравствуйте, {{client.first_name|друг}}!"
[lines.support]
name = "Поддержка"

[[sla]]
key = "vip"
segments = ["vip"]
first_response = "2m"

[[rules]]
name = "Опт"
line = "sales"
tags = ["опт"]
skills = ["опт"]
when = [{ kind = "text", words = ["опт"] }]
[[rules]]
name = "Реклама"
tags = ["реклама"]
when = [{ kind = "not", of = { kind = "source", names = ["""
    + '"сайт"'
    + """] } }]
"""
)


def sales_of(text: str) -> LinePolicy:
    return to_policy(parse_policy(text), revision=3).lines[LineKey("sales")]


# ---------------------------------------------------------------- values


def test_default_document_gives_the_line_of_a_fresh_hub_with_the_defaults_of_section_12():
    policy = to_policy(parse_policy(DEFAULT_POLICY, at=AT), revision=1)
    sales = policy.lines[policy.default_line]

    assert (policy.default_line, sales.name, sales.mode) == ("sales", "Продажи", LineMode.normal)
    assert sales.targets.response(WaitKind.first_response, "telegram") == timedelta(minutes=15)
    assert sales.routing.strategy is StrategyName.round_robin
    assert sales.routing.capacity == 15
    assert sales.calendar.is_open(datetime(2026, 11, 18, 7, 0, tzinfo=UTC))
    assert not sales.calendar.is_open(datetime(2026, 11, 18, 10, 30, tzinfo=UTC))
    assert sales.texts.find(AutoText.out_of_hours, "ru")


def test_everything_written_reaches_the_line():
    sales = sales_of(FULL)

    assert (sales.mode, sales.team, sales.duty) == (LineMode.observe, ("anna",), "anna")
    assert (sales.routing.strategy, sales.routing.capacity) == (StrategyName.offer_all, 7)
    assert sales.routing.owner_off_shift is OwnerOffShift.wait
    assert (sales.reopen_window, sales.lead_window) == (timedelta(days=14), timedelta(days=60))
    assert sales.phone_masking is PhoneMasking.always
    assert sales.has_thanks_filter and sales.takes_over
    assert sales.targets.response(WaitKind.first_response, "telegram") == timedelta(minutes=90)
    assert sales.targets.response(WaitKind.first_response, "email") == timedelta(hours=2)
    assert sales.accept.offer == timedelta(minutes=1)
    assert (sales.calls.min_talk, sales.calls.is_written_answer_enough) == (timedelta(seconds=15), False)
    assert sales.texts.find(AutoText.welcome, "ru") == "Здравствуйте, {{client.first_name|друг}}!"


def test_b2_the_owner_of_the_business_is_never_told_before_an_hour():
    (level,) = sales_of(FULL).ladder.levels

    assert level.recipients == (Recipient.owner,)
    assert level.not_before == timedelta(hours=1)


def test_everything_written_reaches_the_installation():
    policy = to_policy(parse_policy(FULL), revision=3)

    assert (policy.revision, policy.default_line, policy.business_name) == (3, "support", "Лампа")
    assert policy.internal_numbers == {"+74951234567"}
    assert policy.staff["anna"].skills == {"опт"}
    assert policy.staff["anna"].capacity == 3
    assert policy.staff["anna"].shift == policy.lines[LineKey("sales")].calendar
    assert (policy.sla[0].key, policy.sla[0].first_response) == ("vip", timedelta(minutes=2))


@pytest.mark.parametrize(("hour", "is_quiet"), [(18, False), (19, True), (4, True), (5, False)])
def test_b2_quiet_hours_are_wall_clock_of_the_persons_zone(hour: int, is_quiet: bool):
    policy = to_policy(parse_policy(FULL), revision=3)

    assert policy.get_staff("anna").is_quiet(AT.replace(hour=hour)) is is_quiet
    assert not policy.get_staff("boris").is_quiet(AT.replace(hour=hour))


def test_d2_hours_are_sorted_exceptions_replace_them_and_nights_reach_the_next_day():
    policy = to_policy(parse_policy(FULL), revision=3)
    office, night = policy.lines[LineKey("support")].calendar, policy.lines[LineKey("sales")].calendar

    assert office.zone.key == "Asia/Yekaterinburg"
    assert office.week[0] == (hours(9, 13), hours(14, 18))
    assert {each.day: each.hours for each in office.exceptions} == {
        date(2026, 12, 31): (hours(9, 15),),
        date(2026, 12, 30): (),
        date(2026, 12, 26): (hours(9, 13), hours(14, 18)),
    }
    assert night.week[4:6] == ((hours(22, 30),), ())


def hours(opens: int, closes: int) -> Hours:
    return Hours(timedelta(hours=opens), timedelta(hours=closes))


def test_r1_the_first_rule_that_fits_gives_line_tags_and_skills():
    choice = choose_line(RequestFacts(at=AT, text="Опт?", source="vk"), to_policy(parse_policy(FULL), revision=3))

    assert (choice.line, choice.tags) == ("sales", ("опт",))
    assert choice.required_skills == {"опт"}
    assert choice.reason.ru == "правило «Опт»: текст содержит „опт“"
    assert choice.reason.en == "rule 'Опт': text contains 'опт'"


def test_r1_a_rule_without_a_line_only_marks():
    policy = to_policy(parse_policy(FULL), revision=3)
    marked = choose_line(RequestFacts(at=AT, source="vk", connection="Бот", connection_line="sales"), policy)
    plain = choose_line(RequestFacts(at=AT, source="сайт", connection="Бот", connection_line="sales"), policy)
    lost = choose_line(RequestFacts(at=AT, source="сайт", connection_line="gone"), policy)

    assert (marked.line, marked.tags) == ("sales", ("реклама",))
    assert (plain.line, plain.reason.code) == ("sales", "line_of_connection")
    assert (lost.line, lost.reason.code) == ("support", "default_line")


# ---------------------------------------------------------------- shifts

SHIFTS = """
[business]
zone = "Europe/Moscow"
[calendars.office.hours]
mon-sun = ["09:00-18:00"]
[calendars.team.hours]
mon-sun = ["09:00-12:00", "15:00-20:00"]
[calendars.night.hours]
mon-sun = ["22:00-06:00"]

[managers.anna]
[[managers.anna.exceptions]]
date = 2026-11-18
[[managers.anna.exceptions]]
date = 2026-11-19
hours = ["20:00-22:00"]
[managers.boris]
shift = "night"
exceptions = [{ date = 2026-11-18 }]
[managers.vera]

[lines.sales]
name = "Продажи"
shift = "team"
[lines.support]
name = "Сервис"
"""


@pytest.mark.parametrize(
    ("line", "who", "at", "works"),
    [
        ("sales", "vera", "2026-11-18 10:00", True),
        ("sales", "vera", "2026-11-18 13:00", False),
        ("sales", "vera", "2026-11-18 19:00", True),
        ("support", "vera", "2026-11-18 13:00", True),
        ("support", "vera", "2026-11-18 19:00", False),
        ("sales", "anna", "2026-11-18 10:00", False),
        ("support", "anna", "2026-11-18 10:00", False),
        ("sales", "anna", "2026-11-19 21:00", True),
        ("sales", "anna", "2026-11-20 16:00", True),
        ("sales", "boris", "2026-11-17 23:00", True),
        ("sales", "boris", "2026-11-18 05:00", True),
        ("sales", "boris", "2026-11-18 23:00", False),
        ("sales", "boris", "2026-11-19 05:00", False),
        ("sales", "stranger", "2026-11-18 19:00", True),
    ],
)
def test_r6_a_person_works_by_own_shift_and_days_else_the_teams_else_opening_hours(line, who, at, works):
    policy = to_policy(parse_policy(SHIFTS), revision=1)
    instant = datetime.fromisoformat(at).replace(tzinfo=ZoneInfo("Europe/Moscow"))

    assert policy.shift_of(who, policy.lines[LineKey(line)]).is_open(instant) is works


def test_d2_shifts_never_move_a_deadline():
    policy = to_policy(parse_policy(SHIFTS), revision=1)
    start = datetime(2026, 11, 18, 13, 0, tzinfo=ZoneInfo("Europe/Moscow"))

    assert policy.lines[LineKey("sales")].calendar.add_open_time(start, timedelta(hours=1)).at == start + timedelta(
        hours=1
    )


def test_d2_the_eve_of_a_holiday_is_shorter_where_the_calendar_says_so():
    text = DEFAULT_POLICY.replace('shortened_by = "1h"', 'shortened_by = "2h"')
    sales = to_policy(parse_policy(text), revision=1).lines[LineKey("sales")]

    assert sales.calendar.next_closing(datetime(2026, 11, 3, 12, 0, tzinfo=UTC)) == datetime(
        2026, 11, 3, 13, 0, tzinfo=UTC
    )


# ---------------------------------------------------------------- faults


@pytest.mark.parametrize(
    ("addition", "fault"),
    [
        ("[business]\nzone = 'Moscow'", "business.zone: 'Moscow' is no time zone"),
        ("[business]\ncalendar = 'ofice'", "business.calendar: 'ofice' is not among the calendars; there are: office"),
        ("[business]\ndefault_line = 'x'", "business.default_line: 'x' is not among the lines; there are: sales"),
        ("[business]\ninternal_numbers = ['112']", "business.internal_numbers[1]: '112' is no telephone number"),
        ("[lines.b2b]\nname = 'B2B'\ncalendar = 'x'", "lines.b2b.calendar: 'x' is not among the calendars"),
        ("[lines.b2b]\nname = 'B2B'\nteam = []", "lines.b2b.team: "),
        ("[lines.b2b]\nname = 'B2B'\nteam = ['ana']", "lines.b2b.team: 'ana' is not among the managers"),
        ("[lines.b2b]\nname = 'B2B'\nduty = 'ana'", "lines.b2b.duty: 'ana' is not among the managers"),
        ("[lines.b2b]\nname = 'B2B'\nstrategy = 'random'", "lines.b2b.strategy: Input should be 'round_robin'"),
        ("[lines.b2b]\nname = 'B2B'\ncolour = 'red'", "lines.b2b.colour: unknown key"),
        ("[lines.b2b]\nteam = ['*']", "lines.b2b.name: is missing"),
        ("[lines.b2b]\nname = 'B2B'\nreopen_window = '7 дней'", "lines.b2b.reopen_window: '7 дней' is no duration"),
        ("[lines.b2b.targets]\ncallback = '0s'", "lines.b2b.targets.callback: "),
        ("[lines.b2b.texts.ru]\nwelcome = '{{client.phone}}'", "lines.b2b.texts.ru.welcome: unknown variable"),
        ("[lines.b2b.texts.ru]\nwelcome = '{{conversation.number}}'", "lines.b2b.texts.ru.welcome: unknown variable"),
        ("[lines.b2b.templates.a]\nname = 'A'\ntext = '{{x.y}}'", "lines.b2b.templates.a.text: unknown variable 'x.y'"),
        (
            "[[lines.b2b.ladder]]\npercent = 100\nrecipients = ['head']\n"
            "[[lines.b2b.ladder]]\npercent = 80\nrecipients = ['head']\n[lines.b2b]\nname = 'B2B'",
            "lines.b2b.ladder: levels must rise",
        ),
        ("[managers.anna]\nshift = 'x'", "managers.anna.shift: 'x' is not among the calendars"),
        ("[calendars.x]\ncountry = 'XX'", "calendars.x.country: no production calendar of 'XX'"),
        ("[calendars.x]\nalways_open = true\ncountry = 'RU'", "calendars.x: always_open stands alone"),
        ("[calendars.x.hours]\nmon = ['9-18']", "calendars.x.hours.mon[1]: '9-18' are no hours"),
        ("[calendars.x.hours]\npn = ['09:00-18:00']", "'pn' are no days"),
        ("[calendars.x.hours]\nmon = ['09:00-13:00', '12:00-18:00']", "calendars.x.hours: intervals of mon overlap"),
        ("[calendars.x.hours]\nmon = ['22:00-06:00']\ntue = ['05:00-09:00']", "hours: intervals of tue overlap"),
        ("[calendars.x.hours]\nmon = ['05:00-09:00']\nsun = ['22:00-06:00']", "hours: intervals of mon overlap"),
        ("[lines.b2b]\nname = 'B2B'\nshift = 'x'", "lines.b2b.shift: 'x' is not among the calendars"),
        (
            "[managers.anna]\nexceptions = [{ date = 2026-12-31 }, { date = 2026-12-31 }]",
            "managers.anna.exceptions: 2026-12-31 is given twice",
        ),
        (
            "[calendars.x]\nexceptions = [{ date = 2026-12-31 }, { date = 2026-12-31 }]",
            "calendars.x.exceptions: 2026-12-31 is given twice",
        ),
        (
            "[calendars.x]\nexceptions = [{ date = 2026-12-31, like = 'mon', hours = ['09:00-10:00'] }]",
            "calendars.x.exceptions: 2026-12-31 has both hours and like",
        ),
        (
            "[calendars.x]\nexceptions = [{ date = 2026-12-31, hours = ['09:00-12:00', '10:00-14:00'] }]",
            "calendars.x.exceptions: intervals of 2026-12-31 overlap",
        ),
        ("[[sla]]\nkey = 'a'\n[[sla]]\nkey = 'a'", "sla[2].key: 'a' is given twice"),
        ("[[sla]]\nkey = 'a'\nlines = ['x']", "sla[1].lines: 'x' is not among the lines"),
        ("[[rules]]\nname = 'A'\nline = 'x'", "rules[1].line: 'x' is not among the lines"),
        ("[[rules]]\nname = 'A'", "rules[1]: the rule 'A' does nothing"),
        (
            "[[rules]]\nname = 'A'\nline = 'sales'\nwhen = [{ kind = 'time', hours = 'open', calendar = 'x' }]",
            "rules[1].when: 'x' is not among the calendars",
        ),
        (
            "[[rules]]\nname = 'A'\nline = 'sales'\nwhen = [{ kind = 'regex', pattern = '(a' }]",
            "rules[1].when[1].regex.pattern: not a pattern that RE2 understands",
        ),
    ],
)
def test_faults_are_named_with_their_place(addition: str, fault: str):
    with pytest.raises(ConfigError) as caught:
        parse_policy(SMALL + addition)

    assert any(fault in line for line in str(caught.value).splitlines())


RULE = "[[rules]]\nname = '{name}'\ntags = ['x']\nwhen = [{when}]\n"
TEXT, TAG = "{ kind = 'text', words = ['опт'] }", "{ kind = 'tag', names = ['vip'] }"


@pytest.mark.parametrize(
    ("first", "second", "is_dead"),
    [
        (TEXT, TEXT, True),
        ("", TEXT, True),
        (TEXT, f"{TEXT}, {TAG}", True),
        (f"{TEXT}, {TAG}", f"{TAG}, {TEXT}", True),
        (f"{TEXT}, {TAG}", TEXT, False),
        (TEXT, TAG, False),
    ],
)
def test_r1_a_rule_that_an_earlier_one_makes_dead_is_refused(first: str, second: str, is_dead: bool):
    text = SMALL + RULE.format(name="A", when=first) + RULE.format(name="B", when=second)

    if is_dead:
        with pytest.raises(ConfigError, match=r"rules\[2\]: the rule 'B' can never match, 'A' above"):
            parse_policy(text)
    else:
        assert len(parse_policy(text).rules) == 2


def test_r1_two_rules_of_one_name_are_refused():
    with pytest.raises(ConfigError, match=r"rules\[2\].name: 'A' is given twice"):
        parse_policy(SMALL + RULE.format(name="A", when=TEXT) + RULE.format(name="A", when=TAG))


def test_d5_a_line_without_open_hours_in_sixty_days_is_refused():
    closed = SMALL.replace('mon-fri = ["09:00-18:00"]', "")
    past = SMALL.replace("[calendars.office.hours]\nmon-fri", "[calendars.office]\nexceptions") .replace(
        '["09:00-18:00"]', "[{ date = 2026-01-12, hours = ['09:00-18:00'] }]"
    )  # fmt: skip

    for text in (closed, past):
        with pytest.raises(ConfigError, match=r"lines.sales.calendar: 'office' has no open hours in the next 60 days"):
            parse_policy(text, at=AT)
    with pytest.raises(ConfigError, match="no open hours"):
        parse_policy(closed)
    assert parse_policy(past).lines


def test_text_that_is_no_toml_is_refused_with_the_line():
    with pytest.raises(ConfigError, match=r"not TOML: .*line 2"):
        parse_policy("[business]\nname = Лампа\n")


def test_all_faults_are_told_at_once():
    with pytest.raises(ConfigError) as caught:
        parse_policy("[business]\nzone = 'Moscow'\n[lines.a]\nteam = []\n[lines.b]\nname = ''\n")

    assert len(str(caught.value).splitlines()) >= 4


# ---------------------------------------------------------------- text and back


@pytest.mark.parametrize("text", [SMALL, FULL, DEFAULT_POLICY])
def test_a_written_document_reads_as_the_same_document(text: str):
    document = parse_policy(text)
    written = write_policy(document)

    assert parse_policy(written) == document
    assert write_policy(parse_policy(written)) == written


@given(st.text(st.characters(exclude_categories=["Cs"]), max_size=30))
def test_any_text_survives_toml(value: str):
    document = parse_policy(SMALL)
    renamed = document.model_copy(update={"business": document.business.model_copy(update={"name": value})})

    assert parse_policy(write_policy(renamed)).business.name == value


def test_toml_of_every_kind_of_value():
    table = {"a": 1, "b": True, "d": date(2026, 1, 2), "пусто": {}, "l": ({"x": ["y", {"z": 1}]},), "e": ()}

    assert write_toml(table).splitlines() == [
        "a = 1",
        "b = true",
        "d = 2026-01-02",
        "e = []",
        "",
        '["пусто"]',
        "",
        "[[l]]",
        'x = ["y", { z = 1 }]',
    ]


def test_diff_names_what_changed_what_came_and_what_went():
    old = parse_policy(SMALL + RULE.format(name="A", when=TEXT))
    new = parse_policy(
        SMALL.replace("Продажи", "Отдел продаж") + RULE.format(name="Б", when=TAG) + RULE.format(name="A", when=TEXT)
    )

    assert diff(old, new) == [
        "lines.sales.name: Продажи → Отдел продаж",
        "rules: A → Б, A",
        "+ rules[Б].name: Б",
        "+ rules[Б].when: kind=tag names=vip",
        "+ rules[Б].tags: x",
    ]
    assert [line for line in diff(new, old) if line.startswith("- ")] == [
        "- rules[Б].name: Б",
        "- rules[Б].when: kind=tag names=vip",
        "- rules[Б].tags: x",
    ]
    assert diff(old, old) == []


# ---------------------------------------------------------------- spelling


@pytest.mark.parametrize(
    ("written", "duration"),
    [
        ("20s", timedelta(seconds=20)),
        ("15m", timedelta(minutes=15)),
        ("1h30m", timedelta(minutes=90)),
        ("1H 30M", timedelta(minutes=90)),
        ("7d", timedelta(days=7)),
    ],
)
def test_durations_are_read_as_people_write_them(written: str, duration: timedelta):
    assert read_duration(written) == duration


@pytest.mark.parametrize("written", ["", "15", "15 min", "m", "-5m", "1.5h", 15])
def test_other_durations_are_refused(written: object):
    with pytest.raises(ValueError, match="is no duration"):
        read_duration(written)


@given(st.integers(0, 10_000_000))
def test_durations_survive_writing(seconds: int):
    assert read_duration(write_duration(timedelta(seconds=seconds))) == timedelta(seconds=seconds)


@pytest.mark.parametrize("written", ["9-18", "09:00", "25:00-26:00", "09:00-24:30", "09:60-10:00", "10:00-10:00"])
def test_other_hours_are_refused(written: str):
    with pytest.raises(ValueError, match="are no hours"):
        read_hours(written)


def test_hours_may_touch_midnight_and_days_may_wrap():
    assert read_hours("00:00-24:00") == hours(0, 24)
    assert read_hours("22:00-00:00") == hours(22, 24)
    assert read_hours("22:00-06:00") == hours(22, 30)
    assert read_days("sat-mon") == [5, 6, 0]
    assert read_days("mon, wed") == [0, 2]


def test_templates_reach_the_line_in_their_order_with_the_conversations_number():
    written = """
[lines.sales.templates.price]
name = "Цена"
text = "Обращение {{conversation.number}}"
[lines.sales.templates.address]
name = "Адрес"
text = "Ленина, 1"
text_en = "1 Lenina"
"""
    price, address = sales_of(DEFAULT_POLICY + written).templates
    assert (price.name, price.text, price.say("en")) == ("Цена", "Обращение {{conversation.number}}", price.text)
    assert (address.key, address.say("en-GB"), address.say("ru")) == ("address", "1 Lenina", "Ленина, 1")
