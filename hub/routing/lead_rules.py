"""The part of the policy document that speaks of leads: stages, reasons of loss, own fields and tags (L-2 to L-7).

    [leads]
    tags = ["опт", "розница"]
    [[leads.stages]]
    key = "proposal_sent"
    name = "Предложение отправлено"
    requires = ["amount", "next_step", "object_type"]
    [leads.fields.object_type]
    name = "Тип объекта"
    type = "choice"
    choices = ["квартира", "офис"]

A list that is given replaces the default one. Values for the run time are `hub.domain.stages`.
"""

from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from hub.domain.stages import (
    DEFAULT_REASONS,
    DEFAULT_STAGES,
    LOST,
    WON,
    BuiltIn,
    FieldRule,
    FieldType,
    LeadRules,
    Reason,
    Stage,
    StageState,
)
from hub.domain.words import Words
from hub.routing.fault import Fault, fault

StageKey = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]*$", max_length=20)]
FieldKey = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]*$", max_length=16)]
Label = Annotated[str, Field(min_length=1, max_length=80)]


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class _Named(_Part):
    name: Label = Field(description="As people read it")
    name_en: str = Field(default="", max_length=80, description="The same in English, the name itself if empty")

    def words(self) -> Words:
        """Return the name in both languages."""
        return Words(self.name, self.name_en or self.name)


class StageSection(_Named):
    """A stage (L-2)."""

    key: StageKey = Field(description="Its name in reports and automations; never changed later")
    state: StageState = Field(default=StageState.open, description="'won' and 'lost' end the lead")
    requires: tuple[str, ...] = Field(
        default=(), max_length=20, description="No move without these: built-in things and own fields (L-3)"
    )


class ReasonSection(_Named):
    """A reason of loss (L-5)."""

    key: StageKey


class FieldSection(_Named):
    """An own field (L-7)."""

    type: FieldType = FieldType.text
    choices: tuple[Label, ...] = Field(default=(), max_length=50, description="What a choice may hold")


class LeadsSection(_Part):
    """What the business wants of its leads."""

    stages: tuple[StageSection, ...] = Field(
        default=(), max_length=30, description="Instead of the default stages (L-2)"
    )
    loss_reasons: tuple[ReasonSection, ...] = Field(
        default=(), max_length=30, description="Instead of the default reasons of loss (L-5)"
    )
    fields: dict[FieldKey, FieldSection] = Field(default_factory=dict, description="Own fields of a lead (L-7)")
    contact_fields: dict[FieldKey, FieldSection] = Field(
        default_factory=dict, description="Own fields of a client's card (L-7)"
    )
    tags: tuple[Label, ...] = Field(default=(), max_length=200, description="The tags people may set; any if empty")


def build_lead_rules(section: LeadsSection) -> LeadRules:
    """Return the run-time values of a section without faults."""
    stages = tuple(Stage(each.key, each.words(), each.state, each.requires) for each in section.stages)
    reasons = tuple(Reason(each.key, each.words()) for each in section.loss_reasons)
    return LeadRules(
        stages=stages or DEFAULT_STAGES,
        reasons=reasons or DEFAULT_REASONS,
        lead_fields=_build_fields(section.fields),
        contact_fields=_build_fields(section.contact_fields),
        tags=section.tags,
    )


def _build_fields(sections: Mapping[str, FieldSection]) -> dict[str, FieldRule]:
    return {key: FieldRule(key, each.words(), each.type, each.choices) for key, each in sections.items()}


def list_lead_faults(section: LeadsSection) -> Iterator[Fault]:
    """Yield what is wrong between the parts of the section, each with its place and the mend."""
    yield from _twice("leads.stages", [each.key for each in section.stages])
    yield from _twice("leads.loss_reasons", [each.key for each in section.loss_reasons])
    if section.stages:
        yield from _ends(section)
    yield from _required(section)
    yield from _fields("leads.fields", section.fields)
    yield from _fields("leads.contact_fields", section.contact_fields)


def _twice(place: str, keys: list[str]) -> Iterator[Fault]:
    for key, count in Counter(keys).items():
        if count > 1:
            yield fault(
                place,
                f"«{key}» указано не один раз, а {count}; дайте каждому свой ключ",
                f"'{key}' is given {count} times; give each a key of its own",
            )


def _ends(section: LeadsSection) -> Iterator[Fault]:
    """Leads begin on the first stage, and end on exactly one of each kind."""
    states = [each.state for each in section.stages]
    if states[0] is not StageState.open:
        yield fault(
            "leads.stages[1]",
            "с первого этапа начинаются новые лиды, он не может быть последним; поставьте первым открытый",
            "the first stage is where new leads begin, so it cannot end them; put an open one first",
        )
    for state, example in ((StageState.won, WON), (StageState.lost, LOST)):
        if states.count(state) != 1:
            yield fault(
                "leads.stages",
                f"state = '{state}' бывает ровно у одного этапа; напишите его, например, с key = '{example}'",
                f"exactly one stage has state = '{state}'; write it, for instance with key = '{example}'",
            )


def _required(section: LeadsSection) -> Iterator[Fault]:
    """Stages ask for fields there are, and the first one for none."""
    known = [*section.fields, *BuiltIn]
    for number, stage in enumerate(section.stages, start=1):
        place = f"leads.stages[{number}].requires"
        for name in stage.requires:
            if name not in known:
                yield fault(
                    place,
                    f"нет поля «{name}»; есть: {', '.join(known)}; заведите его: [leads.fields.{name}]",
                    f"'{name}' is no field; there are: {', '.join(known)}; or write [leads.fields.{name}]",
                )
        if number == 1 and stage.requires:
            yield fault(
                place,
                "у нового лида ещё ничего нет; требуйте это на следующем этапе",
                "new leads have nothing yet; ask for it on a later stage",
            )


def _fields(place: str, sections: Mapping[str, FieldSection]) -> Iterator[Fault]:
    for key, each in sections.items():
        if key in set(BuiltIn):
            yield fault(
                f"{place}.{key}",
                "это есть у каждого лида; возьмите другой ключ",
                "every lead has this already; choose another key",
            )
        if (each.type is FieldType.choice) != bool(each.choices):
            yield fault(
                f"{place}.{key}.choices",
                "варианты пишут для choice, и только для него",
                "a choice needs them, and nothing else has them",
            )
