"""A mutation: the smallest change to the code that takes one rule out, as text that is there exactly once."""

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Mutation:
    """Breaks `rule`: in `file`, `old` becomes `new`. The tests that carry the rule have to notice."""

    rule: str
    file: str
    old: str
    new: str

    def fault(self, root: Path) -> str:
        """Say why it cannot be applied to the tree below `root`, empty if it can."""
        path = root / self.file
        count = path.read_text(encoding="utf-8").count(self.old) if path.exists() else 0
        return "" if count == 1 else f"the mutation of {self.rule} no longer applies: {count} times in {self.file}"

    def mutated(self, root: Path) -> str:
        """Return the text of the file with the rule taken out.

        Raises:
            ValueError: the old text is not there, or more than once.
        """
        if fault := self.fault(root):
            raise ValueError(fault)
        return (root / self.file).read_text(encoding="utf-8").replace(self.old, self.new)
