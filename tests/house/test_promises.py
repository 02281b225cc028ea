"""What stands in the code works; nothing is promised for later and no test is silently left out."""

import ast

import pytest

from tests.house.promises import promises
from tests.house.source import SourceFile, source_files


def found_in(text):
    return [promise.partition(": ")[2] for promise in promises([SourceFile("tests/test_x.py", text, ast.parse(text))])]


def test_the_code_makes_no_promises():
    assert list(promises(source_files("hub", "bots", "tests", "bench"))) == []


@pytest.mark.parametrize("call", ["skip()", "mark.skip()", "xfail()", "mark.skipif(windows)"])
def test_leaving_out_needs_a_reason(call):
    assert found_in(f"pytest.{call}") == ["skipped without a reason"]


@pytest.mark.parametrize("call", ["skip('no IPv6 here')", "mark.skipif(windows, reason='no fork there')"])
def test_a_reason_is_enough(call):
    assert found_in(f"pytest.{call}") == []


def test_a_bare_mark_gives_no_reason():
    assert found_in("@pytest.mark.skip\ndef test_nothing(): ...") == ["skipped without a reason"]


@pytest.mark.parametrize("text", ["assert " + "True", "assert (value, 'a message in the wrong place')"])
def test_an_assert_has_to_be_able_to_fail(text):
    assert found_in(text) == ["an assert that proves nothing"]


@pytest.mark.parametrize("word", ["TO" + "DO", "FIX" + "ME", "raise NotImplemented" + "Error"])
def test_work_put_off_is_noticed(word):
    assert len(found_in(f"{word}" if word.startswith("raise") else f"# {word}: later")) == 1
