"""Writes `tests/upgrade/<version>.sql`: the database of a hub that has worked, as every later migration must load it.

Run at each release: `python -m tests.upgrade.make_dump v0.1.0`. Plays the acceptance scene (invented people only) and
dumps it in plain SQL that needs nothing but a connection to load.
"""

import asyncio
import shutil
import sys
import tempfile
from pathlib import Path

from hub.store.embedded import stop_embedded
from hub.store.embedded.account import own_account
from hub.store.embedded.binaries import find_client_binaries
from hub.testing.database import cloned_database, start_server
from hub.testing.sandbox.cast import MARIA, OLEG, STRANGER
from tests.acceptance.scene import Scene, open_scene


async def play(scene: Scene) -> None:
    """Let something of everything happen: an answer, a waiting form, a letter, a missed call, an open question."""
    maria = scene.client("maria")
    maria.person.shares_contact(maria.bot)
    maria.person.writes(maria.bot, "Есть торшер в белом?")
    card = await scene.until_seen(scene.anna, "торшер в белом")
    scene.anna.person.replies(scene.anna.bot, "Белый есть, 7 900 ₽", to=card)
    await scene.until_seen(maria, "Белый есть")
    await scene.play.send_form(name="Олег", phone=f"+{OLEG.phone}", email=OLEG.email, text="Нужны лампы")
    await scene.until_seen(scene.anna, "Нужны лампы")
    scene.play.town.mail.write(MARIA, "Счёт", "Добрый день, жду счёт. Мария")
    await scene.until_seen(scene.anna, "жду счёт")
    await scene.play.send_form(name="Мария", phone=f"+{MARIA.phone}", email=MARIA.email, text="Пришлите счёт")
    await scene.until_count("SELECT count(*) FROM match_candidates", 1)
    await scene.misses_call(STRANGER)
    await scene.until_count("SELECT count(*) FROM messages WHERE kind = 'call'", 1)


async def dump(dsn: str) -> str:
    """Return the database in plain SQL, without the lines that only psql understands."""
    binaries = await find_client_binaries(own_account(), server_major=18, bin_dir=None)
    options = ("--no-owner", "--no-privileges", "--rows-per-insert=50", f"--dbname={dsn}")
    program = str(binaries.program("pg_dump"))
    process = await asyncio.create_subprocess_exec(program, *options, stdout=asyncio.subprocess.PIPE)
    written, _ = await process.communicate()
    lines = written.decode().splitlines(keepends=True)
    return "".join(line for line in lines if not line.startswith("\\"))


async def main(version: str) -> None:
    """Play, dump, clean up."""
    place = Path(tempfile.mkdtemp(prefix="hub-dump-"))
    place.chmod(0o755)
    try:
        server = await start_server(place)
        async with cloned_database(server) as dsn:
            async with open_scene(dsn, place / "data") as scene:
                await play(scene)
            Path(__file__).with_name(f"{version}.sql").write_text(await dump(dsn))
    finally:
        await stop_embedded(place)
        shutil.rmtree(place, ignore_errors=True)


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1]))
