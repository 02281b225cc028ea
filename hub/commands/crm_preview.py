"""How `hub policy try` shows what a draft would write of clients into a CRM: a table for people, JSON for scripts."""

from collections.abc import Callable, Hashable, Iterable, Mapping
from dataclasses import asdict
from typing import TypeVar

import typer

from hub.app.crm_rules import CrmPreview
from hub.commands.printing import print_table
from hub.commands.texts import columns, say
from hub.crm_sync.preview import CardSketch, LeadSketch, Preview

_COLUMNS = ("client", "name", "owner", "stage", "fields")
_NOTHING = "—"
_Key = TypeVar("_Key", bound=Hashable)


def record_of(found: CrmPreview) -> dict[str, object]:
    """Return the whole of it for scripts: each client as now and as under the draft, by the CRM's own ids."""
    clients = [{**asdict(each), "is_changed": each.is_changed} for each in found.clients]
    return {"crm": found.crm, "users": found.users, "stages": found.stages, "clients": clients}


def print_previews(language: str, previews: Iterable[CrmPreview]) -> None:
    """Print a table for each CRM; where the draft writes something else than now, both stand in the cell."""
    for found in previews:
        if not found.clients:
            typer.echo("\n" + say(language, "trial.crm_nobody", crm=found.crm))
            continue
        changed = sum(each.is_changed for each in found.clients)
        typer.echo("\n" + say(language, "trial.crm", crm=found.crm, count=len(found.clients), changed=changed))
        print_table(columns(language, *_COLUMNS), [_row(language, found, each) for each in found.clients])


def _row(language: str, found: CrmPreview, client: Preview) -> list[str]:
    stages = _beside(client, lambda card: {lead.id: _stage(language, found.stages, lead) for lead in card.leads})
    fields = _beside(client, _fields)
    owners = [found.users.get(card.owner, card.owner) for card in (client.now, client.becomes)]
    return [
        str(client.contact_id),
        _both(client.now.name, client.becomes.name),
        _both(*owners),
        "\n".join(stages.values()) or _NOTHING,
        "\n".join(f"{code} = {said}" for (_, code), said in fields.items()) or _NOTHING,
    ]


def _beside(client: Preview, values_of: Callable[[CardSketch], Mapping[_Key, str]]) -> dict[_Key, str]:
    """Return each value under both rules."""
    now, becomes = values_of(client.now), values_of(client.becomes)
    return {key: _both(now.get(key, ""), becomes.get(key, "")) for key in {**now, **becomes}}


def _both(now: str, becomes: str) -> str:
    shown = becomes or _NOTHING
    return shown if now == becomes else f"{now or _NOTHING} → {shown}"


def _stage(language: str, names: Mapping[str, str], lead: LeadSketch) -> str:
    """Return where a lead would stand; one that is there already and moves nowhere says nothing."""
    stage = f"{lead.stage} ({names[lead.stage]})" if lead.stage in names else lead.stage
    if not stage and lead.is_new:
        stage = say(language, "trial.crm_first_stage")
    return say(language, "trial.crm_pipeline", pipeline=lead.pipeline, stage=stage) if lead.pipeline else stage


def _fields(card: CardSketch) -> dict[tuple[int, str], str]:
    """Return values by code, those of leads under their lead."""
    own = {(0, code): value for code, value in card.fields.items()}
    return own | {(lead.id, code): value for lead in card.leads for code, value in lead.fields.items()}
