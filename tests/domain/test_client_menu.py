"""What a client reads in the bot: topics by their words, hours as on a door, the hub's own words for want of others."""

import pytest

from hub.domain.client_menu import Topic, find_topic
from hub.domain.client_texts import DEFAULTS, say_by_default
from hub.domain.line import AutoText
from hub.domain.spoken_hours import say_hours
from hub.domain.texts import OWN_VARIABLES, list_template_faults
from hub.domain.words import Words
from hub.routing.build import to_policy
from hub.routing.document import parse_policy

TOPICS = (Topic("delivery", Words("🚚 Доставка", "🚚 Delivery")), Topic("other", Words("Счёт", "Счёт")))


@pytest.mark.parametrize(
    ("said", "key"), [("🚚 Доставка", "delivery"), (" 🚚 delivery ", "delivery"), ("счет", "other"), ("Доставка", "")]
)
def test_a_topic_is_known_by_the_words_on_its_button_in_either_language(said, key):
    found = find_topic(TOPICS, said)

    assert (found.key if found else "") == key


def test_no_words_are_no_topic():
    assert find_topic((Topic("empty", Words("Тема", "")),), " ") is None


@pytest.mark.parametrize(
    ("hours", "ru", "en"),
    [
        ('mon-fri = ["09:00-18:00"]', "пн–пт 9:00–18:00", "Mon–Fri 9:00–18:00"),
        (
            'mon-fri = ["09:00-13:00", "14:00-18:00"]\nsat = ["10:00-15:00"]',
            "пн–пт 9:00–13:00 и 14:00–18:00, сб 10:00–15:00",
            "Mon–Fri 9:00–13:00 and 14:00–18:00, Sat 10:00–15:00",
        ),
        (
            'mon = ["22:00-06:00"]\nsun = ["00:00-24:00"]',
            "пн 22:00–6:00, вс 0:00–24:00",
            "Mon 22:00–6:00, Sun 0:00–24:00",
        ),
        ('"mon,wed" = ["09:00-18:00"]', "пн 9:00–18:00, ср 9:00–18:00", "Mon 9:00–18:00, Wed 9:00–18:00"),
    ],
)
def test_hours_are_said_as_on_a_door(hours, ru, en):
    policy = to_policy(parse_policy(f"[calendars.office.hours]\n{hours}"), 1)
    calendar = policy.lines[policy.default_line].calendar

    assert (say_hours(calendar), say_hours(calendar, "en-GB")) == (ru, en)


def test_a_line_that_never_closes_says_so():
    policy = to_policy(parse_policy("[calendars.always]\nalways_open = true"), 1)

    assert say_hours(policy.lines[policy.default_line].calendar, "ru") == "круглосуточно"


@pytest.mark.parametrize("language", DEFAULTS)
def test_the_hubs_own_words_are_right_templates_in_both_languages(language):
    assert DEFAULTS[language].keys() == DEFAULTS["ru"].keys()
    assert all(not list_template_faults(text, OWN_VARIABLES) for text in DEFAULTS[language].values())


@pytest.mark.parametrize(("language", "spoken"), [("", "ru"), ("ru-RU", "ru"), ("en", "en"), ("de", "en")])
def test_the_hub_speaks_russian_or_english_and_greets_nobody_unasked(language, spoken):
    assert say_by_default(AutoText.privacy, language)[0] == spoken
    assert say_by_default(AutoText.start, language) == ("", "")
    assert say_by_default(AutoText.welcome, language) == ("", "")
