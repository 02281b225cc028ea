"""Pipelines and the types of associations, remembered: HubSpot wants both named in a write and never changes them much.

Stages are asked for again when one appears that is new to us.
"""

from collections.abc import Mapping, Sequence

from hub.crm_sync.base import CrmStage, Refused
from hub.crm_sync.connectors.hubspot.api import HubSpotApi, results
from hub.crm_sync.connectors.hubspot.reading import read_stages, text_of
from hub.domain.crm import CrmRef
from hub.domain.errors import PermanentFailure


class Structure:
    """What one account consists of."""

    def __init__(self, api: HubSpotApi) -> None:
        self._api = api
        self._stages: Mapping[str, CrmStage] = {}
        self._types: dict[tuple[str, str], int] = {}

    async def read_stages(self) -> Sequence[CrmStage]:
        """Return the stages of deals as they are now, in their order."""
        pipelines = results(await self._api.read(self._api.path("pipelines", "deals")))
        self._stages = {stage.id: stage for stage in read_stages(pipelines) if stage.id}
        return list(self._stages.values())

    async def outcome(self, stage: str) -> str:
        """Return `open`, `won` or `lost`; a stage nobody knows is open."""
        found = await self._find(stage)
        return found.outcome if found else "open"

    async def place_of(self, stage: str, pipeline: str) -> dict[str, str]:
        """Return stage and pipeline of a deal; without a stage the first open one of the pipeline, or of all."""
        if stage:
            found = await self._find(stage)
            return {"dealstage": stage, **({"pipeline": found.pipeline} if found else {})}
        for first in self._stages.values() or await self.read_stages():
            if first.outcome == "open" and pipeline in {"", first.pipeline}:
                return {"dealstage": first.id, "pipeline": first.pipeline}
        raise PermanentFailure(f"there is no pipeline '{pipeline}' with an open stage", reason=Refused.missing)

    async def associations(self, kind: str, to: Sequence[CrmRef]) -> list[Mapping[str, object]]:
        """Return the associations of a new record with others, by the type that has no label."""
        return [{"to": {"id": ref.id}, "types": [await self._type_of(kind, ref.kind)]} for ref in to]

    async def _find(self, stage: str) -> CrmStage | None:
        if stage not in self._stages:
            await self.read_stages()
        return self._stages.get(stage)

    async def _type_of(self, kind: str, to: str) -> Mapping[str, object]:
        if (kind, to) not in self._types:
            labels = results(await self._api.read(self._api.path("associations", f"{kind}s", f"{to}s", "labels")))
            plain = [each for each in labels if not each.get("label") and each.get("category") == "HUBSPOT_DEFINED"]
            types = [type_id for each in plain if (type_id := text_of(each, "typeId")).isdigit()]
            if not types:
                raise PermanentFailure(f"a {kind} cannot be associated with a {to}", reason=Refused.unsupported)
            self._types[kind, to] = int(types[0])
        return {"associationCategory": "HUBSPOT_DEFINED", "associationTypeId": self._types[kind, to]}
