"""A backup brings everything back, byte for byte, into an empty place, and nothing into a full one."""

import json
import subprocess
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from hub.domain.errors import ConfigError
from hub.store import restored
from hub.store.backup import Holdings, checksum, count_rows, make_backup
from hub.store.embedded import start_embedded
from hub.store.files import Files
from hub.store.migrate import migrate
from hub.store.pool import connect
from hub.store.restore import restore_backup
from hub.store.secrets import load_secrets
from tests.fixtures_database import BIN_DIR

NOW = datetime(2026, 11, 22, 9, tzinfo=UTC)
LETTER = "Здравствуйте, где мой заказ № 7?".encode() * 100
RECORDING = bytes(range(256)) * 10_000


@pytest.fixture
async def living(dsn, tmp_path):
    """Give a hub with a contact, a letter, a recording and a key."""
    holdings = Holdings(dsn, tmp_path / "living" / "files", tmp_path / "living" / "secret.key", BIN_DIR)
    files = Files(holdings.files_root)
    load_secrets(None, holdings.key_file, holds_secrets=False)
    for content in (LETTER, RECORDING):
        await files.write(content)
    async with connect(dsn) as connection:
        await connection.execute("INSERT INTO contacts (id, name, created_at) VALUES (1, 'Ольга ☎', $1)", NOW)
        await connection.execute(
            "INSERT INTO receipt_bodies (receipt_id, received_at, body) VALUES (2, $1, $2)", NOW, LETTER
        )
    return holdings


@pytest.fixture
async def empty(data_dir):
    """Give a new data directory as `hub restore` makes it: a server, an empty database."""
    server = await start_embedded(data_dir, bin_dir=BIN_DIR)
    return Holdings(server.dsn, data_dir / "files", data_dir / "secret.key", BIN_DIR)


async def everything(holdings):
    """Read every row of every table but the mark of a restore, for comparing."""
    async with connect(holdings.dsn) as connection:
        names = await count_rows(connection)
        rows = {name: await connection.fetch(f"SELECT to_jsonb(t) FROM {name} t ORDER BY 1") for name in names}
    return rows | {"timers": [row for row in rows["timers"] if row[0]["kind"] != "restored"]}


async def test_restoring_into_an_empty_directory_brings_back_every_row_and_byte(living, empty, tmp_path):
    made = await make_backup(living, tmp_path / "backup", now=NOW)
    restored = await restore_backup(tmp_path / "backup", empty)

    assert restored == made
    assert made.rows["contacts"] == made.rows["receipt_bodies"] == 1
    assert (made.files, made.files_bytes) == (2, len(LETTER) + len(RECORDING))
    assert await everything(empty) == await everything(living)
    files = Files(empty.files_root)
    assert {await files.read(digest) for digest in files.digests()} == {LETTER, RECORDING}


async def test_sequences_go_on_where_they_stood(living, empty, tmp_path):
    async with connect(living.dsn) as connection:
        last = await connection.fetchval("SELECT nextval('hub_ids') FROM generate_series(1, 5) ORDER BY 1 DESC LIMIT 1")
    await make_backup(living, tmp_path / "backup", now=NOW)
    await restore_backup(tmp_path / "backup", empty)

    async with connect(empty.dsn) as connection:
        assert await connection.fetchval("SELECT nextval('hub_ids')") > last


async def test_the_key_stays_out_unless_asked_for(living, empty, tmp_path):
    sealed = load_secrets(None, living.key_file, holds_secrets=True).encrypt("token")
    await make_backup(living, tmp_path / "without", now=NOW)
    await make_backup(living, tmp_path / "with", now=NOW, with_key=True)

    assert not (tmp_path / "without" / "secret.key").exists()
    await restore_backup(tmp_path / "with", empty)
    assert empty.key_file.stat().st_mode & 0o777 == 0o600
    assert load_secrets(None, empty.key_file, holds_secrets=True).decrypt(sealed) == "token"


async def test_a_key_that_is_no_file_cannot_be_asked_for(living, tmp_path):
    living.key_file.unlink()

    with pytest.raises(ConfigError, match="HUB_SECRET_KEYS is kept by you"):
        await make_backup(living, tmp_path / "backup", now=NOW, with_key=True)
    assert not [path for path in tmp_path.iterdir() if path.name.startswith("backup")]


async def test_a_full_database_and_a_full_file_store_are_left_alone(living, empty, tmp_path):
    await make_backup(living, tmp_path / "backup", now=NOW)
    with pytest.raises(ConfigError, match="the database is not empty"):
        await restore_backup(tmp_path / "backup", living)

    await Files(empty.files_root).write(b"somebody else's")
    with pytest.raises(ConfigError, match="holds 1 other files"):
        await restore_backup(tmp_path / "backup", empty)
    async with connect(empty.dsn) as connection:
        assert await count_rows(connection) == {}


async def test_an_interrupted_restore_can_be_repeated(living, empty, tmp_path):
    await make_backup(living, tmp_path / "backup", now=NOW)
    await Files(empty.files_root).write(LETTER)

    await restore_backup(tmp_path / "backup", empty)

    assert await everything(empty) == await everything(living)


