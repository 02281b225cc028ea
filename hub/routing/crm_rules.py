"""The part of the policy document that speaks of CRMs: which stage is which there, which own field goes where.

    [crm.bitrix]
    pipeline = "0"
    [crm.bitrix.stages]
    new = "NEW"
    won = "WON"
    [crm.bitrix.contact_fields]
    city = "UF_CRM_CITY"

Sections are named like the connection. Here a document is judged by itself; whether the CRM has what it names is
`hub.routing.crm_known`. Values for the run time are `hub.domain.crm_rules`.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping
from typing import Annotated

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

from hub.domain.crm_rules import CrmRules
from hub.domain.stages import BuiltIn, LeadRules
from hub.routing.fault import Fault, Misspelt, fault


def _checked_code(code: str) -> str:
    if not code.strip():
        raise Misspelt(
            "сюда ничего не вписано; впишите код из CRM или уберите строку",
            "nothing is written here; write the code of the CRM, or take the line out",
        )
    return code.strip()


Code = Annotated[str, Field(max_length=200), AfterValidator(_checked_code)]


class CrmSection(BaseModel):
    """What the business wants of one CRM."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    pipeline: str = Field(default="", max_length=200, description="Where new leads begin there; its first one if empty")
    leads: bool = Field(default=True, description="Leads are brought there, not cards alone")
    history: bool = Field(default=True, description="Messages, calls and forms are written there too")
    stages: dict[str, Code] = Field(default_factory=dict, description="Our stage → the id of the stage there")
    contact_fields: dict[str, Code] = Field(
        default_factory=dict, description="Own field of a client's card → the code of the field there"
    )
    lead_fields: dict[str, Code] = Field(
        default_factory=dict, description="Own field of a lead, or product → the code of the field there"
    )


Sections = Mapping[str, CrmSection]
_SECTIONS = {"contact_fields": "leads.contact_fields", "lead_fields": "leads.fields"}
_BY_ITSELF = frozenset({BuiltIn.amount, BuiltIn.source, BuiltIn.responsible})


def build_crm_rules(sections: Sections) -> dict[str, CrmRules]:
    """Return the run-time values of sections without faults, by the connection's name."""
    return {
        name: CrmRules(
            stages=each.stages,
            contact_fields=each.contact_fields,
            lead_fields=each.lead_fields,
            pipeline=each.pipeline.strip(),
            makes_requests=each.leads,
            brings_history=each.history,
        )
        for name, each in sections.items()
    }


def list_crm_faults(sections: Sections, leads: LeadRules) -> Iterator[Fault]:
    """Yield what is wrong with sections by themselves, each with its place and the mend.

    Several stages may mean one there: a CRM often has fewer. A field of its own has one of ours, or a change there
    could not be brought back.
    """
    for name, section in sections.items():
        place = f"crm.{name}"
        yield from _stages(f"{place}.stages", section.stages, [each.key for each in leads.stages])
        yield from _fields(place, "contact_fields", section.contact_fields, own=leads.contact_fields)
        own = dict.fromkeys([*leads.lead_fields, BuiltIn.product.value])
        yield from _fields(place, "lead_fields", section.lead_fields, own=own)


def _stages(place: str, stages: Iterable[str], there_are: list[str]) -> Iterator[Fault]:
    for key in stages:
        if key not in there_are:
            yield fault(
                f"{place}.{key}",
                f"нет этапа «{key}»; есть: {', '.join(there_are)}; заведите его: [[leads.stages]] с key = '{key}'",
                f"'{key}' is no stage; there are: {', '.join(there_are)}; or write [[leads.stages]] with key = '{key}'",
            )


def _fields(place: str, table: str, mapped: Mapping[str, str], *, own: Collection[str]) -> Iterator[Fault]:
    by_code = defaultdict(list)
    for key, code in mapped.items():
        by_code[code].append(key)
        if key not in own:
            yield _no_field(f"{place}.{table}.{key}", key, own, section=_SECTIONS[table])
    for code, keys in by_code.items():
        if len(keys) > 1:
            yield fault(
                f"{place}.{table}",
                f"в «{code}» пишут сразу {', '.join(keys)}; оставьте одно из них или дайте каждому свой код",
                f"'{code}' is written by {', '.join(keys)} at once; leave one of them, or give each its own code",
            )


def _no_field(place: str, key: str, own: Collection[str], *, section: str) -> Fault:
    if key in _BY_ITSELF:
        return fault(
            place,
            "это хаб переносит сам, код не нужен; уберите строку",
            "the hub brings this over by itself and needs no code; take the line out",
        )
    listed, is_taken = ", ".join(own), key in set(BuiltIn)
    return fault(
        place,
        f"нет поля «{key}»; есть: {listed or 'ничего'}; "
        + ("уберите строку" if is_taken else f"заведите его: [{section}.{key}]"),
        f"'{key}' is no field; there are: {listed or 'none'}; "
        + ("take the line out" if is_taken else f"or write [{section}.{key}]"),
    )
