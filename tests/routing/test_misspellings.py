"""Everything pydantic can find wrong in a policy that a person writes is said in Russian."""

import re
from collections.abc import Iterator
from datetime import UTC, date, datetime, time
from typing import Any

import pytest
from pydantic import BaseModel, ValidationError

from hub.routing.misspellings import list_misspellings
from hub.routing.tree import PolicyDocument

WRITTEN: tuple[object, ...] = (
    *(0, -1, 10**30, 1.5, float("inf"), float("nan"), True, "", " ", "x", "x" * 5000),
    *([], ["x"], [""], [1], ["x"] * 5000, [[]], [{}], {}, {"x": 1}, {"x": "x"}, {"x": {}}, {"x": []}, {"": 1}),
    *(date(2027, 1, 1), datetime(2027, 1, 1, 12, 30, tzinfo=UTC), time(9, 30)),
    *({"kind": "x"}, {"kind": 1}, [{"kind": "x"}]),
    *({"mon": [9]}, {"mon": 9}, {"mon": ["9-18"]}, {"x": {"x": {}}}),
)
"""What TOML can hold where something else is wanted."""


def list_models(node: object, seen: set[type[BaseModel]]) -> Iterator[type[BaseModel]]:
    """Yield every model of a core schema once."""
    if isinstance(node, dict):
        model = node.get("cls") if node.get("type") == "model" else None
        if model is not None and model not in seen:
            seen.add(model)
            yield model
        for name, inner in node.items():
            if name not in ("metadata", "serialization"):
                yield from list_models(inner, seen)
    elif isinstance(node, list | tuple):
        for inner in node:
            yield from list_models(inner, seen)


MODELS = list(list_models(PolicyDocument.__pydantic_core_schema__, set()))


def found_wrong(model: type[BaseModel], written: object) -> Iterator[str]:
    try:
        model.model_validate(written)
    except ValidationError as error:
        for fault in list_misspellings(error):
            yield fault.words.ru


@pytest.mark.parametrize("model", MODELS, ids=lambda model: model.__name__)
def test_every_fault_a_person_can_write_is_said_in_russian(model: type[BaseModel]) -> None:
    documents: list[Any] = [*WRITTEN, *({name: value} for name in model.model_fields for value in WRITTEN)]
    said = {sentence for written in documents for sentence in found_wrong(model, written)}

    assert said
    assert [each for each in said if not re.search("[а-яё]", each) or each.startswith("не подходит:")] == []
