"""The presets in `examples/` are what a newcomer applies first: each must be valid and route as its comments say."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from hub.domain.facts import RequestFacts
from hub.domain.ids import LineKey
from hub.domain.line import AutoText
from hub.domain.policy import Policy
from hub.routing.build import to_policy
from hub.routing.decide import choose_line
from hub.routing.document import parse_policy, write_policy

EXAMPLES = Path(__file__).parents[2] / "examples"
AT = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)


def load(name: str) -> Policy:
    return to_policy(parse_policy((EXAMPLES / f"{name}.toml").read_text("utf-8"), at=AT), revision=1)


@pytest.mark.parametrize("path", sorted(EXAMPLES.glob("*.toml")), ids=lambda path: path.stem)
def test_every_example_is_valid_and_survives_writing(path: Path):
    document = parse_policy(path.read_text("utf-8"), at=AT)

    assert parse_policy(write_policy(document)) == document


@pytest.mark.parametrize("path", sorted(EXAMPLES.glob("*.toml")), ids=lambda path: path.stem)
def test_every_line_of_an_example_answers_in_russian_out_of_hours_unless_it_never_closes(path: Path):
    policy = load(path.stem)

    for line in policy.lines.values():
        closes = line.calendar.next_closing(AT) is not None
        assert bool(line.texts.find(AutoText.out_of_hours, "ru")) == closes


@pytest.mark.parametrize(
    ("preset", "text", "line"),
    [
        ("shop", "Есть такая лампа?", "sales"),
        ("shop", "Где мой ЗАКАЗ 512?", "orders"),
        ("services", "Можно записаться на среду?", "booking"),
        ("services", "У нас ТЕЧЕТ труба", "emergency"),
        ("b2b", "Пришлите прайс", "sales"),
        ("b2b", "Насос не работает, гарантийный случай", "support"),
    ],
)
def test_r1_the_examples_route_by_what_clients_write(preset: str, text: str, line: str):
    request = RequestFacts(at=AT, channel="telegram", text=text)

    assert choose_line(request, load(preset)).line == LineKey(line)
