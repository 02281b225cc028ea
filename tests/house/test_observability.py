"""Dashboard, alert rules and the page for operators speak of metrics that exist, and each alert says what it guards."""

import json
import re

import pytest

from hub.commands.texts import TEXTS
from hub.domain import health
from hub.domain.delivery import Lane
from hub.store.status import RECEIPT_LANES
from hub.web.metrics import METRICS
from tests.house.source import ROOT

RULES = (ROOT / "deploy/prometheus-alerts.yml").read_text(encoding="utf-8")
DASHBOARD = json.loads((ROOT / "deploy/grafana-dashboard.json").read_text(encoding="utf-8"))
PAGE = (ROOT / "docs/operations.md").read_text(encoding="utf-8")
CADDYFILE = (ROOT / "deploy/Caddyfile").read_text(encoding="utf-8")

SERIES = {metric.name for metric in METRICS if metric.kind != "histogram"} | {
    metric.name + suffix for metric in METRICS if metric.kind == "histogram" for suffix in ("_bucket", "_sum", "_count")
}
ALERTS = {str(found[1]): str(found[0]) for found in re.finditer(r"- alert: (\w+)\n(?:(?! +- alert).*\n)+", RULES)}
SENTENCES = 12


EXPRESSIONS = [
    *((name, expression) for name, text in ALERTS.items() for expression in re.findall(r"expr: (.*)", text)),
    *((panel["title"], target["expr"]) for panel in DASHBOARD["panels"] for target in panel["targets"]),
]


@pytest.mark.parametrize(("place", "expression"), EXPRESSIONS)
def test_every_metric_that_is_asked_for_exists(place, expression):
    asked = set(re.findall(r"hub_\w+", expression))

    assert asked
    assert asked - SERIES == set(), place


@pytest.mark.parametrize("name", ALERTS)
def test_an_alert_names_the_sentence_it_guards_and_where_to_read_what_to_do(name):
    text = ALERTS[name]

    (sentence,) = re.findall(r'contract: "(\d+)"', text)
    assert 1 <= int(sentence) <= SENTENCES
    assert re.search(r'guards: ".{40,}\."', text)
    assert f"docs/operations.md#{name.lower()}\n" in text
    assert f"\n### {name}\n" in PAGE


def test_the_page_describes_every_alert_and_every_metric_and_no_others():
    assert re.findall(r"^### (Hub\w+)$", PAGE, re.MULTILINE) == list(ALERTS)
    assert set(re.findall(r"^\| `(hub_\w+)`", PAGE, re.MULTILINE)) == {metric.name for metric in METRICS}


def test_the_page_states_the_limits_that_hold():
    told = dict(re.findall(r"^\| `([A-Z_]+)` \| (\d+) s \|", PAGE, re.MULTILINE))

    assert told == {
        name: f"{getattr(health, name).total_seconds():.0f}"
        for name in (
            "BEAT_EVERY",
            "SILENT_AFTER",
            "FORGOTTEN_AFTER",
            "LAG_LIMIT",
            "LEASE_LIMIT",
            "CLOCK_GRACE",
            "CLOCK_LIMIT",
        )
    }


def test_names_say_unit_and_kind():
    counters = {metric.name for metric in METRICS if metric.kind == "counter"}

    assert counters == {metric.name for metric in METRICS if metric.name.endswith("_total")}
    assert all(re.fullmatch(r"hub_[a-z_]+", metric.name) and metric.help.endswith(".") for metric in METRICS)


def test_panels_of_the_dashboard_do_not_overlap():
    taken = [
        (panel["gridPos"]["x"] + x, panel["gridPos"]["y"] + y)
        for panel in DASHBOARD["panels"]
        for x in range(panel["gridPos"]["w"])
        for y in range(panel["gridPos"]["h"])
    ]

    assert len(taken) == len(set(taken))
    assert max(x for x, _ in taken) < 24


def test_the_proxy_keeps_metrics_from_the_world():
    assert re.search(r"^\trespond /metrics 404$", CADDYFILE, re.MULTILINE)


def test_every_lane_has_a_word_for_people():
    lanes = [*(f"in {lane}" for lane in RECEIPT_LANES), *(f"out {lane}" for lane in Lane)]

    assert {f"thing.{lane}" for lane in lanes} - set(TEXTS) == set()
