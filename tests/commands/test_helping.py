"""Help and wrong usage are said in the reader's language: Russian unless told otherwise."""

import re
from collections.abc import Iterator
from typing import Any

import pytest
from typer.main import get_group

from hub.commands.catalogue import CATALOGUE
from hub.commands.entrance import load_command, program
from hub.commands.help_commands import COMMANDS
from hub.commands.help_options import OPTIONS
from hub.commands.helping import say_help

RUSSIAN = re.compile("[а-яё]", re.IGNORECASE)
WORDS_OF_COMMANDS = {"ru or en.", "utm_campaign."}


def everything(command: Any) -> Iterator[Any]:
    yield command
    for inner in getattr(command, "commands", {}).values():
        yield from everything(inner)


def all_commands() -> list[Any]:
    return [found for entry in CATALOGUE for found in everything(load_command(entry))]


def plain(help_text: str | None) -> str:
    return " ".join((help_text or "").split())


def test_every_command_says_in_russian_what_it_is_for():
    said = [*(entry.line for entry in CATALOGUE), *(plain(each.help) for each in all_commands() if each.help)]

    assert [each for each in said if not RUSSIAN.search(say_help(COMMANDS, each))] == []


def test_every_option_says_in_russian_what_it_means():
    said = {plain(option.help) for each in [*all_commands(), get_group(program)] for option in each.params}

    assert [each for each in said - WORDS_OF_COMMANDS if say_help(OPTIONS, each) == each] == []


def test_no_russian_of_a_help_is_left_without_its_command():
    said = {*(entry.line for entry in CATALOGUE), *(plain(each.help) for each in [*all_commands(), get_group(program)])}

    assert sorted(set(COMMANDS) - said) == []


@pytest.mark.parametrize("arguments", [("--help",), ("people", "--help"), ("people",), ("connect", "--help")])
def test_help_is_russian_unless_told_otherwise(run, arguments):
    russian, english = run(*arguments, HUB_LANGUAGE="ru"), run(*arguments, HUB_LANGUAGE="en")

    assert RUSSIAN.search(english.output) is None
    listed = [line for line in russian.output.splitlines() if re.search(r"[a-z]{3,} [a-z]{3,}", line)]
    assert [line for line in listed if not RUSSIAN.search(line) and "Usage:" not in line] == []


def test_the_language_may_be_asked_for_where_help_is(run):
    assert "Запустить весь хаб" in run("--language", "ru", "--help").output


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("polcy",), "команды «polcy» нет; может быть, 'policy', 'poll'?; как пишется: hub --help"),
        (("people", "ad"), "команды «ad» нет; может быть, 'add'?; как пишется: hub people --help"),
        (("--lang", "en", "status"), "параметра --lang нет; может быть, --language?; как пишется: hub --help"),
        (("people", "add", "anna"), "не хватает: name; как пишется: hub people add --help"),
        (("people", "list", "lost"), "лишнее: lost; как пишется: hub people list --help"),
        (("status", "--data"), "после --data нужно значение; как пишется: hub status --help"),
        (("up", "--port", "http"), "неверно --port: нужно целое число; как пишется: hub up --help"),
        (("inspect", "email", "no.eml"), "неверно source: файла «no.eml» нет; как пишется: hub inspect email --help"),
        (
            ("people", "add", "anna", "Анна", "--role", "boss"),
            "неверно --role: «boss» не подходит, можно: 'manager', 'head', 'admin'; как пишется: hub people add --help",
        ),
    ],
)
def test_a_line_written_wrong_is_told_in_russian_with_the_next_step(run, arguments, said):
    result = run(*arguments, HUB_LANGUAGE="ru")

    assert (result.exit_code, result.stdout, result.stderr) == (2, "", f"hub: {said}\n")


def test_in_english_it_is_one_line_too(run):
    assert run("people", "add", "anna").stderr == (
        "hub: Missing argument 'name'; `hub people add --help` shows how it is written\n"
    )


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ("telegram", "token: токен выглядит как 123456:буквы, скопируйте его целиком у @BotFather"),
        ("manager_bot", "token: токен выглядит как 123456:буквы, скопируйте его целиком у @BotFather"),
        ("telegrm", "канала вида «telegrm» нет; есть: "),
    ],
)
def test_a_wrong_setting_of_a_channel_is_told_in_russian(run, typed, said):
    result = run("connect", typed, "--set", "token=abc", HUB_LANGUAGE="ru")

    assert (result.exit_code, said in result.stderr) == (1, True)


def test_whoever_asks_for_a_kind_that_is_not_there_reads_of_the_managers_bot(run):
    assert "бот менеджеров: manager_bot" in run("connect", "fax", HUB_LANGUAGE="ru").stderr


def test_a_wrong_name_in_a_settings_file_names_that_file(run, tmp_path):
    file = tmp_path / "shop.toml"
    file.write_text("colour = 1\n")

    assert run("status", "--config", str(file), HUB_LANGUAGE="ru").stderr == (
        f"hub: {file}: настройки «colour» нет; какие есть, показывает `hub check`\n"
    )
