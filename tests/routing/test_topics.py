"""The menu of topics in the rules: what may be written, and where it is wrong."""

import pytest

from hub.domain.errors import PolicyInvalid
from hub.domain.ids import LineKey
from hub.routing.build import to_policy
from hub.routing.document import parse_policy

GREETED = '[lines.sales]\nname = "Продажи"\n[lines.sales.texts.ru]\nstart = "Здравствуйте!"\n'
TOPIC = '[topics.price]\nname = "Цены"\n'


def test_topics_keep_their_order_and_speak_russian_where_there_is_no_english():
    policy = to_policy(parse_policy(f'{GREETED}{TOPIC}[topics.help]\nname = "Помощь"\nname_en = "Help"\n'), 1)

    assert [(topic.key, topic.name.en) for topic in policy.topics] == [("price", "Цены"), ("help", "Help")]


@pytest.mark.parametrize(
    ("written", "place"),
    [
        (f'{GREETED}{TOPIC}line = "nowhere"\n', "topics.price.line"),
        (f'{GREETED}{TOPIC}[topics.again]\nname = "цены"\n', "topics.again.name"),
        (TOPIC, "topics"),
        (f'{GREETED}[topics.long]\nname = "{"ы" * 41}"\n', "topics.long.name"),
        ('[business]\nprivacy_url = "http://romashka.example"\n', "business.privacy_url"),
        (f"{GREETED}low_rating = 5\n", "low_rating"),
    ],
)
def test_a_menu_that_cannot_work_is_refused_with_its_place(written, place):
    with pytest.raises(PolicyInvalid) as refused:
        parse_policy(written)

    assert place in str(refused.value)


def test_ratings_are_off_until_a_line_wants_them():
    line = to_policy(parse_policy(GREETED), 1).lines[LineKey("sales")]

    assert (line.rating.is_asked, line.rating.low) == (False, 2)
