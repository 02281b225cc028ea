"""Every button has its command, and every command is told of in the help, in both languages."""

import re
from pathlib import Path

import pytest

from bots.screens.action import Press
from bots.screens.desk import help_screen
from bots.telegram.commands import FIRST_STEPS, parse_command
from bots.telegram.deeds import DEEDS
from bots.texts import CATALOGUES, Texts
from hub.domain.manager import Role

NAMES = {press: FIRST_STEPS.get(press, press).value for press in DEEDS}


def test_every_press_has_a_deed():
    assert set(DEEDS) == set(Press)


@pytest.mark.parametrize("press", list(DEEDS))
def test_every_button_can_be_typed(press):
    command = parse_command(f"/{NAMES[press]} 1042")
    assert command is not None
    assert Press(command.name) not in FIRST_STEPS


@pytest.mark.parametrize("language", list(CATALOGUES))
def test_help_names_every_command_and_no_other(language):
    told = set(re.findall(r"/([a-z]+)", help_screen(Texts(language), Role.manager).text))
    assert told == set(NAMES.values())


def test_the_page_of_the_manager_bot_names_every_command():
    page = (Path(__file__).parents[2] / "docs" / "manager-bot.md").read_text(encoding="utf-8")
    assert set(NAMES.values()) <= set(re.findall(r"`/([a-z]+)", page))
