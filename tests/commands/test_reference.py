"""The pages about commands and rules say what the code says."""

import re
from pathlib import Path
from typing import Any

import pytest
from pydantic import BaseModel

from hub.commands.catalogue import CATALOGUE
from hub.commands.reference import reference_lines
from hub.commands.texts import TEXTS
from hub.routing import conditions, groups
from hub.routing.spelling import write_duration
from hub.routing.tree import LineSection, PolicyDocument

PAGES = [Path("README.md"), Path("README.ru.md"), *sorted(Path("docs").glob("*.md"))]
PAGES.remove(Path("docs/decisions.md"))  # it tells of what was not chosen, too
POLICY = Path("docs/policy.md").read_text()


def models(model: type[BaseModel]) -> set[type[BaseModel]]:
    """Return the models inside a model, itself included; conditions have a table of their own."""
    found = {model}
    for field in model.model_fields.values():
        for part in [field.annotation, *_parts(field.annotation)]:
            if isinstance(part, type) and issubclass(part, BaseModel) and not issubclass(part, groups.Part):
                found |= models(part)
    return found


def _parts(annotation: Any) -> list[Any]:
    own = list(getattr(annotation, "__args__", ()))
    return own + [inner for part in own for inner in _parts(part)]


def test_the_page_of_commands_is_made_from_the_code():
    assert Path("docs/commands.md").read_text().splitlines() == "\n".join(reference_lines()).splitlines()


@pytest.mark.parametrize("page", PAGES, ids=str)
def test_a_page_names_only_commands_that_are_there(page):
    named = set(re.findall(r"(?:`|bin/)hub ([a-z]+)", page.read_text()))

    assert named - {entry.name for entry in CATALOGUE} == set()


@pytest.mark.parametrize("model", sorted(models(PolicyDocument), key=str))
def test_the_page_of_rules_names_every_key(model):
    def is_named(key: str) -> bool:
        return any(form.format(key) in POLICY for form in ("`{}`", "[{}", ".{}]", ".{}."))

    assert [key for key in model.model_fields if not is_named(key)] == []


def test_the_page_of_rules_names_every_condition():
    kinds = [
        getattr(conditions, name).model_fields["kind"].annotation.__args__[0]
        for name in dir(conditions)
        if name != "Part" and hasattr(getattr(conditions, name), "explain")
    ]

    assert [kind for kind in kinds if f"`{kind}`" not in POLICY] == []


@pytest.mark.parametrize(
    "name", ["mode", "strategy", "capacity", "owner_off_shift", "owner_extra", "owner_memory", "reopen_window"]
)
def test_the_page_of_rules_names_the_defaults_in_force(name):
    default = LineSection.model_fields[name].default
    shown = write_duration(default) if hasattr(default, "days") else default

    assert f"| `{name}` | `{shown}` |" in POLICY


@pytest.mark.parametrize("key", TEXTS)
def test_both_languages_say_the_same_facts(key):
    def facts(text: str) -> set[str]:
        return {part.split("}")[0] for part in text.split("{")[1:]}

    assert facts(TEXTS[key].ru) == facts(TEXTS[key].en)
