"""`hub crm`: how the CRMs are, clients held against one anew, whose card and whose account is whose."""

from collections.abc import Awaitable
from dataclasses import asdict, dataclass
from datetime import date, datetime, time
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TimeRemainingColumn

from hub.app.ground import Ground
from hub.commands.crm_lines import CrmWords, client_name
from hub.commands.crm_rooms import (
    CrmState,
    Staff,
    list_crm_rows,
    match_staff,
    open_crm,
    pick_crm,
    read_staff,
    read_state,
)
from hub.commands.crm_staff import Linked, change_links, print_staff, read_links
from hub.commands.crm_texts import tell, titles
from hub.commands.ground import run_on_ground, run_with_time
from hub.commands.opened_office import THE_OPERATOR, open_office
from hub.commands.options import with_config
from hub.commands.printing import AsJson, print_json, print_table
from hub.commands.wall_time import read_day, read_wall_time, refuse_empty
from hub.config import Config
from hub.crm_sync.account import read_account
from hub.crm_sync.linking import LinkedCard, link_card
from hub.crm_sync.registry import list_crms
from hub.crm_sync.resync import Resynced, resync_all, resync_client
from hub.domain.errors import ConfigError, NotFound
from hub.domain.ids import ConnectionId, ContactId
from hub.store.cards import list_contacts
from hub.store.crm_cards import find_client_of
from hub.store.pool import acquire

app = typer.Typer(
    no_args_is_help=True, help="Watch the CRMs, hold clients against one anew, say whose card and account is whose."
)
Name = Annotated[str | None, typer.Argument(help="Name or number of the CRM; may be left out if there is one.")]
_LONGEST = 18
_BY_ID = "id:"


@dataclass(frozen=True, slots=True)
class Whom:
    """Which clients are held against a CRM anew."""

    contact: Annotated[
        str, typer.Option("--contact", help="Number of a conversation of the client, 1042 or #1042.")
    ] = ""
    everybody: Annotated[
        bool, typer.Option("--all", help="Everybody who is in the CRM or wrote since it was connected.")
    ] = False
    since: Annotated[
        str | None, typer.Option("--since", help="With --all: those who wrote since this day, e.g. 2026-11-22.")
    ] = None

    def ensure_clear(self) -> None:
        """Refuse what can mean nobody, or two things. Raises: ConfigError."""
        if bool(self.contact) == self.everybody:
            raise ConfigError("say whom: --contact NUMBER for one client, or --all for everybody")
        if self.since and not self.everybody:
            raise ConfigError("--since goes with --all: leave it out, or give --all instead of --contact")


@app.command()
@with_config()
def status(config: Config, name: Name = None, *, as_json: AsJson = False) -> None:
    """Show how each CRM is: what waits, what it refused and why, what came unheard, how long its token lasts."""
    (states, now), wall = run_with_time(config, lambda ground: _look(ground, name))
    if as_json:
        print_json([_plain(state) for state in states])
        return
    if not states:
        typer.echo(tell(config.language, "none", kinds=", ".join(list_crms())))
    for state in states:
        _print_state(CrmWords(config.language, wall, now), state)


async def _look(ground: Ground, name: str | None) -> tuple[list[CrmState], datetime]:
    rows = [await pick_crm(ground, name)] if name else await list_crm_rows(ground)
    return [await read_state(ground, row) for row in rows], ground.clock.now()


def _print_state(words: CrmWords, state: CrmState) -> None:
    shown = [
        (tell(words.language, f"status.{line.thing}"), "ok" if line.is_ok else "!!", line.says)
        for line in words.list_lines(state)
    ]
    print_table((f"{state.row.name} ({state.row.kind})", "", ""), shown)
    if state.wrong:
        typer.echo("\n" + tell(words.language, "status.wrong"))
        columns = titles(words.language, "at", "client", "thing", "reason", "link", zone=words.time.zone)
        print_table(columns, [_record(words, each) for each in state.wrong])
    typer.echo()


def _record(words: CrmWords, each: Any) -> tuple[str, ...]:
    thing = tell(words.language, f"entity.{each.entity}")
    return words.time.minute(each.changed_at), words.client(each), thing, words.reason(each), each.url


def _plain(state: CrmState) -> dict[str, Any]:
    row, account = state.row, state.account
    return {
        "name": row.name,
        "kind": row.kind,
        "connected_at": row.created_at,
        "state": "down" if state.fault else row.state,
        "reason": state.fault or row.state_reason,
        "rests_until": account.blocked_until if account else None,
        "rests_because": account.blocked_reason if account else "",
        "queue": asdict(state.queue),
        **asdict(state.figures),
        "drift": account.drift if account else 0,
        "credentials_end_at": account.ends_at if account else None,
        "wrong": [asdict(each) for each in state.wrong],
        "frozen_records": [asdict(each) for each in state.frozen],
    }


@app.command()
@with_config()
def resync(config: Config, name: Name = None, *, whom: Whom, as_json: AsJson = False) -> None:
    """Hold a client, or all of them, against the CRM anew: read everything there again, try what was refused again."""
    whom.ensure_clear()
    since = read_day(whom.since)
    refuse_empty(since, None)

    def work(ground: Ground) -> Awaitable[tuple[str, str, Resynced]]:
        everybody = whom.everybody
        return _resync_everybody(ground, name, since) if everybody else _resync_one(ground, name, whom.contact)

    crm, client, done = run_on_ground(config, work)
    if as_json:
        print_json({"crm": crm, **asdict(done)})
    elif not done.clients:
        typer.echo(tell(config.language, "resync.nobody", crm=crm))
    else:
        key = "resync.one" if client else "resync.all"
        typer.echo(tell(config.language, key, crm=crm, client=client, clients=done.clients, records=done.records))


