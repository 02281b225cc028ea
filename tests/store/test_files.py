"""The file store: names from content, nothing half-made, no path of a caller's making."""

import asyncio
import hashlib
import os
import resource
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.domain.errors import ConfigError, NotFound, PayloadTooLarge, StorageUnavailable
from hub.store.files import Files, StoredFile

LETTER = "Здравствуйте".encode()


@pytest.fixture
def files(tmp_path):
    return Files(tmp_path / "files")


@pytest.fixture
def root(tmp_path):
    return tmp_path / "files"


async def chunks_of(content, size=5):
    for start in range(0, len(content), size):
        yield content[start : start + size]


async def none_known(_):
    return frozenset()


def make_old(files, digest, *, hours):
    then = files.path(digest).stat().st_mtime - hours * 3600
    os.utime(files.path(digest), (then, then))


async def test_a_file_comes_back_under_the_hash_of_its_content(files):
    stored = await files.write(LETTER)

    assert stored == StoredFile(hashlib.sha256(LETTER).hexdigest(), len(LETTER))
    assert await files.read(stored.digest) == LETTER
    assert await files.size(stored.digest) == len(LETTER)
    with await files.open(stored.digest) as opened:
        assert opened.read() == LETTER


async def test_writing_again_or_in_pieces_gives_the_same_one_file(files, root):
    first = await files.write(LETTER)
    second = await files.write(LETTER)
    third = await files.write_stream(chunks_of(LETTER), limit_bytes=len(LETTER))

    assert first == second == third
    assert [path.name for path in root.rglob("*") if path.is_file()] == [first.digest]


async def test_many_writers_of_one_content_at_once_leave_one_file(files, root):
    await asyncio.gather(*(files.write(LETTER) for _ in range(16)))

    assert len([path for path in root.rglob("*") if path.is_file()]) == 1


async def test_files_and_directories_are_for_their_owner_alone(files, root):
    await files.write(LETTER)

    assert {path.stat().st_mode & 0o777 for path in root.rglob("*") if path.is_file()} == {0o600}
    assert {path.stat().st_mode & 0o777 for path in (root, *root.rglob("*")) if path.is_dir()} == {0o700}


async def test_a_stream_over_the_limit_leaves_nothing(files, root):
    with pytest.raises(PayloadTooLarge):
        await files.write_stream(chunks_of(LETTER), limit_bytes=len(LETTER) - 1)

    assert not [path for path in root.rglob("*") if path.is_file()]


async def test_a_large_stream_is_stored_whole(files):
    content = os.urandom(1 << 16) * 40

    stored = await files.write_stream(chunks_of(content, 1 << 16), limit_bytes=len(content))

    assert await files.read(stored.digest) == content


async def test_a_stream_that_breaks_off_leaves_nothing(files, root):
    async def broken():
        yield LETTER
        raise ConnectionResetError

    with pytest.raises(ConnectionResetError):
        await files.write_stream(broken(), limit_bytes=1000)

    assert not [path for path in root.rglob("*") if path.is_file()]


@given(
    name=st.text() | st.sampled_from(["../../etc/passwd", "a" * 63, "A" * 64, "a" * 64 + "\n", "é" * 64, "incoming"])
)
def test_no_name_but_a_hash_is_ever_looked_at(name, tmp_path_factory):
    files = Files(tmp_path_factory.getbasetemp() / "names")

    with pytest.raises(NotFound):
        files.path(name)


@given(content=st.binary())
def test_every_name_stays_below_the_root(content, tmp_path_factory):
    root = tmp_path_factory.getbasetemp() / "names"

    assert Files(root).path(hashlib.sha256(content).hexdigest()).resolve().is_relative_to(root.resolve())


async def test_what_is_not_there_is_not_found(files):
    for look in (files.read, files.size, files.open):
        with pytest.raises(NotFound):
            await look("0" * 64)


async def test_sweep_removes_old_orphans_and_nothing_else(files):
    old_orphan, young_orphan, old_known = [(await files.write(text)).digest for text in (b"1", b"2", b"3")]
    make_old(files, old_orphan, hours=25)
    make_old(files, old_known, hours=25)

    async def known(digests):
        return {old_known} & set(digests)

    assert await files.sweep(known) == 1
    assert set(files.digests()) == {young_orphan, old_known}


async def test_an_old_orphan_written_again_is_young(files):
    stored = await files.write(LETTER)
    make_old(files, stored.digest, hours=25)
    await files.write(LETTER)

    assert await files.sweep(none_known) == 0


async def test_an_orphan_written_again_while_swept_survives(files):
    digest = (await files.write(LETTER)).digest
    make_old(files, digest, hours=25)

    async def known(_):
        await files.write(LETTER)
        return frozenset()

    assert await files.sweep(known) == 0
    assert await files.read(digest) == LETTER


async def test_sweep_removes_what_a_killed_writer_left(files, root):
    left = root / "incoming" / "tmpabc"
    left.write_bytes(b"half")
    then = left.stat().st_mtime - timedelta(hours=25).total_seconds()
    os.utime(left, (then, then))

    await files.sweep(none_known)

    assert not left.exists()


async def test_sweep_puts_back_what_a_killed_sweep_had_moved_aside(files, root):
    digest = (await files.write(LETTER)).digest
    files.path(digest).rename(root / "incoming" / digest)

    await files.sweep(none_known)

    assert await files.read(digest) == LETTER


@pytest.fixture
def small_disk():
    """Let no file of this process grow over 64 KiB, as on a full disk."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (1 << 16, before[1]))
    yield
    resource.setrlimit(resource.RLIMIT_FSIZE, before)


async def test_case31_a_full_disk_is_storage_unavailable_and_leaves_nothing_half_made(files, root, small_disk):
    content = bytes(1 << 20)

    with pytest.raises(StorageUnavailable):
        await files.write(content)
    with pytest.raises(StorageUnavailable):
        await files.write_stream(chunks_of(content, 1 << 12), limit_bytes=len(content))

    assert not [path for path in root.rglob("*") if path.is_file()]
    assert await files.read((await files.write(LETTER)).digest) == LETTER


def test_a_file_in_the_place_of_the_store_is_a_configuration_error(tmp_path):
    (tmp_path / "files").write_text("")

    with pytest.raises(ConfigError, match="HUB_FILES"):
        Files(tmp_path / "files")
