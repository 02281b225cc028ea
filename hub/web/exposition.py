"""The text format 0.0.4 in which Prometheus reads metrics, and the kinds of it that the hub needs.

Source: https://prometheus.io/docs/instrumenting/exposition_formats/ (text-based format; quoted from knowledge). One
`# HELP` and one `# TYPE` line a metric, then its samples; a value is a Go float, a label value escapes backslash, quote
and line feed. No library: the figures come whole from one query, so there is nothing for a registry to keep.
"""

import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8"

Labels = Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Metric:
    """A metric: its name, `gauge`, `counter` or `histogram`, and what it says."""

    name: str
    kind: str
    help: str


@dataclass(frozen=True, slots=True)
class Sample:
    """One value; `suffix` is `_bucket`, `_sum` or `_count` of a histogram."""

    value: float
    labels: Labels
    suffix: str = ""


def write_metric(metric: Metric, samples: Iterable[Sample]) -> str:
    """Return the lines of one metric; nothing for one without samples."""
    lines = [_line(metric.name + each.suffix, each.labels, each.value) for each in samples]
    if not lines:
        return ""
    said = metric.help.replace("\\", r"\\").replace("\n", r"\n")
    return "\n".join([f"# HELP {metric.name} {said}", f"# TYPE {metric.name} {metric.kind}", *lines, ""])


def histogram(bounds: Sequence[float], counts: Sequence[int], total: float, labels: Labels) -> Iterator[Sample]:
    """Yield the samples of a histogram; `counts` has one more than `bounds`, for what is above all."""
    seen = 0
    for bound, count in zip((*bounds, math.inf), counts, strict=True):
        seen += count
        yield Sample(seen, {**labels, "le": _number(bound)}, "_bucket")
    yield Sample(total, labels, "_sum")
    yield Sample(seen, labels, "_count")


def _line(name: str, labels: Labels, value: float) -> str:
    shown = ",".join(f'{key}="{_escape(text)}"' for key, text in labels.items())
    return f"{name}{{{shown}}} {_number(value)}" if shown else f"{name} {_number(value)}"


def _escape(text: str) -> str:
    return text.replace("\\", r"\\").replace('"', r"\"").replace("\n", r"\n")


def _number(value: float) -> str:
    if math.isinf(value):
        return "+Inf" if value > 0 else "-Inf"
    return str(int(value)) if value == int(value) else repr(float(value))
