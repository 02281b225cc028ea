"""`hub backup` and `hub restore`: everything a hub keeps, out into a directory and back into an empty hub.

A restored hub is held until `hub resume` (`hub.commands.resume`).
"""

import asyncio
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from hub.app.ground import Ground
from hub.commands.ground import run_on_ground
from hub.commands.options import with_config
from hub.commands.quiet import keep_quiet
from hub.commands.texts import say
from hub.config import Config
from hub.store.backup import Holdings, Manifest, make_backup
from hub.store.embedded import start_embedded
from hub.store.restore import restore_backup

app = typer.Typer()
Target = Annotated[Path, typer.Argument(help="New directory; appears complete or not at all.")]
Source = Annotated[Path, typer.Argument(help="Directory that `hub backup` made.")]
WithKey = Annotated[
    bool, typer.Option("--with-key", help="Put the key file in too: whoever has the backup can then read every token.")
]


@app.command()
@with_config("files")
def backup(config: Config, target: Target, *, with_key: WithKey = False) -> None:
    """Save database and files while the hub runs."""

    async def work(ground: Ground) -> Manifest:
        holdings = _holdings(config, ground.dsn)
        return await make_backup(holdings, target, now=ground.clock.now(), with_key=with_key)

    with Console(stderr=True).status(say(config.language, "backup.saving", target=target)):
        manifest = run_on_ground(config, work)
    typer.echo(say(config.language, "backup.complete", target=target, **_facts(manifest)))
    if manifest.damaged:
        typer.echo(say(config.language, "backup.damaged", count=len(manifest.damaged)), err=True)
    if not with_key:
        typer.echo(say(config.language, "backup.no_key", place=_key_place(config)))


@app.command()
@with_config("files")
def restore(config: Config, source: Source) -> None:
    """Bring a backup into an empty hub, a new --data directory or the empty database of --dsn; `hub resume` is next."""
    keep_quiet()
    with Console(stderr=True).status(say(config.language, "restore.running", source=source)):
        manifest = asyncio.run(_restore(config, source))
    typer.echo(say(config.language, "restore.done", **_facts(manifest)))
    typer.echo(say(config.language, "restore.held"))
    if not manifest.has_key:
        typer.echo(say(config.language, "restore.no_key", place=_key_place(config)))


async def _restore(config: Config, source: Path) -> Manifest:
    dsn = config.dsn.get_secret_value() or (await start_embedded(config.data, bin_dir=config.pg_bin)).dsn
    return await restore_backup(source, _holdings(config, dsn))


def _holdings(config: Config, dsn: str) -> Holdings:
    return Holdings(dsn, config.files_dir, config.key_file, config.pg_bin)


def _key_place(config: Config) -> str:
    return "HUB_SECRET_KEYS" if config.secret_keys.get_secret_value() else str(config.key_file)


def _facts(manifest: Manifest) -> dict[str, object]:
    megabytes = f"{manifest.files_bytes / 1_000_000:.1f}"
    return {"rows": sum(manifest.rows.values()), "files": manifest.files, "megabytes": megabytes, "hub": manifest.hub}
