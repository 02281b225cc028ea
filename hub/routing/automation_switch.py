"""The automations of a document as people see them, and switching one in the document's own text.

A switch changes one word, or adds one section at the end, so that comments and order survive.
"""

import re
import tomllib
from dataclasses import dataclass

from hub.domain.automation import Mode
from hub.domain.errors import NotFound, PolicyInvalid
from hub.domain.words import Words
from hub.routing.automation_templates import BUILT_IN, TEMPLATES
from hub.routing.automations import lay_over
from hub.routing.document import parse_policy, write_policy
from hub.routing.tree import PolicyDocument

ALWAYS = "always"


@dataclass(frozen=True, slots=True)
class Listed:
    """An automation of a document; `mode` is `always` for what the hub does anyway."""

    key: str
    name: Words
    mode: str


def list_automations(document: PolicyDocument) -> list[Listed]:
    """Return the shipped ones in their order, then the document's own."""
    listed = [Listed(key, words, ALWAYS) for key, words in BUILT_IN.items()]
    for key, each in lay_over(TEMPLATES, document.automations).items():
        name = each.name or key
        listed.append(Listed(key, Words(name, each.name_en or name), (each.mode or Mode.on).value))
    shipped = {*BUILT_IN, *TEMPLATES}
    return sorted(listed, key=lambda each: (each.key not in shipped, _number(each.key), each.key))


def _number(key: str) -> int:
    last = key.rpartition("-")[2]
    return int(last) if last.isdecimal() else 0


def switch(text: str, key: str, mode: Mode) -> str:
    """Return the text of a document with one automation on, off or dry.

    Raises:
        NotFound: there is no such automation, or the hub does it always.
        PolicyInvalid: with it the document would be wrong, for instance a field is missing.
    """
    document = parse_policy(text)
    known = [each.key for each in list_automations(document) if each.mode != ALWAYS]
    if key not in known:
        raise NotFound(f"there is no automation '{key}' to switch; there are: {', '.join(known)}")
    wanted = _switched(document, key, mode)
    written = _edit(text, key, mode)
    try:
        is_meant = parse_policy(written) == wanted
    except PolicyInvalid:
        parse_policy(write_policy(wanted))
        is_meant = False
    return written if is_meant else write_policy(wanted)


def _switched(document: PolicyDocument, key: str, mode: Mode) -> PolicyDocument:
    """Return the document with the mode written, even where it is the default."""
    values = tomllib.loads(write_policy(document))
    values.setdefault("automations", {}).setdefault(key, {})["mode"] = mode.value
    return PolicyDocument.model_validate(values)


def _edit(text: str, key: str, mode: Mode) -> str:
    header = re.compile(rf"^\[\s*automations\.(?:\"{re.escape(key)}\"|{re.escape(key)})\s*\][^\n]*\n", re.MULTILINE)
    found = header.search(text)
    if found is None:
        return f'{text.rstrip()}\n\n[automations.{key}]\nmode = "{mode}"\n'
    rest = text[found.end() :]
    end = re.search(r"^\[", rest, re.MULTILINE)
    body, after = (rest[: end.start()], rest[end.start() :]) if end else (rest, "")
    line = f'mode = "{mode}"'
    changed, count = re.subn(r"^mode\s*=\s*[\"']\w+[\"']", line, body, count=1, flags=re.MULTILINE)
    return text[: found.end()] + (changed if count else f"{line}\n{body}") + after
