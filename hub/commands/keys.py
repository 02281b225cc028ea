"""`hub keys`: the keys that encrypt tokens and passwords of connections.

Changing them takes two steps, so that nothing becomes unreadable while a hub runs: `rotate` puts a new key first and
encrypts everything under it, the old one still opens what running processes write; after their restart `forget` ends
the old one.
"""

import typer

from hub.app.ground import Ground
from hub.commands.ground import run_on_ground
from hub.commands.options import with_config
from hub.commands.texts import say
from hub.config import Config
from hub.crash import crash_point
from hub.domain.errors import ConfigError
from hub.store import connections
from hub.store.pool import acquire
from hub.store.secrets import Secrets, add_key, keep_newest_key, new_key

app = typer.Typer(no_args_is_help=True, help="Make and change the keys that encrypt secrets.")


@app.command()
def new() -> None:
    """Print a fresh key for HUB_SECRET_KEYS; stores nothing."""
    typer.echo(new_key())


@app.command()
@with_config()
def rotate(config: Config) -> None:
    """Encrypt everything under a new key: of the key file, or the one put first in HUB_SECRET_KEYS."""
    has_file = not config.secret_keys.get_secret_value()
    count = run_on_ground(
        config, lambda ground: _encrypt_again(ground, add_key(config.key_file) if has_file else ground.secrets)
    )
    last = say(config.language, "keys.then_forget" if has_file else "keys.then_remove")
    typer.echo(say(config.language, "keys.rotated", count=count, last=last))


@app.command()
@with_config()
def forget(config: Config) -> None:
    """End the old keys of the key file, after every hub process was restarted; keep a copy for older backups."""
    if config.secret_keys.get_secret_value():
        raise ConfigError("keys come from HUB_SECRET_KEYS: remove the old ones there, after `hub keys rotate`")
    run_on_ground(config, lambda ground: _encrypt_again(ground, ground.secrets))
    keep_newest_key(config.key_file)
    typer.echo(say(config.language, "keys.forgotten", file=config.key_file))


async def _encrypt_again(ground: Ground, secrets: Secrets) -> int:
    """Bring every stored secret under the current key in one commit; return how many connections there are."""
    async with acquire(ground.pool) as connection:
        crash_point("keys.added")
        async with connection.transaction():
            rows = await connections.list_connections(connection)
            for row in rows:
                await connections.replace_secrets(
                    connection,
                    row.id,
                    settings=secrets.rotate(row.settings_encrypted),
                    key=secrets.rotate(row.key_encrypted) if row.key_encrypted else None,
                )
        crash_point("keys.rotated")
    return len(rows)
