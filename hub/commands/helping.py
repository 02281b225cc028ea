"""Help and wrong usage in the reader's language: Russian unless `hub --language en …` or HUB_LANGUAGE says otherwise.

typer draws the help and finds what is wrong; here its words are those of `help_commands`, `help_options` and
`usage_refusals`. The page docs/commands.md is made of the English ones.
"""

import re
from collections.abc import Mapping
from functools import cache
from typing import Any

import typer

from hub.commands.help_commands import COMMANDS
from hub.commands.help_options import OPTIONS

_PANELS = {"argument": "Что указать", "option": "Параметры"}
_LIST = "Команды"


def asked_language(context: Any) -> str:
    """Return the language that the program's own options or the environment ask for; `ru` where neither does."""
    root = context.find_root()
    option = next(each for each in root.command.params if each.name == "language")
    asked = root.params.get("language") or option.value_from_envvar(root)
    return "en" if asked == "en" else "ru"


def speak_russian(command: Any, context: Any) -> None:
    """Put Russian into what the help of a command shows, and of those below it."""
    command.help = say_help(COMMANDS, command.help)
    for each in command.get_params(context):
        each.help = say_help(OPTIONS, each.help)
        each.rich_help_panel = _PANELS[each.param_type_name]
    for inner in getattr(command, "commands", {}).values():
        inner.rich_help_panel = _LIST
        speak_russian(inner, context)


def what_is_wrong(error: typer.TyperException, context: Any) -> str:
    """Return a wrong usage as two lines: what it is, and where the right one is shown."""
    raised_in = getattr(error, "ctx", None)
    path = raised_in.command_path if raised_in else f"{context.command_path} {context.invoked_subcommand or ''}".strip()
    said = " ".join(error.format_message().split()).rstrip(".")
    return f"{said}\n`{path} --help` shows how it is written"


def say_help(texts: Mapping[str, str], english: str | None) -> str:
    """Return the Russian of a help; what is not known stays as it is."""
    plain = " ".join((english or "").split())
    if plain in texts:
        return texts[plain]
    for pattern, russian in _open_ended():
        if found := pattern.fullmatch(plain):
            return russian.format(*found.groups())
    return plain


@cache
def _open_ended() -> list[tuple[re.Pattern[str], str]]:
    """Return the helps into which the code puts something."""
    return [
        (re.compile("(.+)".join(map(re.escape, english.split("{}")))), russian)
        for english, russian in OPTIONS.items()
        if "{}" in english
    ]