async def test_case38_a_restored_database_says_from_which_backup_it_came_and_that_it_is_held(living, empty, tmp_path):
    await make_backup(living, tmp_path / "backup", now=NOW)
    await restore_backup(tmp_path / "backup", empty)

    async with connect(empty.dsn) as connection:
        mark = await restored.read(connection)
        assert mark is not None
        assert await connection.fetchval("SELECT nextval('hub_ids')") > mark.last_id + restored.FORGOTTEN_IDS
    assert (mark.made_at, mark.is_held) == (NOW, True)
    async with connect(living.dsn) as connection:
        assert await restored.read(connection) is None


async def test_case38_a_database_that_is_only_half_restored_is_opened_by_no_hub(living, empty, tmp_path):
    await make_backup(living, tmp_path / "backup", now=NOW)
    manifest = tmp_path / "backup" / "manifest.json"
    manifest.write_text(json.dumps(json.loads(manifest.read_text()) | {"rows": {"contacts": 2}}))

    with pytest.raises(ConfigError, match="tables differ from the manifest"):
        await restore_backup(tmp_path / "backup", empty)

    with pytest.raises(ConfigError, match="did not come to its end: restore again"):
        await migrate(empty.dsn)


async def test_case38_a_restore_that_ended_before_the_load_can_be_repeated(living, empty, tmp_path):
    await make_backup(living, tmp_path / "backup", now=NOW)
    async with connect(empty.dsn) as connection:
        await restored.begin(connection)

    await restore_backup(tmp_path / "backup", empty)

    assert await everything(empty) == await everything(living)


async def test_case38_a_hub_restored_twice_is_held_twice(living, empty, tmp_path):
    async with connect(living.dsn) as connection:
        await restored.mark(connection, made_at=datetime(2026, 11, 1, tzinfo=UTC))
        assert await restored.release(connection, now=NOW)
        assert not await restored.release(connection, now=NOW)
    await make_backup(living, tmp_path / "backup", now=NOW)
    await restore_backup(tmp_path / "backup", empty)

    async with connect(empty.dsn) as connection:
        mark = await restored.read(connection)
    assert mark is not None
    assert (mark.made_at, mark.is_held) == (NOW, True)


async def test_every_kind_of_damage_is_found_before_anything_is_written(living, empty, tmp_path):
    await make_backup(living, tmp_path / "backup", now=NOW)
    files = sorted((tmp_path / "backup" / "files").glob("??/??/*"))
    dump = tmp_path / "backup" / "database.dump"

    for damage, line in (
        (lambda: files[0].write_bytes(b"x"), "files of .* are damaged"),
        (files[0].unlink, "holds 1 files where its manifest counts 2"),
        (lambda: dump.write_bytes(dump.read_bytes()[:-1]), "checksum differs"),
        ((tmp_path / "backup" / "manifest.json").unlink, "no complete backup"),
    ):
        damage()
        with pytest.raises(ConfigError, match=line):
            await restore_backup(tmp_path / "backup", empty)
    assert not list(Files(empty.files_root).digests())


async def test_a_backup_of_a_newer_hub_is_refused(living, empty, tmp_path):
    await make_backup(living, tmp_path / "backup", now=NOW)
    manifest = tmp_path / "backup" / "manifest.json"
    manifest.write_text(json.dumps(json.loads(manifest.read_text()) | {"revision": "9999"}))

    with pytest.raises(ConfigError, match="which is newer"):
        await restore_backup(tmp_path / "backup", empty)


async def test_a_damaged_file_is_named_and_does_not_stop_the_backup(living, tmp_path):
    damaged = next(Files(living.files_root).digests())
    Files(living.files_root).path(damaged).write_bytes(b"rotten")

    manifest = await make_backup(living, tmp_path / "backup", now=NOW)

    assert manifest.damaged == [damaged]
    assert manifest.files == 1


async def test_an_existing_directory_is_not_touched(living, tmp_path):
    (tmp_path / "backup").mkdir()

    with pytest.raises(ConfigError, match="exists already"):
        await make_backup(living, tmp_path / "backup", now=NOW)


async def test_a_failed_dump_names_its_reason_and_leaves_nothing(living, tmp_path):
    async with connect(living.dsn) as connection:
        await connection.execute("CREATE ROLE nosy LOGIN")
    nosy = replace(living, dsn=living.dsn.replace("//hub@", "//nosy:hunter2@"))
    try:
        with pytest.raises(ConfigError, match="permission denied") as caught:
            await make_backup(nosy, tmp_path / "backup", now=NOW)
    finally:
        async with connect(living.dsn) as connection:
            await connection.execute("DROP ROLE nosy")

    assert "hunter2" not in str(caught.value)
    assert not [path for path in tmp_path.iterdir() if path.name.startswith("backup")]


def test_checksums_are_those_of_sha256sum(tmp_path):
    (tmp_path / "file").write_bytes(RECORDING)

    printed = subprocess.run(["sha256sum", tmp_path / "file"], check=True, capture_output=True, text=True).stdout
    assert printed.startswith(checksum(tmp_path / "file"))
