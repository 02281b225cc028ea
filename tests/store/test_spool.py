"""The spool on disk: who owns a file, what is left of one, and what is never lost or invented."""

import os
import resource
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime

import pytest
from structlog.testing import capture_logs

from hub.domain.errors import StorageUnavailable
from hub.domain.health import SpoolHealth
from hub.store.receipts import NewReceipt
from hub.store.spool import Spool, look_at_spool
from hub.store.spool_file import ReadSlices, marker_of
from hub.store.spool_payloads import UnreadablePayload, from_bytes, to_bytes
from hub.store.spool_records import count_records

AT = datetime(2026, 11, 20, 9, 30, 15, 123456, tzinfo=UTC)


def receipt(number: int, *, body: bytes = b"\x00\n\xff") -> NewReceipt:
    return NewReceipt(
        connection_id=7,
        external_id=f"call-{number}",
        order_hash=-(2**62),
        lane="client",
        received_at=AT,
        is_unkeyed=False,
        is_history=False,
        body_hash="",
        body=body,
        file_sha256="",
        head={"method": "POST", "headers": {"content-type": "a/b"}, "suffix": "звонок"},
    )


@pytest.fixture
def directory(tmp_path):
    return tmp_path / "spool"


@pytest.fixture
def spool(directory) -> Iterator[Spool]:
    spool = Spool(directory)
    yield spool
    spool.close()


async def read_all(spool):
    found = []
    for file in await spool.seal():
        while batch := file.read():
            found += batch.receipts
            file.position = batch.end
        await spool.remove(file)
    return found


