"""`hub policy automations`: what the hub does by itself, how often an offered one would have helped, and the switch."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Annotated

import typer

from hub.app.ground import Ground
from hub.app.rules import apply_policy, current_document
from hub.commands.ground import run_on_ground
from hub.commands.options import with_config
from hub.commands.printing import AsJson, print_json, print_table
from hub.commands.texts import say
from hub.config import Config
from hub.domain.automation import Mode
from hub.domain.errors import ConfigError
from hub.routing.automation_switch import Listed, list_automations, switch
from hub.routing.document import parse_policy
from hub.store.automation_evidence import count_evidence
from hub.store.policy import PolicyChange
from hub.store.pool import acquire

LOOKED_BACK = timedelta(days=30)
To = Annotated[Mode | None, typer.Argument(help="Switch one on or off, or to a dry run that is only logged.")]
Key = Annotated[str, typer.Argument(help="Its key, for instance A-3.")]
Evidence = Mapping[str, int]


@with_config()
def automations(config: Config, to: To = None, key: Key = "", *, as_json: AsJson = False) -> None:
    """List what the hub does by itself and how often what is off would have helped; switch one with `on A-3`."""
    if to is not None:
        _switch(config, key, to)
        return
    listed, evidence = run_on_ground(config, _look)
    if as_json:
        print_json([_record(each, evidence) for each in listed])
        return
    columns = [say(config.language, f"automations.{name}") for name in ("key", "mode", "name", "helped")]
    print_table(columns, [_row(each, evidence, config.language) for each in listed])


def _switch(config: Config, key: str, to: Mode) -> None:
    if not key:
        raise ConfigError("say which automation to switch, for instance: hub policy automations on A-3")

    async def work(ground: Ground) -> int:
        text = switch(await current_document(ground), key, to)
        return await apply_policy(ground, text, PolicyChange(ground.clock.now(), f"{key}: {to}"))

    number = run_on_ground(config, work)
    typer.echo(say(config.language, "policy.applied", number=number))


async def _look(ground: Ground) -> tuple[list[Listed], Evidence]:
    listed, now = list_automations(parse_policy(await current_document(ground))), ground.clock.now()
    async with acquire(ground.pool) as connection:
        return listed, await count_evidence(connection, since=now - LOOKED_BACK, until=now)


def _record(listed: Listed, evidence: Evidence) -> dict[str, object]:
    name = {"ru": listed.name.ru, "en": listed.name.en}
    return {"key": listed.key, "mode": listed.mode, "name": name, "would_have_helped": evidence.get(listed.key)}


def _row(listed: Listed, evidence: Evidence, language: str) -> tuple[str, str, str, str]:
    times = evidence.get(listed.key, 0) if listed.mode == Mode.off else 0
    helped = say(language, "automations.times", times=times, key=listed.key) if times else ""
    return listed.key, say(language, f"automations.{listed.mode}"), listed.name.say(language), helped
