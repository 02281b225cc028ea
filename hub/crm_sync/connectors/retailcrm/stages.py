"""The statuses of orders: which there are, and which mean that the business has won or lost.

They are asked for when a status appears that is new to us, so a business may add one without telling the hub.
"""

from collections.abc import Mapping

from hub.crm_sync.base import CrmStage
from hub.crm_sync.connectors.retailcrm.api import RetailApi, items, text_of
from hub.net.payloads import Json

Stages = Mapping[str, CrmStage]


class StageBook:
    """Statuses of one account, remembered."""

    def __init__(self, api: RetailApi) -> None:
        self._api = api
        self._stages: Stages = {}

    async def read(self) -> Stages:
        """Return the statuses as they are now, in their order."""
        statuses = await self._api.read("reference/statuses")
        groups = await self._api.read("reference/status-groups")
        self._stages = _stages(self._api, statuses, groups)
        return self._stages

    async def outcome(self, status: str) -> str:
        """Return `open`, `won` or `lost`; a status nobody knows is open."""
        if status not in self._stages:
            await self.read()
        stage = self._stages.get(status)
        return stage.outcome if stage else "open"


def _stages(api: RetailApi, statuses: Mapping[str, Json], groups: Mapping[str, Json]) -> Stages:
    order = {text_of(group.get("code")): _ordering(group) for group in items(groups, "statusGroups")}
    active = [status for status in items(statuses, "statuses") if status.get("active") is not False]
    active.sort(key=lambda status: (order.get(text_of(status.get("group")), 0), _ordering(status)))
    return {code: _stage(api, code, status) for status in active if (code := text_of(status.get("code")))}


def _stage(api: RetailApi, code: str, status: Mapping[str, Json]) -> CrmStage:
    group = text_of(status.get("group"))
    is_won, is_lost = group in api.settings.won_groups, group in api.settings.lost_groups
    return CrmStage(code, text_of(status.get("name")), "won" if is_won else "lost" if is_lost else "open")


def _ordering(item: Mapping[str, Json]) -> int:
    ordering = item.get("ordering")
    return ordering if isinstance(ordering, int) else 0
