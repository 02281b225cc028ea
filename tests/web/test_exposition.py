"""The text format of Prometheus: what we write, a reader gets back unchanged."""

import re

from hypothesis import given
from hypothesis import strategies as st

from hub.web.exposition import Metric, Sample, histogram, write_metric

GAUGE = Metric("hub_x", "gauge", "One \\ two\nthree.")
LABEL = re.compile(r'(\w+)="((?:[^"\\\n]|\\["\\n])*)"')
LINE = re.compile(r'(\w+)(?:\{((?:\w+="(?:[^"\\\n]|\\["\\n])*",?)+)\})? (\S+)')
TEXTS = st.text(st.characters(codec="utf-8"))


def read_line(line):
    """Read a sample as the format's page says."""
    found = LINE.fullmatch(line)
    assert found, line
    name, labels, value = found.groups()
    plain = {"\\\\": "\\", '\\"': '"', "\\n": "\n"}
    read = {key: re.sub(r'\\["\\n]', lambda each: plain[each[0]], text) for key, text in LABEL.findall(labels or "")}
    return name, read, float(value)


@given(TEXTS, TEXTS, st.floats(allow_nan=False))
def test_labels_and_values_come_back(first, second, value):
    written = write_metric(GAUGE, [Sample(value, {"a": first, "b": second})])

    *_, line, end = written.split("\n")
    assert (read_line(line), end) == (("hub_x", {"a": first, "b": second}, value), "")


def test_help_is_one_line():
    assert write_metric(GAUGE, [Sample(1, {})]) == ("# HELP hub_x One \\\\ two\\nthree.\n# TYPE hub_x gauge\nhub_x 1\n")


def test_a_metric_without_samples_is_not_told():
    assert write_metric(GAUGE, []) == ""


@given(st.lists(st.integers(min_value=0, max_value=1000), min_size=3, max_size=3))
def test_buckets_of_a_histogram_hold_all_below_them(counts):
    samples = list(histogram((0.1, 1.0), counts, 2.5, {"p": "x"}))

    assert [(each.suffix, each.labels.get("le"), each.value) for each in samples] == [
        ("_bucket", "0.1", counts[0]),
        ("_bucket", "1", counts[0] + counts[1]),
        ("_bucket", "+Inf", sum(counts)),
        ("_sum", None, 2.5),
        ("_count", None, sum(counts)),
    ]
