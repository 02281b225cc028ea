"""Sections about CRMs compared with the CRMs that are connected: what is not there, and what is probably not meant.

What a CRM consists of is read elsewhere (`hub.app.crm_schemas`) and comes as plain values. A stage or field it does not
have would lose every value written to it, so such a section is refused; a CRM that is not connected, or that could not
be asked, is only doubted: it may come.
"""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from difflib import SequenceMatcher

from hub.domain.stages import LeadRules, StageState
from hub.routing.crm_rules import CrmSection, Sections
from hub.routing.fault import Fault, fault

_NAMED_AT_MOST = 8
_MEANT = {StageState.open: "лид в работе", StageState.won: "сделка", StageState.lost: "отказ"}


@dataclass(frozen=True, slots=True)
class KnownStage:
    """A stage there. `pipeline` is empty for one that belongs to all."""

    name: str
    outcome: StageState = StageState.open
    pipeline: str = ""


@dataclass(frozen=True, slots=True)
class KnownCrm:
    """What a connected CRM says it consists of: stages by id, titles of fields by code.

    Not `is_described`: nobody could ask it yet. A CRM that names no stages, or no fields at all, is not compared in
    that.
    """

    stages: Mapping[str, KnownStage] = field(default_factory=dict)
    contact_fields: Mapping[str, str] = field(default_factory=dict)
    lead_fields: Mapping[str, str] = field(default_factory=dict)
    is_described: bool = True

    @property
    def pipelines(self) -> list[str]:
        """Return the pipelines there, in its order."""
        return list(dict.fromkeys(stage.pipeline for stage in self.stages.values() if stage.pipeline))

    @property
    def names_fields(self) -> bool:
        """Tell whether it says which fields it has."""
        return bool(self.contact_fields or self.lead_fields)


Crms = Mapping[str, KnownCrm]


def list_missing(sections: Sections, crms: Crms) -> list[Fault]:
    """Return what sections name and their CRM does not have; a document with any is not put into force."""
    known = ((f"crm.{name}", section, crms[name]) for name, section in sections.items() if name in crms)
    return [fault for place, section, crm in known for fault in _missing(place, section, crm)]


def _missing(place: str, section: CrmSection, crm: KnownCrm) -> Iterator[Fault]:
    if crm.pipelines and section.pipeline and section.pipeline not in crm.pipelines:
        yield _absent(f"{place}.pipeline", section.pipeline, dict.fromkeys(crm.pipelines, ""))
    stages = {key: stage.name for key, stage in crm.stages.items()}
    for key, there in section.stages.items() if stages else ():
        if there not in stages:
            yield _absent(f"{place}.stages.{key}", there, stages)
    if not crm.names_fields:
        return
    for table, fields in (("contact_fields", crm.contact_fields), ("lead_fields", crm.lead_fields)):
        for key, code in getattr(section, table).items():
            if code not in fields:
                yield _absent(f"{place}.{table}.{key}", code, fields)


def _absent(place: str, wanted: str, there_are: Mapping[str, str]) -> Fault:
    listed = _closest(wanted, there_are)
    return fault(
        place,
        f"в CRM нет «{wanted}»; есть: {listed or 'ничего'}; впишите нужное, заведите его там или уберите строку",
        f"the CRM has no '{wanted}'; there are: {listed or 'none'}; write the right one, make it there, or take the "
        "line out",
    )


def _closest(wanted: str, there_are: Mapping[str, str]) -> str:
    """Return what there is as text, spelt most like it first: `UF_CRM_CITY (Город), …`."""
    by_likeness = sorted(there_are, key=lambda code: -SequenceMatcher(None, wanted.lower(), code.lower()).ratio())
    said = [f"{code} ({there_are[code]})" if there_are[code] else code for code in by_likeness[:_NAMED_AT_MOST]]
    return ", ".join([*said, "…"] if len(by_likeness) > _NAMED_AT_MOST else said)


def list_crm_doubts(sections: Sections, leads: LeadRules, crms: Crms | None) -> Iterator[Fault]:
    """Yield what is probably not meant; what is connected is compared if it is given."""
    for name, section in sections.items():
        place = f"crm.{name}"
        yield from _idle(place, section)
        if crms is None:
            continue
        if name not in crms:
            yield _unconnected(place, name, crms)
        elif not crms[name].is_described:
            yield _unasked(place)
        else:
            yield from _pipeline(place, section, crms[name])
            yield from _stages(place, section, crms[name], leads=leads)


def _idle(place: str, section: CrmSection) -> Iterator[Fault]:
    """Name what is written for leads where leads stay here."""
    idle = [name for name in ("pipeline", "stages", "lead_fields") if getattr(section, name)]
    if idle and not section.leads:
        listed = ", ".join(idle)
        yield fault(
            place,
            f"лиды туда не переносят (leads = false), {listed} ни на что не влияет; уберите или верните leads = true",
            f"leads are not brought there (leads = false), {listed} does nothing; take it out, or write leads = true",
        )


def _unconnected(place: str, name: str, crms: Collection[str]) -> Fault:
    listed = ", ".join(f"«{each}»" for each in crms)
    listed_en = ", ".join(f"'{each}'" for each in crms)
    return fault(
        place,
        f"CRM «{name}» не подключена, раздел ни на что не влияет; подключены: {listed or 'никакие'}; исправьте имя или "
        f"подключите: hub connect ВИД --name '{name}'",
        f"no CRM '{name}' is connected, the section does nothing; there are: {listed_en or 'none'}; mend the name, or "
        f"connect it: hub connect KIND --name '{name}'",
    )


def _unasked(place: str) -> Fault:
    return fault(
        place,
        "CRM пока не ответила, что в ней есть: этапы и коды полей не сверены; проверьте связь (hub check) и повторите "
        "hub policy check",
        "the CRM has not answered yet what it has: stages and codes of fields are not compared; look at the connection "
        "(hub check) and run hub policy check again",
    )


def _pipeline(place: str, section: CrmSection, crm: KnownCrm) -> Iterator[Fault]:
    if section.pipeline and crm.stages and not crm.pipelines:
        yield fault(
            f"{place}.pipeline",
            "воронок эта CRM не назвала, строка ни на что не влияет; уберите её",
            "the CRM names no pipelines, the line does nothing; take it out",
        )


def _stages(place: str, section: CrmSection, crm: KnownCrm, *, leads: LeadRules) -> Iterator[Fault]:
    for key, there in section.stages.items():
        ours, theirs = leads.find_stage(key), crm.stages.get(there)
        if ours is None or theirs is None:
            continue
        where = f"{place}.stages.{key}"
        if ours.state is not theirs.outcome:
            yield fault(
                where,
                f"у нас «{key}» — {_MEANT[ours.state]}, а «{there}» там — {_MEANT[theirs.outcome]}; сверьте этапы",
                f"'{key}' is {ours.state} here, and '{there}' is {theirs.outcome} there; compare the stages",
            )
        if section.pipeline and theirs.pipeline not in ("", section.pipeline):
            yield fault(
                where,
                f"«{there}» стоит в воронке «{theirs.pipeline}», а лиды начинаются в «{section.pipeline}»; возьмите "
                "этап из неё",
                f"'{there}' belongs to the pipeline '{theirs.pipeline}' and leads begin in '{section.pipeline}'; take "
                "a stage of that one",
            )
