"""The import contracts hold, and the two of our own notice what they are there for."""

import ast
import subprocess
import sys

import grimp
import pytest

from tests.house.contracts import imported_names, misplaced_imports, sibling_imports
from tests.house.source import ROOT, SourceFile


def test_the_import_contracts_hold():
    lint = "from importlinter.cli import lint_imports_command; lint_imports_command()"

    done = subprocess.run(
        [sys.executable, "-c", lint, "--no-logo"], cwd=ROOT, capture_output=True, text=True, timeout=300, check=False
    )

    assert done.returncode == 0, done.stdout + done.stderr


def test_nothing_that_people_start_reaches_pytest():
    graph = grimp.build_graph("hub", "bots", include_external_packages=True)

    chain = graph.find_shortest_chain(importer="hub.__main__", imported="pytest") if "pytest" in graph.modules else None

    assert chain is None


CLIENT = ["aiohttp", "aiohttp.Client*", "aiohttp.*Connector"]


@pytest.mark.parametrize(
    ("statement", "misplaced"),
    [
        ("import aiohttp", True),
        ("import aiohttp.web", True),
        ("from aiohttp import web", False),
        ("from aiohttp import web, ClientSession", True),
        ("from aiohttp import TCPConnector as Wire", True),
        ("def f():\n    from aiohttp import (\n        hdrs,\n        ClientTimeout,\n    )", True),
    ],
)
def test_only_in_tells_the_client_from_the_server(statement, misplaced):
    file = SourceFile("hub/web/server.py", statement, ast.parse(statement))

    assert bool(misplaced_imports(file, CLIENT, ["hub.net"])) is misplaced


@pytest.mark.parametrize(
    ("name", "misplaced"), [("hub/net/http.py", 0), ("hub/network.py", 1), ("hub/net/__init__.py", 0)]
)
def test_only_in_lets_the_named_package_and_nothing_like_it(name, misplaced):
    file = SourceFile(name, "import aiohttp", ast.parse("import aiohttp"))

    assert len(misplaced_imports(file, CLIENT, ["hub.net"])) == misplaced


def test_an_import_binds_its_first_name_too():
    assert [name for _, name in imported_names(ast.parse("import a.b\nimport c.d as e"))] == ["a.b", "a", "c.d"]


@pytest.fixture
def channels():
    graph = grimp.ImportGraph()
    for module in ["base", "registry", "mail", "mail.imap", "form"]:
        graph.add_module(f"hub.channels.{module}")
    return graph


@pytest.mark.parametrize(
    ("importer", "imported", "breaches"),
    [
        ("mail.imap", "form", 1),
        ("mail.imap", "mail", 0),
        ("form", "base", 0),
        ("base", "form", 1),
        ("registry", "form", 0),
        ("form", "registry", 1),
    ],
)
def test_siblings_do_not_know_each_other(channels, importer, imported, breaches):
    channels.add_import(importer=f"hub.channels.{importer}", imported=f"hub.channels.{imported}")

    found = sibling_imports(channels, "hub.channels", shared={"base"}, gatherers={"registry"})

    assert len(found) == breaches
