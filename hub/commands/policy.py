"""`hub policy`: the rules of the business as a file: out, checked, compared, in. How to write them: docs/policy.md."""

from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import typer

from hub.app.crm_rules import compare_with_crms
from hub.app.ground import Ground, has_hub
from hub.app.rules import apply_policy, compare_policy, current_document
from hub.channels.registry import list_kinds
from hub.commands.automations import automations
from hub.commands.ground import run_on_ground
from hub.commands.machine import MachineClock
from hub.commands.opened_office import THE_OPERATOR, open_building, open_office
from hub.commands.options import with_config
from hub.commands.printing import AsJson, print_json, print_lines
from hub.commands.rules_file import RulesFile, print_doubts, refusing, right_text
from hub.commands.texts import say
from hub.commands.trial import try_
from hub.config import Config
from hub.domain.errors import ConfigError
from hub.inbox.rule_changes import propose as propose_change
from hub.routing.changes import Wish, Wished
from hub.routing.crm_known import Crms
from hub.routing.document import parse_policy
from hub.routing.doubts import People, list_doubts, people_of
from hub.routing.tree import PolicyDocument
from hub.store.managers import list_managers
from hub.store.policy import PolicyChange
from hub.store.pool import acquire

app = typer.Typer(no_args_is_help=True, help="Read, check, compare and apply the rules of the business.")
Comment = Annotated[str, typer.Option("--comment", help="Why, for the list of revisions.")]

RecomputeOpen = Annotated[
    bool, typer.Option("--recompute-open", help="Choose the targets of open waits anew; they keep theirs otherwise.")
]
AllowLater = Annotated[bool, typer.Option("--allow-later", help="With it a deadline may get later too.")]


@dataclass(frozen=True, slots=True)
class Around:
    """What a document speaks of and does not hold itself: who works here, what the connected CRMs have."""

    people: People
    crms: Crms


app.command("try")(try_)
app.command("automations")(automations)


@app.command()
@with_config()
def export(config: Config) -> None:
    """Print the rules in force as TOML, as they were written."""
    typer.echo(run_on_ground(config, current_document), nl=False)


@app.command()
@with_config()
def check(config: Config, file: RulesFile) -> None:
    """Check a file without applying it; where there is a hub, also whether everybody and every CRM it names is here."""
    document = parse_policy(right_text(file, config.language))
    around = None
    if has_hub(config):
        with refusing(file, config.language):
            around = run_on_ground(config, lambda ground: _look_around(ground, document))
    _warn(config, file, document, around)
    facts = {"file": file, "lines": ", ".join(document.lines), "rules": len(document.rules)}
    typer.echo(say(config.language, "policy.right", **facts))
    if around is None:
        typer.echo(say(config.language, "policy.nobody_asked"), err=True)


@app.command()
@with_config()
def diff(config: Config, file: RulesFile, *, as_json: AsJson = False) -> None:
    """Show what a file would change against the rules in force."""
    text = right_text(file, config.language)
    changes = run_on_ground(config, lambda ground: compare_policy(ground, text))
    if as_json:
        print_json(changes)
    else:
        print_lines(changes or [say(config.language, "policy.same")])


@app.command()
@with_config()
def apply(
    config: Config,
    file: RulesFile,
    *,
    comment: Comment = "",
    recompute_open: RecomputeOpen = False,
    allow_later: AllowLater = False,
) -> None:
    """Put a file into force as the next revision; nothing changes if anything in it is wrong."""
    if allow_later and not recompute_open:
        raise ConfigError("--allow-later says how far --recompute-open may go: give both, or neither")
    text = right_text(file, config.language)
    document = parse_policy(text)

    async def work(ground: Ground) -> tuple[int, Around]:
        around = await _look_around(ground, document)
        change = PolicyChange(ground.clock.now(), comment, selects_targets=recompute_open, allows_later=allow_later)
        return await apply_policy(ground, text, change), around

    with refusing(file, config.language):
        number, around = run_on_ground(config, work)
    _warn(config, file, document, around)
    typer.echo(say(config.language, "policy.applied", number=number))


@app.command()
@with_config()
def propose(config: Config, file: RulesFile, *, comment: Comment = "") -> None:
    """Leave a file for an administrator to read as a dry run in the manager bot (/draft), and to decide there."""
    text = right_text(file, config.language)
    document = parse_policy(text)

    async def work(ground: Ground) -> Around:
        around = await _look_around(ground, document)
        async with open_office(ground) as office:
            await propose_change(office, THE_OPERATOR, Wish(Wished.document, words=text), comment=comment)
        return around

    with refusing(file, config.language):
        around = run_on_ground(config, work)
    _warn(config, file, document, around)
    typer.echo(say(config.language, "policy.proposed"))


async def _look_around(ground: Ground, document: PolicyDocument) -> Around:
    """Return who and what is here. Raises: PolicyInvalid: a CRM does not have what the document names."""
    async with acquire(ground.pool) as connection:
        people = people_of({each.key: each.is_active for each in await list_managers(connection)})
    if not document.crm:
        return Around(people, {})
    async with open_building(ground) as building:
        return Around(people, await compare_with_crms(building, document))


def _warn(config: Config, file: Path, document: PolicyDocument, around: Around | None) -> None:
    people, crms = (around.people, around.crms) if around else (None, None)
    doubts = list_doubts(document, MachineClock().now(), kinds=list_kinds(), people=people, crms=crms)
    print_doubts(file, doubts, config.language)
