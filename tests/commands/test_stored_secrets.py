"""What a request proved itself with is nowhere in the database, and what it said is read all the same."""

import json
from typing import Any

from hub.app.connecting import create_connection
from hub.app.ground import open_ground
from hub.app.hints import open_hints
from hub.app.office import build
from hub.channels.base import Raw
from hub.config import load_config
from hub.inbox.accept import offer
from hub.inbox.process import Processor, parse_here
from hub.store.pool import acquire

CANARY = "canary-7f3a9c51d2e8"
KEPT = (
    "SELECT string_agg(r::text || b.head::text || convert_from(b.body, 'UTF8'), ' ') "
    "FROM receipts r JOIN receipt_bodies b ON b.receipt_id = r.id"
)


async def test_the_secret_of_a_form_is_in_no_column_whichever_way_it_came(dsn, tmp_path):
    config = load_config(dsn=dsn, data=tmp_path, public_url="https://hub.example", language="en")
    async with open_ground(config) as ground, open_hints(config) as hints:
        new = await create_connection(ground, "webform", name="form", settings={"secret": CANARY})
        building = await build(ground, hints)
        channel: Any = building.connections.channel_of(new.id)
        in_head = {"x-hub-secret": CANARY, "authorization": f"Bearer {CANARY}", "cookie": f"a={CANARY}"}
        in_body = {"phone": "+79161234567", "secret": CANARY, "message": "Перезвоните"}
        kind = {"content-type": "application/json"}
        raws = [
            Raw(json.dumps({"phone": "+79161234568"}).encode(), ground.clock.now(), {**kind, **in_head}, "POST"),
            Raw(json.dumps(in_body).encode(), ground.clock.now(), kind, "POST", query=f"secret={CANARY}"),
        ]
        await building.acceptor.accept([offer(new.id, channel, raw) for raw in raws])
        processor = Processor(
            building.office, ground.files, building.connections.channel_of, parse_here, building.refresh
        )
        await processor.run_batch()

        async with acquire(ground.pool) as connection:
            kept = await connection.fetchval(KEPT)
            texts = await connection.fetchval("SELECT count(*) FROM messages")
        await building.http.close()

    assert CANARY not in kept
    assert (texts, "79161234567" in kept) == (2, True)