@contextmanager
def files_no_larger_than(size):
    """Let no file of this process grow over `size`, as a full disk would."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


async def test_case10_what_was_appended_comes_back_as_it_was_and_then_nothing_is_left(spool, directory):
    receipts = [receipt(number) for number in range(600)]
    for start in range(0, 600, 100):
        await spool.append(receipts[start : start + 100])
    assert not spool.is_empty

    assert await read_all(spool) == receipts
    assert spool.is_empty
    assert list(directory.iterdir()) == []


async def test_case10_what_is_appended_while_the_spool_is_emptied_comes_behind(spool):
    await spool.append([receipt(1)])
    (first,) = await spool.seal()
    await spool.append([receipt(2)])

    files = await spool.seal()

    assert files[0] is first
    assert [batch.receipts[0].external_id for file in files if (batch := file.read())] == ["call-1", "call-2"]


async def test_case10_a_file_of_a_living_process_is_left_alone_and_of_a_dead_one_taken_over(spool, directory):
    other = Spool(directory)
    await other.append([receipt(1)])
    await spool.append([receipt(2)])
    assert [found.external_id for found in await read_all(spool)] == ["call-2"]

    other.close()
    assert [found.external_id for found in await read_all(spool)] == ["call-1"]


async def test_case10_the_spool_is_for_its_owner_alone(spool, directory):
    await spool.append([receipt(1)])

    (path,) = directory.iterdir()
    assert (directory.stat().st_mode & 0o777, path.stat().st_mode & 0o777) == (0o700, 0o600)


async def test_case10_a_torn_last_record_is_ignored_with_a_warning(spool, directory):
    dead = Spool(directory)
    await dead.append([receipt(1), receipt(2)])
    dead.close()
    (path,) = directory.iterdir()
    os.truncate(path, path.stat().st_size - 1)

    with capture_logs() as lines:
        found = await read_all(spool)

    assert [each.external_id for each in found] == ["call-1"]
    assert [(line["event"], line["log_level"]) for line in lines] == [("spool.torn_record_ignored", "warning")]
    assert list(directory.iterdir()) == []


async def test_case10_a_damaged_record_is_set_aside_visibly_and_the_others_pass(spool, directory):
    dead = Spool(directory)
    for number in (1, 2, 3):
        await dead.append([receipt(number)])
    dead.close()
    (path,) = directory.iterdir()
    stored = bytearray(path.read_bytes())
    stored[len(stored) // 2] ^= 1
    path.write_bytes(stored)

    with capture_logs() as lines:
        found = await read_all(spool)

    assert [each.external_id for each in found] == ["call-1", "call-3"]
    assert [(line["event"], line["log_level"]) for line in lines] == [("spool.record_set_aside", "error")]
    assert list(directory.iterdir()) == [path.with_suffix(".corrupt")]
    assert look_at_spool(directory) == SpoolHealth(0, 0, 1)


async def test_case10_a_spool_at_its_cap_takes_no_more_and_keeps_what_it_has(directory):
    spool = Spool(directory, most_bytes=3_000)
    await spool.append([receipt(1, body=bytes(1_000))])
    with pytest.raises(StorageUnavailable, match="full"):
        await spool.append([receipt(2, body=bytes(2_000))])
    await spool.append([receipt(3)])

    assert [found.external_id for found in await read_all(spool)] == ["call-1", "call-3"]


async def test_case10_the_cap_counts_files_of_all_processes(spool, directory):
    await spool.append([receipt(1, body=bytes(1_000))])
    second = Spool(directory, most_bytes=1_500)

    with pytest.raises(StorageUnavailable):
        await second.append([receipt(2, body=bytes(1_000))])
    second.close()


async def test_case10_the_cap_counts_files_that_were_set_aside(directory):
    spool = Spool(directory, most_bytes=3_000)
    directory.mkdir()
    (directory / "1-ab.corrupt").write_bytes(bytes(3_000))

    with pytest.raises(StorageUnavailable, match="full"):
        await spool.append([receipt(1)])
    (directory / "1-ab.corrupt").unlink()
    await spool.append([receipt(1)])
    spool.close()


async def test_case10_a_file_that_another_process_removes_meanwhile_refuses_nobody(spool, directory):
    directory.mkdir()
    (directory / "0-aa.spool").symlink_to(directory / "removed since it was listed")

    await spool.append([receipt(1)])

    assert await read_all(spool) == [receipt(1)]


async def test_case10_a_file_that_cannot_be_opened_is_told_once_and_does_not_hold_up_the_others(spool, directory):
    await spool.append([receipt(1)])
    (directory / "00-ab.spool").mkdir()  # a file of another account, which nothing hides from root

    with capture_logs() as lines:
        found = await read_all(spool)
        assert await read_all(spool) == []

    assert [each.external_id for each in found] == ["call-1"]
    assert spool.is_empty
    assert [(line["event"], line["log_level"]) for line in lines] == [("spool.file_not_ours", "error")]


async def test_case10_a_file_that_cannot_be_opened_counts_as_damaged(spool, directory):
    await spool.append([receipt(1)])
    (directory / "00-ab.spool").mkdir()
    seen = look_at_spool(directory)

    assert (seen.records, seen.damaged_files) == (1, 1)


async def test_case31_a_write_that_does_not_fit_leaves_nothing_of_itself(spool, directory):
    await spool.append([receipt(1)])
    size = look_at_spool(directory).size_bytes
    with files_no_larger_than(size + 20), pytest.raises(StorageUnavailable, match="too large"):
        await spool.append([receipt(2)])

    assert look_at_spool(directory) == SpoolHealth(1, size, 0)
    await spool.append([receipt(3)])
    assert [found.external_id for found in await read_all(spool)] == ["call-1", "call-3"]


async def test_case31_after_an_fsync_that_failed_that_file_is_not_written_any_more(spool, directory):
    await spool.append([receipt(1)])
    (file,) = spool._own()
    file.is_doubtful = True
    await spool.append([receipt(2)])

    assert len(list(directory.iterdir())) == 2
    assert [found.external_id for found in await read_all(spool)] == ["call-1", "call-2"]


async def test_a_file_that_was_never_named_is_swept_when_it_is_old(spool, directory):
    directory.mkdir()
    young, old = directory / "1-aa.new", directory / "2-bb.new"
    for path in (young, old):
        path.touch()
    os.utime(old, (0, 0))

    await spool.seal()

    assert list(directory.iterdir()) == [young]


async def test_what_lies_in_the_spool_can_be_told_while_others_write(spool, directory):
    assert look_at_spool(directory) == SpoolHealth(0, 0, 0)
    await spool.append([receipt(1), receipt(2)])

    assert look_at_spool(directory).records == 2


async def test_case31_a_file_that_is_cut_off_while_it_is_looked_at_ends_nobody(spool, directory):
    for number in range(3):
        await spool.append([receipt(number, body=bytes(9_000))])
    (path,) = directory.iterdir()
    with path.open("rb") as opened:
        seen = ReadSlices(opened.fileno(), path.stat().st_size)
        assert count_records(marker_of(path), seen) == 3
        os.truncate(path, len(seen) // 2)

        assert count_records(marker_of(path), seen) == 2


@pytest.mark.parametrize("content", [b"", b"{}", b"[]\n", b'{"version":2}\n', b'{"version":1,"surprise":1}\nbody'])
def test_a_record_of_another_version_is_not_guessed_at(content):
    with pytest.raises(UnreadablePayload):
        from_bytes(content)


def test_a_payload_survives_being_written_down():
    assert from_bytes(to_bytes(receipt(1))) == receipt(1)
