"""Every button has its command, and every command is told of in the help, in both languages."""

import re
from pathlib import Path

import pytest

from bots.screens.action import Press
from bots.screens.desk import help_screen
from bots.telegram.commands import FIRST_STEPS, parse_command
from bots.telegram.deeds import DEEDS
from bots.telegram.keys import key_rows
from bots.texts import CATALOGUES, Texts
from hub.domain.manager import Role

NAMES = {press: FIRST_STEPS.get(press, press).value for press in DEEDS}
FOR_HEADS = {"team", "relieve", "rules", "draft", "read", "unread", "day", "stats"}
FOR_ADMINS = {"room", "admin", "people", "invite", "health", "autos", "connect"}


def test_every_press_has_a_deed():
    assert set(DEEDS) == set(Press)


@pytest.mark.parametrize("press", list(DEEDS))
def test_every_button_can_be_typed(press):
    command = parse_command(f"/{NAMES[press]} 1042")
    assert command is not None
    assert Press(command.name) not in FIRST_STEPS


@pytest.mark.parametrize("role", Role)
@pytest.mark.parametrize("language", list(CATALOGUES))
def test_help_names_every_command_of_a_role_and_no_other(language, role):
    told = set(re.findall(r"/([a-z]+)", help_screen(Texts(language), role).text))
    others = {Role.manager: FOR_HEADS | FOR_ADMINS, Role.head: FOR_ADMINS, Role.admin: set()}
    assert told == set(NAMES.values()) - others[role]


def test_the_page_of_the_manager_bot_names_every_command():
    page = (Path(__file__).parents[2] / "docs" / "manager-bot.md").read_text(encoding="utf-8")
    assert set(NAMES.values()) <= set(re.findall(r"`/([a-z]+)", page))


@pytest.mark.parametrize("role", Role)
@pytest.mark.parametrize("language", list(CATALOGUES))
def test_what_a_day_begins_with_is_a_button_under_the_input_field(language, role):
    labels = [label for row in key_rows(Texts(language), role) for label in row]
    pressed = {command.press for label in labels if (command := parse_command(label))}

    assert {Press.today, Press.tasks, Press.my, Press.queue, Press.overdue, Press.help} <= pressed
    assert (Press.team in pressed) is (role is not Role.manager)
    assert len(pressed) == len(labels)


@pytest.mark.parametrize("language", list(CATALOGUES))
def test_from_the_help_the_day_and_the_tasks_are_one_press_away(language):
    buttons = [button for row in help_screen(Texts(language), Role.manager).rows for button in row]
    pressed = {button.action.press for button in buttons if button.action}

    assert {Press.today, Press.tasks} <= pressed
