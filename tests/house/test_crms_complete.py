"""A CRM is one file, one test class and one line of docs: nothing is missing, and no other file knows its name."""

import ast
import inspect
import re
from importlib import import_module

import pytest

from hub.channels.base import Evidence
from hub.crm_sync.registry import get_crm_class, list_crms
from tests.house.source import ROOT, source_files
from tests.house.test_adapters_complete import inherits_a_suite

KINDS = list_crms()

# What people also call other things: a file of that name says nothing about the CRM.
COMMON_WORDS = {"webhooks"}


def code_of(file):
    """What a file does, without what its first lines tell about it."""
    return file.text.replace(ast.get_docstring(file.tree, clean=False) or "\0", "")


@pytest.mark.parametrize("kind", KINDS)
def test_the_contract_suite_is_inherited(kind):
    assert inherits_a_suite(ROOT / f"tests/crm_sync/connectors/test_{kind}.py")


@pytest.mark.parametrize("kind", KINDS)
def test_the_docs_tell_the_same_evidence(kind):
    rows = (ROOT / "docs/crm.md").read_text(encoding="utf-8").splitlines()

    told = [row for row in rows if row.startswith("|") and f"`{kind}`" in row]

    assert [bool(re.search(rf"\b{get_crm_class(kind).evidence}\b", row)) for row in told] == [True]


@pytest.mark.parametrize("kind", KINDS)
def test_evidence_is_a_level(kind):
    assert get_crm_class(kind).evidence in Evidence


@pytest.mark.parametrize("kind", KINDS)
def test_the_module_says_what_it_was_written_after(kind):
    module = import_module(f"hub.crm_sync.connectors.{kind}")

    assert re.search(r"https://|RFC \d{3,5}|docs/\w+\.md", inspect.getdoc(module) or "")


@pytest.mark.parametrize("kind", sorted(set(KINDS) - COMMON_WORDS))
def test_a_crm_is_named_only_in_its_own_files(kind):
    word = re.compile(rf"(?<![a-z]){kind}(?![a-z])", re.IGNORECASE)
    own = (f"hub/crm_sync/connectors/{kind}", "hub/testing/")

    named = [file.name for file in source_files("hub", "bots") if word.search(code_of(file))]

    assert [name for name in named if not name.startswith(own)] == []
