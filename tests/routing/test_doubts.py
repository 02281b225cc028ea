"""What `hub policy check` warns of: rules out of reach, people who are not here, a year before its decree."""

from datetime import UTC, datetime

import pytest

from hub.domain.errors import PolicyInvalid
from hub.routing.document import DEFAULT_POLICY, parse_policy
from hub.routing.doubts import People, list_doubts
from tests.routing.test_document import AT, SMALL

HERE = People(frozenset({"anna", "boris"}), left=frozenset({"vera"}))
STAFF = "[managers.anna]\n[managers.boris]\n[managers.vera]\n[managers.gleb]\n"


def doubts_of(addition: str, *, people: People | None = None, at: datetime = AT, language: str = "en") -> list[str]:
    return [each.say(language) for each in list_doubts(parse_policy(SMALL + addition), at, people=people)]


def rule(name: str, when: str, *, more: str = "tags = ['x']") -> str:
    return f"[[rules]]\nname = '{name}'\n{more}\nwhen = [{when}]\n"


TELEGRAM = "{ kind = 'channel', names = ['telegram'] }"
MESSENGERS = "{ kind = 'channel', names = ['telegram', 'whatsapp'] }"
EMAIL = "{ kind = 'channel', names = ['email'] }"
TARGETS = "lines.sales.targets.next_response_by_channel"


def test_what_is_meant_raises_no_doubt():
    assert doubts_of(rule("A", TELEGRAM) + rule("B", MESSENGERS) + rule("C", EMAIL)) == []
    assert list_doubts(parse_policy(DEFAULT_POLICY), AT) == []
    assert doubts_of("", people=HERE) == []


def test_r1_a_rule_that_contradicts_itself_is_named_with_reason_and_mend():
    (said,) = doubts_of(rule("A", f"{TELEGRAM}, {EMAIL}"))

    assert said.startswith("rules[1].when: the rule 'A' can never match: no request meets both")
    assert "channel 'telegram'" in said and "channel 'email'" in said
    assert "take one away" in said


def test_r1_a_rule_whose_requests_an_earlier_wider_one_takes_is_named():
    (said,) = doubts_of(rule("A", MESSENGERS) + rule("B", TELEGRAM))

    assert said.startswith("rules[2]: the rule 'B' can never match: 'A' above it takes all its requests; put 'B' above")


def test_d1_targets_that_nobody_can_choose_are_named():
    wide, narrow = (
        "[[sla]]\nkey = 'all'\nchannels = ['email']\n",
        "[[sla]]\nkey = 'vip'\nchannels = ['email']\nsegments = ['vip']\n",
    )

    assert doubts_of(narrow + wide) == []
    (hidden,) = doubts_of(wide + narrow)
    assert hidden.startswith("sla[2]: nobody will choose 'vip': whatever fits it fits 'all' above")
    (unset,) = doubts_of("[[sla]]\nkey = 'high'\npriorities = ['high']\n")
    assert unset.startswith("sla[1].priorities: nobody will choose 'high': no rule sets the priority 'high'")
    assert (
        doubts_of("[[sla]]\nkey = 'high'\npriorities = ['high']\n" + rule("A", EMAIL, more="priority = 'high'")) == []
    )


@pytest.mark.parametrize(
    ("line", "doubt"),
    [
        ("team = ['vera', 'anna']", "lines.b2b.team: 'vera' has left; take the name out"),
        ("team = ['anna']\nduty = 'vera'", "lines.b2b.duty: 'vera' has left"),
        ("team = ['anna']\nduty = 'gleb'", "lines.b2b.duty: the hub knows no 'gleb'; add the person: hub people add"),
        ("team = ['boris', 'vera']\nstrategy = 'strict_order'", "lines.b2b.team: 'vera' has left"),
        ("team = ['gleb', 'boris']", "lines.b2b.team: the hub knows no 'gleb'"),
    ],
)  # fmt: skip
def test_r5_a_line_that_names_somebody_who_is_not_here_is_told(line: str, doubt: str):
    (said,) = doubts_of(f"{STAFF}[lines.b2b]\nname = 'B2B'\n{line}\n", people=HERE)

    assert said.startswith(doubt)


def test_r5_a_line_without_anybody_is_told():
    said = doubts_of(f"{STAFF}[lines.b2b]\nname = 'B2B'\nteam = ['vera']\n", people=HERE)

    assert [each.partition(";")[0] for each in said] == [
        "lines.b2b.team: 'vera' has left",
        "lines.b2b.team: nobody is on the line: no client will be taken, only who is on duty hears of them",
    ]
    assert doubts_of("", people=People(frozenset())) != []
    assert doubts_of(f"{STAFF}[lines.b2b]\nname = 'B2B'\nteam = ['vera']\n") == []


