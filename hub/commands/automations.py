"""`hub policy automations`: what the hub does by itself, how often an offered one would have helped, and the switch."""

from typing import Annotated

import typer

from hub.app.ground import Ground
from hub.app.rules import apply_policy, current_document
from hub.commands.ground import run_on_ground
from hub.commands.opened_office import THE_OPERATOR, open_office
from hub.commands.options import with_config
from hub.commands.printing import AsJson, print_json, print_table
from hub.commands.texts import say
from hub.config import Config
from hub.domain.automation import Mode
from hub.domain.errors import ConfigError
from hub.inbox.offered import Offered, list_offered
from hub.routing.automation_switch import switch
from hub.store.policy import PolicyChange

To = Annotated[Mode | None, typer.Argument(help="Switch one on or off, or to a dry run that is only logged.")]
Key = Annotated[str, typer.Argument(help="Its key, for instance A-3.")]


@with_config()
def automations(config: Config, to: To = None, key: Key = "", *, as_json: AsJson = False) -> None:
    """List what the hub does by itself and how often what is off would have helped; switch one with `on A-3`."""
    if to is not None:
        _switch(config, key, to)
        return
    listed = run_on_ground(config, _look)
    if as_json:
        print_json([_record(each) for each in listed])
        return
    columns = [say(config.language, f"automations.{name}") for name in ("key", "mode", "name", "helped")]
    print_table(columns, [_row(each, config.language) for each in listed])


def _switch(config: Config, key: str, to: Mode) -> None:
    if not key:
        raise ConfigError("say which automation to switch, for instance: hub policy automations on A-3")

    async def work(ground: Ground) -> int:
        text = switch(await current_document(ground), key, to)
        return await apply_policy(ground, text, PolicyChange(ground.clock.now(), f"{key}: {to}"))

    number = run_on_ground(config, work)
    typer.echo(say(config.language, "policy.applied", number=number))


async def _look(ground: Ground) -> list[Offered]:
    async with open_office(ground) as office:
        return await list_offered(office, THE_OPERATOR)


def _record(offered: Offered) -> dict[str, object]:
    name = {"ru": offered.name.ru, "en": offered.name.en}
    return {"key": offered.key, "mode": offered.mode, "name": name, "would_have_helped": offered.helped}


def _row(offered: Offered, language: str) -> tuple[str, str, str, str]:
    times = (offered.helped or 0) if offered.mode == Mode.off else 0
    helped = say(language, "automations.times", times=times, key=offered.key) if times else ""
    return offered.key, say(language, f"automations.{offered.mode}"), offered.name.say(language), helped
