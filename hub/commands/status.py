"""`hub status`: who is at work, what waits and for how long, what needs a person. Exit code 1 if anything does.

`hub check` tries things out (files, addresses, every connection); this reads one query and changes nothing.
"""

from dataclasses import asdict, replace

import typer

from hub.app.adapters import find_fault
from hub.app.ground import Ground
from hub.app.machine import look_at_machine
from hub.commands.ground import run_with_time
from hub.commands.options import with_config
from hub.commands.printing import AsJson, print_json, print_table
from hub.commands.status_lines import StatusLine, Words, list_wrong
from hub.commands.texts import say
from hub.commands.wall_time import WallTime
from hub.config import Config
from hub.domain.errors import ConfigError
from hub.domain.health import Health, MachineHealth
from hub.store.connections import list_connections
from hub.store.pool import acquire
from hub.store.status import read_health

app = typer.Typer()


@app.command()
@with_config()
def status(config: Config, *, as_json: AsJson = False) -> None:
    """Show who is at work, what waits in every lane, clocks, leases, connections; say what needs you and what to do."""
    health, time = run_with_time(config, _look)
    machine = look_at_machine(config)
    words = Words(config.language, time)
    lines = words.list_lines(health, machine)
    wrong = list(list_wrong(lines))
    if as_json:
        _print_json(health, machine, time)
    else:
        titles = (say(config.language, "check.thing"), "", "")
        print_table(titles, [(words.show_thing(line), "ok" if line.is_ok else "!!", line.says) for line in lines])
    if wrong:
        things = ", ".join(words.show_thing(line) for line in wrong)
        raise ConfigError(f"{len(wrong)} of {len(lines)} need you: {things}; what to do stands above")


async def _look(ground: Ground) -> Health:
    """Return the health; a connection that this hub cannot open is down, whatever it was when it still could."""
    async with acquire(ground.pool) as connection:
        health = await read_health(connection, now=ground.clock.now())
        rows = await list_connections(connection)
    faults = {row.name: fault for row in rows if (fault := find_fault(ground, row))}
    shown = (
        replace(each, state="down", reason=faults[each.name]) if each.name in faults else each
        for each in health.connections
    )
    return replace(health, connections=tuple(shown))


def _print_json(health: Health, machine: MachineHealth, time: WallTime) -> None:
    """Print the figures, and what needs a person in English: JSON is the same in every language."""
    wrong: list[StatusLine] = list(list_wrong(Words("en", time).list_lines(health, machine)))
    told = {**asdict(health), "machine": asdict(machine)}
    print_json({"is_well": not wrong, "needs_you": [asdict(each) for each in wrong], **told})
