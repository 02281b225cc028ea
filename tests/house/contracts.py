"""Import contracts that import-linter does not bring: `only_in` and `siblings`.

The import graph folds a library into one node, so it cannot tell `aiohttp.web` from
the aiohttp client. `only_in` therefore reads the import statements themselves. Both
contracts hold for modules that come later: nothing here lists what exists today.
"""

import ast
from abc import abstractmethod
from collections.abc import Iterator
from fnmatch import fnmatchcase
from typing import cast

from grimp import ImportGraph
from importlinter import Contract, ContractCheck, fields, output

from tests.house.source import SourceFile, source_files

ROOTS = ("hub", "bots")


def imported_names(tree: ast.Module) -> Iterator[tuple[int, str]]:
    """Line and full dotted name of everything a module imports, at the top or inside a function.

    `import a.b` binds `a` as well, so it gives both names.
    """
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            for alias in node.names:
                yield node.lineno, alias.name
                if alias.asname is None and "." in alias.name:
                    yield node.lineno, alias.name.partition(".")[0]
        elif isinstance(node, ast.ImportFrom):
            yield from ((node.lineno, f"{node.module}.{alias.name}") for alias in node.names)


def is_inside(module: str, package: str) -> bool:
    """Whether a module is the package or stands below it."""
    return module == package or module.startswith(f"{package}.")


def misplaced_imports(file: SourceFile, names: list[str], importers: list[str]) -> list[str]:
    """The imports of one file that match `names` (shell patterns) although no importer package holds the file."""
    if any(is_inside(file.module, package) for package in importers):
        return []
    return [
        f"{file.name}:{line} imports {name}"
        for line, name in imported_names(file.tree)
        if any(fnmatchcase(name, pattern) for pattern in names)
    ]


def sibling_of(module: str, package: str) -> str:
    """The direct child of `package` that holds `module`; the package itself has none and gives an empty text."""
    return module.removeprefix(package).removeprefix(".").partition(".")[0] if is_inside(module, package) else ""


def sibling_imports(graph: ImportGraph, package: str, *, shared: set[str], gatherers: set[str]) -> list[str]:
    """Imports of one child of a package by another, in words, sorted."""
    inside = [module for module in graph.modules if sibling_of(module, package) not in {"", *gatherers}]
    return [
        f"{importer} imports {imported}"
        for importer in sorted(inside)
        for imported in sorted(graph.find_modules_directly_imported_by(importer))
        if sibling_of(imported, package) not in {"", sibling_of(importer, package), *shared}
    ]


class WordedContract(Contract):
    """A contract whose breaches are plain lines; import-linter builds it from `pyproject.toml`."""

    @abstractmethod
    def breaches(self, graph: ImportGraph) -> list[str]:
        """Say every breach in one line; empty when the contract holds."""

    def check(self, graph: ImportGraph, verbose: bool) -> ContractCheck:
        found = self.breaches(graph)
        return ContractCheck(kept=not found, metadata={"breaches": found})

    def render_broken_contract(self, check: ContractCheck) -> None:
        for breach in check.metadata["breaches"]:
            output.print_error(breach, bold=False)


class OnlyInContract(WordedContract):
    """`names` (shell patterns of dotted names) may be imported only inside the `importers` packages."""

    type_name = "only_in"
    names = fields.ListField(subfield=fields.StringField())
    importers = fields.ListField(subfield=fields.StringField())

    def breaches(self, graph: ImportGraph) -> list[str]:
        names, importers = cast("list[str]", self.names), cast("list[str]", self.importers)
        return [breach for file in source_files(*ROOTS) for breach in misplaced_imports(file, names, importers)]


class SiblingsContract(WordedContract):
    """The children of `package` do not import each other.

    All may import what is `shared`, which imports none of them; `gatherers` may import all.
    """

    type_name = "siblings"
    package = fields.StringField()
    shared = fields.ListField(subfield=fields.StringField())
    gatherers = fields.ListField(subfield=fields.StringField())

    def breaches(self, graph: ImportGraph) -> list[str]:
        shared, gatherers = set(cast("list[str]", self.shared)), set(cast("list[str]", self.gatherers))
        return sibling_imports(graph, str(self.package), shared=shared, gatherers=gatherers)
