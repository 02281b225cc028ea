"""Modules say what they are for, links lead somewhere, and some words never appear."""

import ast

import pytest

from tests.house.documents import FORBIDDEN, breaches, link_targets, missing_docstrings
from tests.house.source import SourceFile


def test_the_documents_owe_nothing():
    found = breaches()

    assert found == [], "\n".join(found)


def test_a_module_without_a_docstring_is_named():
    files = [SourceFile(f"hub/{n}.py", text, ast.parse(text)) for n, text in enumerate(["x = 1", '"""Why."""'])]

    assert missing_docstrings(files) == ["hub/0.py: no module docstring"]


def test_links_are_found_in_markdown_and_html_but_not_in_code():
    page = "[a](docs/a.md#part) ![b](b.png 'Title') <img src=\"c.svg\">\n```\n[d](d.md)\n```\n`[e](e.md)`"

    assert link_targets(page) == ["docs/a.md#part", "b.png", "c.svg"]


@pytest.mark.parametrize(
    "parts", [("/wo", "rk/main"), ("/ro", "ot/x"), ("pypi.o", "rg/simple"), ("--index-", "url"), ("sub", "agent")]
)
def test_words_that_never_appear_are_found(parts):
    assert FORBIDDEN.search("".join(parts))


@pytest.mark.parametrize("text", ["hub/work/x", "GET /worker/", "User-Agent: hub", "the sandbox's homework"])
def test_words_like_them_are_fine(text):
    assert not FORBIDDEN.search(text)
