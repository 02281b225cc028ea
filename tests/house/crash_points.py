"""Finds commits, provider calls and acknowledgements that have no crash point next to them.

Read in the order in which a function does things, every effect must have a
`crash_point("flow.step")` between itself and the effect before it, and between itself
and the effect after it, in the same function. Effects are known by name:

- `await x.commit()` and the end of an `async with … .transaction()` or `.begin()` block;
- `await flush(…)`: the writes of a use-case;
- `await channel.send(…)`, `originate(…)` and `channel.acknowledge(…)`, called from
  outside `hub.channels`: a translator is itself the provider call.

`hub.testing` plays the other side and is left out, `hub.crash` is what is looked for.
"""

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass

from tests.house.source import Function, SourceFile, functions, own_nodes, source_files

COMMITS = {"commit", "flush"}
PROVIDER_CALLS = {"send", "originate"}
ACKNOWLEDGEMENTS = {"acknowledge"}
BLOCKS = {"transaction", "begin"}

NAME = re.compile(r"[a-z][a-z0-9_]*\.[a-z][a-z0-9_]*")

Position = tuple[int, int]


@dataclass(frozen=True, slots=True, order=True)
class Step:
    """A crash point or an effect, at its place in the file; `effect` is empty for a crash point."""

    position: Position
    effect: str


def files_that_act() -> list[SourceFile]:
    """The files in which every effect needs its crash points."""
    return [
        file
        for file in source_files("hub", "bots")
        if not file.name.startswith("hub/testing/") and file.name != "hub/crash.py"
    ]


def called_name(call: ast.AST) -> str:
    """The last name of what is called: `send` for `channel.send(…)`; empty for anything else."""
    match call:
        case ast.Call(func=ast.Attribute(attr=name)) | ast.Call(func=ast.Name(id=name)):
            return name
        case _:
            return ""


def end_of(node: ast.expr | ast.stmt) -> Position:
    """Where a node ends."""
    return (node.end_lineno or node.lineno, node.end_col_offset or node.col_offset)


def steps_at(node: ast.AST, calls_out: set[str]) -> Iterator[Step]:
    """What one node does of the things that matter here."""
    match node:
        case ast.AsyncWith(items=items) if BLOCKS & {called_name(item.context_expr) for item in items}:
            yield Step(end_of(node), "end of transaction")
        case ast.Await(value=ast.Call() as call) if called_name(call) in COMMITS | (PROVIDER_CALLS & calls_out):
            yield Step(end_of(call), called_name(call))
        case ast.Call() if called_name(node) in ACKNOWLEDGEMENTS & calls_out:
            yield Step(end_of(node), called_name(node))
        case ast.Call() if called_name(node) == "crash_point":
            yield Step(end_of(node), "")


def steps_of(function: Function, file: SourceFile) -> list[Step]:
    """Crash points and effects of one function, in order."""
    calls_out: set[str] = set()
    if not file.name.startswith("hub/channels/"):
        calls_out = PROVIDER_CALLS | ACKNOWLEDGEMENTS
    return sorted(step for node in own_nodes(function) for step in steps_at(node, calls_out))


def bare_effects(file: SourceFile) -> list[str]:
    """Effects of one file that lack a crash point before or after, in words."""
    found = []
    for function in functions(file.tree):
        steps = [None, *steps_of(function, file), None]
        for before, step, after in zip(steps, steps[1:], steps[2:], strict=False):
            if step and step.effect:
                lacks = [side for side, near in (("before", before), ("after", after)) if near is None or near.effect]
                place = f"{file.name}:{step.position[0]} {function.name}"
                found += [f"{place}: no crash_point {side} {step.effect}" for side in lacks]
    return found


def point_names(file: SourceFile) -> Iterator[tuple[str, str]]:
    """Place and name of every crash point of a file; a name that is no literal text is empty."""
    for node in ast.walk(file.tree):
        if called_name(node) == "crash_point" and isinstance(node, ast.Call):
            match node.args:
                case [ast.Constant(value=str(name))]:
                    yield f"{file.name}:{node.lineno}", name
                case _:
                    yield f"{file.name}:{node.lineno}", ""
