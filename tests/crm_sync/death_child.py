"""A process that works beside a CRM and is killed on the way; its one argument says where and how, as JSON.

The job `lane` carries out what is due, `watch` asks the CRM what changed. Tokens are stored as for a saved connection.
"""

import asyncio
import json
import sys
from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import asyncpg

from hub.crm_sync.calling import CrmContext
from hub.crm_sync.registry import get_crm_class
from hub.crm_sync.tokens import StoredTokens
from hub.domain.identity import IdentityType
from hub.domain.ids import ManagerId
from hub.store.pool import open_pool
from hub.store.secrets import Secrets
from tests.crm_sync.scene import CRM, Scene, open_scene

THEIR_USERS = {"bitrix24": "3"}
_KEY = "aHViLXRlc3RzLWtlZXAtdG9rZW5zLXVuZGVyLXRoaXM="


async def open_beside(pool: asyncpg.Pool, files: Path, kind: str, settings: Mapping[str, Any]) -> Scene:
    """Return a hub beside a CRM; whoever works here is Bitrix24's user 3."""
    channel = get_crm_class(kind)
    model = channel.settings_model.model_validate(dict(settings))
    scene = await open_scene(pool, files, channel=channel, settings=model)
    context = scene.crm.context
    assert isinstance(context, CrmContext)
    scene.crm = channel(model, replace(context, tokens=StoredTokens(pool, Secrets([_KEY]), CRM)))
    for row in await scene.desk.rows("managers") if kind in THEIR_USERS else ():
        scene.desk.staff[(IdentityType.crm_id, str(CRM), THEIR_USERS[kind])] = ManagerId(row["id"])
    return scene


async def work(dsn: str, files: str, kind: str, job: str, settings: Mapping[str, Any]) -> None:
    """Do the job ten minutes later, when everything is due."""
    pool = await open_pool(dsn, min_size=1, max_size=4)
    scene = await open_beside(pool, Path(files), kind, settings)
    scene.desk.clock.move(timedelta(minutes=10))
    await (scene.run() if job == "lane" else scene.watch())
    await scene.http.close()
    pool.terminate()


if __name__ == "__main__":
    asyncio.run(work(**json.loads(sys.argv[1])))
