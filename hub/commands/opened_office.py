"""The office of a hub for one command: what use-cases ask for, without any role at work."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from hub.app.ground import Ground
from hub.app.hints import open_hints
from hub.app.office import Building, build
from hub.domain.ids import ManagerId
from hub.domain.manager import Role
from hub.domain.rights import Person
from hub.inbox.office import Office

THE_OPERATOR = Person(ManagerId(0), Role.admin, frozenset())
"""Whoever may run commands on this machine sees everything; no person of the business."""


@asynccontextmanager
async def open_building(ground: Ground) -> AsyncIterator[Building]:
    """Give everything a role would have over an opened store, connections too; nothing is at work."""
    async with open_hints(ground.config) as hints:
        building = await build(ground, hints)
        try:
            yield building
        finally:
            await building.http.close()


@asynccontextmanager
async def open_office(ground: Ground) -> AsyncIterator[Office]:
    """Give the office over an opened store."""
    async with open_building(ground) as building:
        yield building.office
