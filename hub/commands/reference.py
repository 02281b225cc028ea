"""Writes docs/commands.md from the commands themselves: `python -m hub.commands.reference > docs/commands.md`."""

from collections.abc import Iterator
from typing import Any

from hub.commands.catalogue import CATALOGUE
from hub.commands.entrance import load_command
from hub.commands.printing import print_lines

_HEAD = """\
# Commands

Every command answers `--help`. Settings come from options, then `HUB_*` variables, then `hub.toml` (`--config` names
another file). The exit code is 0 when all is well, 1 when something is wrong (one line on standard error says what and
what to do), 2 for wrong usage, 130 after Ctrl-C. `hub --debug …` shows where an error comes from.

What commands say is Russian, or English with `--language en` (before or after the command) or `HUB_LANGUAGE=en`; so are
help and wrong usage, whose `--language en` stands before the command. JSON is the same in both.

This page is made from the code by `python -m hub.commands.reference`.

| Command | What it does |
|---|---|\
"""


def reference_lines() -> Iterator[str]:
    """Yield the page line by line."""
    commands = [found for entry in CATALOGUE for found in _leaves(load_command(entry), f"hub {entry.name}")]
    yield _HEAD
    for path, command in commands:
        yield f"| [`{path}`](#{path.replace(' ', '-')}) | {_first_sentence(command.help)} |"
    for path, command in commands:
        yield from ("", f"## {path}", "", " ".join(command.help.split()), "", f"`{_usage(path, command)}`")
        yield from _table(command)


def _leaves(command: Any, path: str) -> Iterator[tuple[str, Any]]:
    """Yield what can be run: the command, or those of a family."""
    if not hasattr(command, "commands"):
        yield path, command
        return
    for name, inner in command.commands.items():
        yield from _leaves(inner, f"{path} {name}")


def _first_sentence(text: str) -> str:
    return text.strip().split("\n\n")[0].replace("\n", " ").strip()


def _usage(path: str, command: Any) -> str:
    arguments = [each for each in command.params if each.param_type_name == "argument"]
    shown = [each.name.upper() if each.required else f"[{each.name.upper()}]" for each in arguments]
    return " ".join((path, "[OPTIONS]", *shown))


def _table(command: Any) -> Iterator[str]:
    if not command.params:
        return
    yield from ("", "| | |", "|---|---|")
    for each in command.params:
        name = each.name.upper() if each.param_type_name == "argument" else ", ".join(each.opts)
        yield f"| `{name}` | {each.help}{' Required.' if each.required and name.startswith('-') else ''} |"


if __name__ == "__main__":
    print_lines(reference_lines())
