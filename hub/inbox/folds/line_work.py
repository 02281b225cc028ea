"""What folds about one line have at hand."""

from dataclasses import dataclass

from hub.domain.policy import LinePolicy, Policy
from hub.domain.workset import WorkingSet


@dataclass(frozen=True, slots=True)
class LineWork:
    """The working set as one line sees it, with the rules in force."""

    rows: WorkingSet
    policy: Policy
    line: LinePolicy