def test_d5_a_line_whose_open_days_run_out_is_told_before_they_do():
    fair = "[calendars.fair]\nexceptions = [{ date = 2026-12-01, hours = ['09:00-18:00'] }]\n"
    line = fair + "[lines.fair]\nname = 'Ярмарка'\ncalendar = 'fair'\n"

    (said,) = doubts_of(line)
    assert said.startswith(
        "lines.fair.calendar: there are no open hours after 2027-01-17: deadlines will run by the wall"
    )
    with pytest.raises(PolicyInvalid, match="'fair' has no open hours in the next 60 days"):
        parse_policy(SMALL + line, at=datetime(2026, 12, 2, tzinfo=UTC))


def test_d2_a_year_whose_exchanged_days_are_not_decreed_is_told_sixty_days_before():
    autumn, december = datetime(2029, 6, 1, tzinfo=UTC), datetime(2027, 12, 1, tzinfo=UTC)

    assert list_doubts(parse_policy(DEFAULT_POLICY), AT) == []
    assert len(list_doubts(parse_policy(DEFAULT_POLICY), autumn)) == 1
    (doubt,) = list_doubts(parse_policy(DEFAULT_POLICY), december)
    assert doubt.say("en").startswith("calendars.office.country: exchanged days off of 2028 (RU) are not known")


@pytest.mark.parametrize(
    ("addition", "place"),
    [
        (rule("A", "{ kind = 'channel', names = ['telegarm'] }"), "rules[1].when"),
        (rule("A", "{ kind = 'not', of = { kind = 'channel', names = ['telegarm'] } }"), "rules[1].when"),
        (rule("A", "{ kind = 'any', of = [{ kind = 'channel', names = ['email', 'telegarm'] }] }"), "rules[1].when"),
        ("[[sla]]\nkey = 'a'\nchannels = ['telegarm']", "sla[1].channels"),
        ("[lines.sales.targets]\nnext_response_by_channel = { telegarm = '1m' }", TARGETS),
    ],
)
def test_r1_a_channel_that_does_not_exist_is_named(addition: str, place: str):
    document = parse_policy(SMALL + addition)
    said = [each.say("en") for each in list_doubts(document, AT, kinds=("telegram", "email", "webform"))]

    assert [each.partition(",")[0] for each in said] == [f"{place}: no channel is called 'telegarm'"]
    assert list_doubts(document, AT) == []


@pytest.mark.parametrize(
    ("addition", "russian"),
    [
        ("[lines.b2b]\nname = 'B2B'\nduty = 'ana'", "lines.b2b.duty: «ana» нет среди менеджеров; есть: ничего"),
        ("[lines.b2b]\nteam = ['*']", "lines.b2b.name: не указано; впишите значение"),
        ("[lines.b2b]\nname = 'B2B'\ncolour = 'red'", "lines.b2b.colour: неизвестный ключ"),
        ("[lines.b2b]\nname = 'B2B'\nstrategy = 'random'", "lines.b2b.strategy: нужно одно из: 'round_robin'"),
        ("[lines.b2b]\nname = 'B2B'\ncapacity = 0", "lines.b2b.capacity: нужно не меньше 1"),
        ("[lines.b2b]\nname = 'B2B'\nreopen_window = '7 дней'", "lines.b2b.reopen_window: «7 дней» не длительность"),
        ("[lines.b2b.texts.ru]\nwelcome = '{{client.phone}}'", "неизвестная переменная «client.phone»; есть: "),
        ("[business]\nzone = 'Moscow'", "business.zone: «Moscow» не часовой пояс; пишите, например, Europe/Moscow"),
        (rule("A", "{ kind = 'regex', pattern = '(a' }"), "RE2 не понимает этого выражения"),
        (rule("A", "{ kind = 'weather' }"), "kind бывает: 'connection'"),
        (rule("A", TELEGRAM) + rule("B", f"{TELEGRAM}, {EMAIL}"), "правило «B» не сработает никогда: «A» выше"),
    ],
)  # fmt: skip
def test_faults_are_said_in_russian_with_place_and_mend(addition: str, russian: str):
    with pytest.raises(PolicyInvalid) as caught:
        parse_policy(SMALL + addition)

    assert any(russian in line for line in caught.value.words.ru.splitlines()), caught.value.words.ru


def test_fr6_a_bot_that_is_given_no_time_is_named():
    bot = "[lines.sales.bot]\nclock_start = 'handover'\npatience = '{}'\n"
    assert doubts_of(bot.format("5m")) == []
    (said,) = doubts_of(bot.format("0s"))

    assert said.startswith("lines.sales.bot.patience: the bot has no time to answer")
    assert "set patience" in said
