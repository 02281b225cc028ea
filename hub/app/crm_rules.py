"""What a policy document says of CRMs, held against the CRMs that are connected, and tried on the last clients."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import structlog

from hub.app.crms import list_crms
from hub.app.office import Building
from hub.crm_sync.account import Account, describe, read_account
from hub.crm_sync.base import CrmSchema
from hub.crm_sync.lane import CrmConnection
from hub.crm_sync.preview import Preview, preview_clients
from hub.crm_sync.registry import is_crm
from hub.domain.crm import Entity
from hub.domain.crm_rules import CrmRules
from hub.domain.errors import PolicyInvalid, ProviderError
from hub.domain.policy import Policy
from hub.domain.stages import StageState
from hub.routing.crm_known import Crms, KnownCrm, KnownStage, list_missing
from hub.routing.fault import all_said
from hub.routing.tree import PolicyDocument
from hub.store.connections import list_connections
from hub.store.pool import acquire

_UNKNOWN = KnownCrm(is_described=False)
_log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class CrmPreview:
    """What a draft would write into one CRM. `users` and `stages` are their names by the CRM's ids."""

    crm: str
    users: Mapping[str, str]
    stages: Mapping[str, str]
    clients: Sequence[Preview]


async def compare_with_crms(building: Building, document: PolicyDocument) -> Crms:
    """Return what the connected CRMs consist of, by name, if they have everything a document names; else refuse it.

    One that never said it, or lacks something, is asked now and the answer stored, so what was made there a moment ago
    counts; one that does not answer stays as it was stored.

    Raises:
        PolicyInvalid: a CRM does not have what the document names; every fault with its place.
    """
    async with acquire(building.ground.pool) as connection:
        known = {row.name: _UNKNOWN for row in await list_connections(connection) if is_crm(row.kind)}
    for crm in list_crms(building):
        known[crm.name] = _known((await _account(building, crm)).schema)
        if crm.name in document.crm and _is_to_be_asked(document, crm.name, known):
            known[crm.name] = await _ask(building, crm) or known[crm.name]
    if faults := list_missing(document.crm, known):
        raise PolicyInvalid(all_said(faults))
    return known


def _is_to_be_asked(document: PolicyDocument, name: str, known: Crms) -> bool:
    return not known[name].is_described or bool(list_missing({name: document.crm[name]}, known))


async def _account(building: Building, crm: CrmConnection) -> Account:
    return await read_account(building.office, crm.crm, crm.id, crm.name)


async def _ask(building: Building, crm: CrmConnection) -> KnownCrm | None:
    """Return what a CRM consists of by its own word, None if it cannot be asked now."""
    try:
        return _known(await describe(building.office, crm.crm, crm.id))
    except ProviderError as error:
        _log.warning("crm.describing_failed", crm=crm.name, code=error.code)
        return None


def _known(schema: CrmSchema) -> KnownCrm:
    """Return a schema as rules are compared with it; an empty one was never told."""
    titles: dict[Entity, dict[str, str]] = {Entity.contact: {}, Entity.request: {}}
    for field in schema.fields:
        titles.setdefault(field.entity, {})[field.code] = field.title
    return KnownCrm(
        stages={each.id: KnownStage(each.name, StageState(each.outcome), each.pipeline) for each in schema.stages},
        contact_fields=titles[Entity.contact],
        lead_fields=titles[Entity.request],
        is_described=schema != CrmSchema(),
    )


async def preview_crms(building: Building, draft: Policy, *, limit: int) -> list[CrmPreview]:
    """Return, for every connected CRM whose rules a draft changes, what it would write there of the last clients.

    The CRM is not asked: stages and people are those it named last. Writes nothing.
    """
    present, found = building.office.policy(), []
    for crm in list_crms(building):
        if present.crms.get(crm.name, CrmRules()) != draft.crms.get(crm.name, CrmRules()):
            found.append(await _preview(building, crm, draft, limit=limit))
    return found


async def _preview(building: Building, crm: CrmConnection, draft: Policy, *, limit: int) -> CrmPreview:
    now = await _account(building, crm)
    office = replace(building.office, policy=lambda: draft)
    becomes = replace(now, office=office, rules=draft.crms.get(crm.name, CrmRules()))
    return CrmPreview(
        crm=crm.name,
        users={user.id: user.name for user in now.schema.users if user.name},
        stages={stage.id: stage.name for stage in now.schema.stages if stage.name},
        clients=await preview_clients(now, becomes, limit=limit),
    )