async def _resync_everybody(ground: Ground, name: str | None, since: date | None) -> tuple[str, str, Resynced]:
    """Queue everybody under a bar; return the CRM, nobody's name, and what was done."""
    row = await pick_crm(ground, name)
    zone = (await read_wall_time(ground)).zone
    first = datetime.combine(since, time(), zone) if since else row.created_at
    columns = ("{task.description}", BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task(tell(ground.config.language, "resync.running"), total=None)
        async with open_office(ground) as office:
            done = await resync_all(
                office,
                THE_OPERATOR,
                ConnectionId(row.id),
                since=first,
                progress=lambda count, total: bar.update(task, completed=count, total=total),
            )
    return row.name, "", done


async def _resync_one(ground: Ground, name: str | None, contact: str) -> tuple[str, str, Resynced]:
    """Queue one client; return the CRM, what people call the client, and what was done."""
    row = await pick_crm(ground, name)
    contact_id, number = await _find_client(ground, contact)
    async with acquire(ground.pool) as connection:
        [card] = await list_contacts(connection, [contact_id])
    async with open_office(ground) as office:
        done = await resync_client(office, THE_OPERATOR, ConnectionId(row.id), contact_id)
    return row.name, client_name(number, contact_id, card.name), done


async def _find_client(ground: Ground, written: str) -> tuple[int, int | None]:
    """Return the client's card and the number of the conversation that was named, if one was.

    Raises:
        ConfigError: it is no number.
        NotFound: there is no such client.
    """
    is_id = written.startswith(_BY_ID)
    digits = written.removeprefix(_BY_ID).removeprefix("#")
    if not (digits.isascii() and digits.isdigit() and len(digits) <= _LONGEST):
        raise ConfigError(f"'{written}' is no number of a client: write it as `hub crm status` and the cards do, #1042")
    async with acquire(ground.pool) as connection:
        if not is_id:
            found = await find_client_of(connection, int(digits))
        else:
            found = next((each.merged_into or each.id for each in await list_contacts(connection, [int(digits)])), None)
    if found is None:
        raise NotFound(f"there is no client {written}; numbers stand on the managers' cards and in `hub crm status`")
    return found, None if is_id else int(digits)


@app.command()
@with_config()
def link(
    config: Config,
    contact: Annotated[str, typer.Argument(help="Number of a conversation of the client, 1042 or #1042.")],
    card: Annotated[str, typer.Argument(help="Number of the card in the CRM; it stands in the address of its page.")],
    *,
    crm: Annotated[str | None, typer.Option("--crm", help="Name or number of the CRM if there are several.")] = None,
    as_json: AsJson = False,
) -> None:
    """Say which card of the CRM is a client's where no phone or e-mail tells; the two are then brought together."""

    async def work(ground: Ground) -> tuple[str, str, LinkedCard]:
        row = await pick_crm(ground, crm)
        contact_id, number = await _find_client(ground, contact)
        async with acquire(ground.pool) as connection:
            [client] = await list_contacts(connection, [contact_id])
        async with open_crm(ground, row) as (office, connector):
            account = await read_account(office, connector, ConnectionId(row.id), row.name)
            done = await link_card(account, THE_OPERATOR, ContactId(contact_id), card)
        return row.name, client_name(number, contact_id, client.name), done

    name, client, done = run_on_ground(config, work)
    if as_json:
        print_json({"crm": name, "card": str(done.ref), "name": done.name, "url": done.url, "former": done.former})
        return
    facts = {"crm": name, "client": client, "card": f"{done.ref.id} {done.name}".strip(), "url": done.url}
    typer.echo(tell(config.language, "link.done", **facts))
    if done.former:
        typer.echo(tell(config.language, "link.former", card=done.former))


@app.command()
@with_config()
def users(
    config: Config,
    name: Name = None,
    *,
    link: Annotated[
        list[str] | None, typer.Option("--link", help="Whose account a user there is: 7=ivan; may be repeated.")
    ] = None,
    unlink: Annotated[list[str] | None, typer.Option("--unlink", help="Take such a link back: 7.")] = None,
    as_json: AsJson = False,
) -> None:
    """Show who is who: users of the CRM and people of the business, matched by e-mail or as you say."""
    wanted = read_links(link or (), unlink or ())

    async def work(ground: Ground) -> tuple[str, list[Linked], Staff]:
        row = await pick_crm(ground, name)
        async with open_crm(ground, row) as (office, crm):
            seen = await read_staff(office, row, crm)
            done = await change_links(office, row, seen, wanted)
        async with open_crm(ground, row) as (office, crm):
            return row.name, done, await match_staff(office, row, crm, trouble=seen.trouble)

    (crm_name, done, seen), wall = run_with_time(config, work)
    if as_json:
        print_json(_plain_staff(crm_name, seen))
    else:
        print_staff(config.language, wall, crm_name, done=done, seen=seen)


def _plain_staff(name: str, seen: Staff) -> dict[str, Any]:
    return {
        "crm": name,
        "as_of": seen.at,
        "trouble": seen.trouble,
        "users": [
            {**asdict(match.user), "person": seen.key_of(match), "is_told": match.is_told, "is_own": match.is_own}
            | {"clients_unknown": match.clients}
            for match in seen.matches
        ],
        "people_without_account": [each.key for each in seen.list_absent()],
    }
