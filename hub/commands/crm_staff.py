"""The table «кто есть кто» of a CRM, and what `hub crm users` changes in it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import typer

from hub.commands.crm_rooms import Staff
from hub.commands.crm_texts import tell, titles
from hub.commands.language import in_language
from hub.commands.opened_office import THE_OPERATOR
from hub.commands.printing import print_table
from hub.commands.wall_time import WallTime
from hub.crm_sync.people import Match, link_user, unlink_user
from hub.domain.errors import ConfigError, NotFound
from hub.domain.ids import ConnectionId
from hub.inbox.office import Office
from hub.store.connections import ConnectionRow


@dataclass(frozen=True, slots=True)
class Links:
    """What is to be said of users of a CRM: whose account each is (by the key of our person), and of whom no more."""

    made: Mapping[str, str]
    ended: Sequence[str]


@dataclass(frozen=True, slots=True)
class Linked:
    """What was said: user, name of our person (empty: taken back), and how many clients are held against it anew."""

    user: str
    name: str
    clients: int = 0


def read_links(made: Sequence[str], ended: Sequence[str]) -> Links:
    """Return what `--link 7=ivan` and `--unlink 7` say. Raises: ConfigError."""
    found: dict[str, str] = {}
    for written in made:
        user, _, key = (part.strip() for part in written.partition("="))
        if not (user and key):
            raise ConfigError(f"--link {written}: write the number there, =, and the key here, like 7=ivan")
        found[user] = key
    if twice := sorted({each.strip() for each in ended} & found.keys()):
        raise ConfigError(f"{', '.join(twice)} is to be linked and unlinked at once: say one of the two")
    return Links(found, [each.strip() for each in ended])


async def change_links(office: Office, row: ConnectionRow, seen: Staff, wanted: Links) -> list[Linked]:
    """Say whose account users are, after everything that was typed is known to exist; return what was said. Commits.

    Raises:
        NotFound: there is no such user or person, or nothing was said of a user to be taken back.
    """
    people = {each.key: each for each in seen.people}
    matches = {match.user.id: match for match in seen.matches}
    for user, key in wanted.made.items():
        _ensure_known(row.name, matches, user)
        if key not in people:
            raise NotFound(f"nobody has the key '{key}'; there are: {', '.join(people) or 'none'}")
    for user in wanted.ended:
        _ensure_told(row.name, matches.get(user), user)
    done = []
    for user, key in wanted.made.items():
        person = people[key]
        clients = await link_user(office, THE_OPERATOR, ConnectionId(row.id), user=user, manager_id=person.id)
        done.append(Linked(user, person.name, clients))
    for user in wanted.ended:
        await unlink_user(office, THE_OPERATOR, ConnectionId(row.id), user=user)
        done.append(Linked(user, ""))
    return done


def _ensure_known(name: str, matches: Mapping[str, Match], user: str) -> None:
    if user not in matches:
        there = ", ".join(f"{each.user.id} {each.user.name}".rstrip() for each in matches.values())
        raise NotFound(f"{name} has no user {user}; there are: {there or 'none'}")


def _ensure_told(name: str, match: Match | None, user: str) -> None:
    if match is not None and match.is_told:
        return
    if match is not None and match.manager_id is not None:
        raise NotFound(f"user {user} of {name} is known by e-mail: --link {user}=KEY says it is somebody else")
    raise NotFound(f"nobody said whose account user {user} of {name} is: there is nothing to take back")


def print_staff(language: str, wall: WallTime, name: str, *, done: Sequence[Linked], seen: Staff) -> None:
    """Print what was said, the table, and what to do about the rest."""
    for each in done:
        key = "users.unlinked" if not each.name else "users.linked_clients" if each.clients else "users.linked"
        typer.echo(tell(language, key, user=each.user, crm=name, name=each.name, clients=each.clients))
    if seen.trouble and seen.at:
        facts = {"reason": in_language(seen.trouble, language), "at": wall.minute(seen.at), "zone": wall.zone}
        typer.echo(tell(language, "users.stale", name=name, **facts), err=True)
    elif seen.trouble:
        raise ConfigError(f"{name} does not say who works there: {seen.trouble}")
    print_matches(language, name, seen)


def print_matches(language: str, name: str, seen: Staff) -> None:
    """Print the table, and what to do about the rest."""
    shown = [match for match in seen.matches if match.user.is_active or match.manager_id is not None or match.clients]
    if not shown:
        typer.echo(tell(language, "users.nobody_there", name=name))
        return
    columns = titles(language, "number", "user", "email", "person", "todo")
    print_table(columns, [_row(language, seen, match) for match in shown])
    strangers = [match.user.id for match in shown if match.is_missing]
    if strangers:
        keys = ", ".join(f"{each.key} ({each.name})" for each in seen.people)
        typer.echo(tell(language, "users.say_who", name=name, user=strangers[0], keys=keys or "–"))
    if absent := seen.list_absent():
        people = ", ".join(f"{each.name} ({each.key})" for each in absent)
        typer.echo(tell(language, "users.absent", name=name, people=people))
    elif not strangers:
        typer.echo(tell(language, "users.all_known"))


def _row(language: str, seen: Staff, match: Match) -> tuple[str, ...]:
    user = match.user
    return user.id, user.name, user.email, seen.name_of(match), _advice(language, match)


def _advice(language: str, match: Match) -> str:
    if match.is_missing:
        return tell(language, "users.unknown_clients" if match.clients else "users.unknown", clients=match.clients)
    if match.manager_id is None:
        return tell(language, "users.own" if match.is_own else "users.left")
    return tell(language, "users.told" if match.is_told else "users.mail")
