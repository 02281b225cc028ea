"""What goes wrong is said in the reader's language: Russian unless told otherwise."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.app.adapters import channel_class
from hub.commands.language import in_language
from hub.commands.questions import QUESTIONS, question, question_of
from hub.commands.refusals import REFUSALS
from hub.crm_sync.registry import list_crms

RAISED = {"ConfigError", "NotFound", "StorageUnavailable"}
ROOMS = ("hub/commands", "hub/app", "hub/store", "hub/hints", "hub/config.py", "hub/channels/registry.py")
JOINS = frozenset({"{}: {}"})
"""Two sentences that are looked up by themselves."""


def list_sources() -> Iterator[Path]:
    for room in ROOMS:
        found = [Path(room)] if room.endswith(".py") else sorted(Path(room).rglob("*.py"))
        yield from found


def template(node: ast.expr) -> str:
    """Return a literal sentence with `{}` for what changes; empty for anything else."""
    if isinstance(node, ast.JoinedStr):
        return "".join(str(part.value) if isinstance(part, ast.Constant) else "{}" for part in node.values)
    return node.value if isinstance(node, ast.Constant) and isinstance(node.value, str) else ""


def list_raised(path: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in RAISED and node.args:
            yield template(node.args[0])


@pytest.mark.parametrize("path", list(list_sources()), ids=str)
def test_every_error_of_the_command_line_has_its_russian(path):
    raised = set(list_raised(path)) - {""} - JOINS

    assert sorted(raised - set(REFUSALS)) == []


@pytest.mark.parametrize("english", REFUSALS)
def test_a_sentence_keeps_everything_that_changes(english):
    facts = [f"<{number}>" for number in range(english.count("{}"))]

    said = in_language(english.format(*facts), "ru")

    assert [fact for fact in facts if fact not in said] == []
    assert re.search("[а-яё]", said)
    assert in_language(english.format(*facts), "en") == english.format(*facts)


@given(st.text())
def test_what_is_not_known_stays_as_it_is(text):
    said = in_language(f"zzz {text}", "ru")

    assert said.startswith("zzz ")
    assert said == f"zzz {text}" or re.search("[а-яё]", said)


def test_a_reason_inside_a_sentence_is_said_in_russian_too():
    said = in_language("rules.toml cannot be read: No such file or directory", "ru")

    assert said == "rules.toml не читается: нет такого файла или каталога"


def test_several_faults_are_each_said_in_russian():
    assert in_language("api_key: is missing; colour: there is no such setting", "ru") == (
        "api_key: не задано; colour: такой настройки нет"
    )


@pytest.mark.parametrize(
    ("arguments", "language", "said"),
    [
        (("parked",), "", "нет хаба"),
        (("--language", "en", "parked"), "", "there is no hub"),
        (("parked", "--language", "en"), "", "there is no hub"),
        (("parked",), "en", "there is no hub"),
        (("--language", "ru", "parked"), "en", "нет хаба"),
        (("parked", "--language", "ru"), "en", "нет хаба"),
        (("parked", "--config", "/nonexistent.toml"), "", "нет файла /nonexistent.toml"),
        (("parked", "--config", "/nonexistent.toml"), "en", "there is no file /nonexistent.toml"),
        (("policy", "check", "/nonexistent.toml"), "", "/nonexistent.toml не читается: нет такого файла"),
    ],
)
def test_an_error_is_said_in_the_language_that_is_asked_for(run, tmp_path, arguments, language, said):
    data = () if arguments[0] == "policy" else ("--data", str(tmp_path))

    result = run(*arguments, *data, HUB_LANGUAGE=language or None)

    assert (result.exit_code, said in result.stderr) == (1, True), result.stderr


def test_the_language_of_the_settings_file_holds_for_errors_too(run, tmp_path):
    settings = tmp_path / "hub.toml"
    settings.write_text('language = "en"')

    result = run("parked", "--config", str(settings), "--data", str(tmp_path / "typo"), HUB_LANGUAGE=None)

    assert "there is no hub" in result.stderr


def test_tables_are_in_russian(run, place):
    run("people", "add", "anna", "Анна", "--role", "head", *place.options, HUB_LANGUAGE="ru")

    listed = run("people", "list", *place.options, HUB_LANGUAGE="ru").stdout
    checked = run("check", *place.options, HUB_LANGUAGE="ru").stdout

    assert "ключ" in listed and "руководитель" in listed
    assert re.search(r"база +ok +PostgreSQL .*, записи не теряет, таблицы актуальны", checked)


@pytest.mark.parametrize("kind", ["email", "webform", "telegram", "manager_bot", "mango", "megafon", "uis", "zadarma"])
def test_what_a_person_is_asked_while_connecting_is_in_russian(kind):
    asked = [field.description or "" for field in channel_class(kind).settings_model.model_fields.values()]

    assert [each for each in asked if each not in QUESTIONS and "ovofon" not in each] == []
    assert question(asked[0], "ru") != question(asked[0], "en") == asked[0]


@pytest.mark.parametrize("kind", list_crms())
def test_everything_a_crm_asks_is_in_russian_too(kind):
    fields = channel_class(kind).settings_model.model_fields

    assert [name for name, field in fields.items() if not re.search("[а-яё]", question_of(name, field, "ru"))] == []
    assert [name for name, field in fields.items() if question_of(name, field, "en") != field.description] == []


def test_what_an_adapter_of_others_asks_stays_in_its_words():
    assert question("Key of the fax", "ru") == "Key of the fax"
