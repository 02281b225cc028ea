"""`hub people`: who works here. The first administrator is made here: nobody could let them in otherwise."""

from typing import Annotated

import typer

from hub.app.bot_link import find_bot_link
from hub.app.ground import Ground
from hub.commands.ground import run_on_ground, run_with_time
from hub.commands.options import with_config
from hub.commands.printing import AsJson, print_json, print_table
from hub.commands.staff import (
    OFF,
    Invitation,
    add_person,
    credit_address,
    give_extension,
    invite_person,
    list_people,
    remove_person,
    what_was_seen,
)
from hub.commands.texts import columns, say, word
from hub.config import Config
from hub.domain.identity import IdentityType
from hub.domain.manager import Role
from hub.inbox.people import INVITE_MARK

app = typer.Typer(no_args_is_help=True, help="Add managers, invite them to the bot, take them away.")
Key = Annotated[str, typer.Argument(help="Short name for the rules: a-z, 0-9, - and _; for instance anna.")]
Name = Annotated[str, typer.Argument(help="Name as clients and colleagues read it.")]
Wanted = Annotated[Role, typer.Option("--role", help="What the person may see and do.")]
Language = Annotated[str, typer.Option("--language", help="ru or en.")]
AddressType = Annotated[IdentityType, typer.Argument(help="What kind of address.")]
Value = Annotated[str, typer.Argument(help="The address: 101, +79161234567, anna@example.ru.")]
Telephone = Annotated[str, typer.Argument(help="Extension, login or employee id, as the PBX account shows it; off.")]
Days = Annotated[int, typer.Option("--days", min=1, max=3650, help="How far back.")]
Over = Annotated[str, typer.Option("--connection", help="Name of the PBX, for its extensions and logins.")]


@app.command("list")
@with_config()
def list_(config: Config, *, as_json: AsJson = False) -> None:
    """List everybody, those who left included."""
    people = run_on_ground(config, list_people)
    if as_json:
        print_json(people)
    elif people:
        rows = [
            (
                each.key,
                each.name,
                word(config.language, "role", each.role.value),
                "+" if each.is_active else "-",
                "+" if each.tg_user_id else "-",
            )
            for each in people
        ]
        print_table(columns(config.language, "key", "name", "role", "works", "in_bot"), rows)
    else:
        typer.echo(say(config.language, "people.none"))


@app.command()
@with_config()
def add(config: Config, key: Key, name: Name, *, role: Wanted = Role.manager, language: Language = "ru") -> None:
    """Add a person; `hub people invite` lets them into the bot."""
    run_on_ground(config, lambda ground: add_person(ground, key, name, role=role, language=language))
    typer.echo(say(config.language, "people.added", name=name, key=key))


@app.command()
@with_config()
def invite(config: Config, key: Key, *, as_json: AsJson = False) -> None:
    """Print an invitation to the manager bot for one use within two days."""

    async def work(ground: Ground) -> tuple[Invitation, str]:
        made = await invite_person(ground, key)
        return made, await find_bot_link(ground, f"{INVITE_MARK}{made.token}")

    (made, link), time = run_with_time(config, work)
    if as_json:
        print_json({"name": made.name, "token": made.token, "until": made.until, "link": link})
        return
    until = {"until": time.minute(made.until), "zone": time.zone}
    typer.echo(say(config.language, "people.invite", name=made.name, **until))
    typer.echo(
        say(config.language, "people.link" if link else "people.start", link=link, token=f"{INVITE_MARK}{made.token}")
    )


@app.command()
@with_config()
def remove(config: Config, key: Key) -> None:
    """Take a person's access away at once and hand their clients over; what they did stays in the history."""
    name, count = run_on_ground(config, lambda ground: remove_person(ground, key))
    typer.echo(say(config.language, "people.removed", name=name, count=count))


@app.command()
@with_config()
def seen(config: Config, key: Key, *, days: Days = 30, as_json: AsJson = False) -> None:
    """List what a person read, exported or changed, and whose cards stood in their chat."""
    found, time = run_with_time(config, lambda ground: what_was_seen(ground, key, days=days))
    if as_json:
        print_json(found)
        return
    shown = [(each.first_at, "shown", f"#{each.number}") for each in found.shown]
    deeds = [(each.occurred_at, each.action.value, found.names.get(each.subject, each.subject)) for each in found.deeds]
    rows = [(time.minute(at), word(config.language, "deed", what), of) for at, what, of in sorted([*shown, *deeds])]
    if rows:
        print_table(columns(config.language, "at", "what", "subject", zone=time.zone), rows)
    else:
        typer.echo(say(config.language, "people.saw_nothing", days=days))


@app.command()
@with_config()
def extension(config: Config, key: Key, value: Telephone, *, over: Over = "") -> None:
    """Set which telephone of a person the PBX rings for calls from cards: an extension, a login; off takes it away."""
    name = run_on_ground(config, lambda ground: give_extension(ground, key, value, over=over))
    told = "people.extension_off" if value == OFF else "people.address"
    typer.echo(say(config.language, told, value=value, name=name))


@app.command()
@with_config()
def address(config: Config, key: Key, kind: AddressType, value: Value, *, over: Over = "") -> None:
    """Credit calls and answers from an address to a person: an extension, own mobile, own mailbox."""
    name = run_on_ground(config, lambda ground: credit_address(ground, key, kind, value=value, over=over))
    typer.echo(say(config.language, "people.address", value=value, name=name))
