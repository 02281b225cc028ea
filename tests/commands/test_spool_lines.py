"""What lies in the spool of this machine is told by `hub status`, and by `hub check` without the database too."""

import asyncio
import json
from datetime import UTC, datetime

import pytest

from hub.commands.status_lines import list_machine
from hub.domain.health import DiskHealth, MachineHealth, SpoolHealth
from hub.store.receipts import NewReceipt
from hub.store.spool import Spool

AT = datetime(2026, 11, 20, 9, 30, tzinfo=UTC)
EMPTY = SpoolHealth(0, 0, 0)


@pytest.fixture
def spooled(place):
    """Two payloads that a process has left."""
    spool = Spool(place.data / "spool")
    receipts = [
        NewReceipt(
            connection_id=7,
            external_id=f"call-{number}",
            order_hash=1,
            lane="client",
            received_at=AT,
            is_unkeyed=False,
            is_history=False,
            body_hash="",
            body=b"x",
            file_sha256="",
            head={},
        )
        for number in range(2)
    ]
    asyncio.run(spool.append(receipts))
    spool.close()


def needs_you(result):
    return {each["thing"]: each["says"] for each in json.loads(result.stdout)["needs_you"]}


def test_case10_what_waits_in_the_spool_needs_a_person(hub, spooled):
    told = json.loads((result := hub("status", "--json")).stdout)

    assert needs_you(result)["spool"].startswith("2 payloads wait on the disk of this machine")
    assert told["machine"]["spool"]["records"] == 2


def test_case10_check_tells_of_the_spool_though_the_database_is_away(run, place, spooled):
    result = run("check", "--json", "--dsn", "postgresql://hub@127.0.0.1:9/hub", "--data", str(place.data))

    wrong = [each["thing"] for each in json.loads(result.stdout)["findings"] if not each["is_ok"]]
    assert wrong == ["store", "spool"]


@pytest.mark.parametrize(
    ("machine", "wrong"),
    [
        (MachineHealth(EMPTY, (DiskHealth("data", 0.1, 10**9),)), []),
        (MachineHealth(EMPTY, (DiskHealth("data", 0.0999, 10**9),)), ["disk data"]),
        (MachineHealth(SpoolHealth(0, 0, 1), (DiskHealth("files", 0.5, 10**9),)), ["spool"]),
    ],
)
def test_case31_a_disk_with_less_than_a_tenth_left_and_damage_in_the_spool_need_a_person(machine, wrong):
    for language in ("ru", "en"):
        assert [line.thing for line in list_machine(machine, language) if not line.is_ok] == wrong
