"""What `hub connect` says of a CRM just saved: who is who there, which stage becomes which, and what is left to do."""

from collections.abc import Iterator

import typer

from hub.app.ground import Ground
from hub.commands.crm_rooms import Staff, open_crm, pick_crm, read_staff
from hub.commands.crm_staff import print_matches
from hub.commands.crm_texts import tell, titles
from hub.commands.language import in_language
from hub.commands.printing import print_table
from hub.domain.words import Words


async def introduce(ground: Ground, name: str) -> None:
    """Ask a CRM who works there and which stages it has, store that, and print both beside ours.

    A CRM that does not say now is asked again by the running hub: the connection is saved all the same.
    """
    language = ground.config.language
    row = await pick_crm(ground, name)
    async with open_crm(ground, row) as (office, crm):
        seen = await read_staff(office, row, crm)
        stages = list(_list_stages(language, seen))
    if seen.trouble:
        reason = in_language(seen.trouble, language)
        typer.echo(tell(language, "connect.not_described", reason=reason, name=name), err=True)
        return
    typer.echo("\n" + tell(language, "connect.who"))
    print_matches(language, name, seen)
    if stages:
        typer.echo("\n" + tell(language, "connect.stages"))
        print_table(titles(language, "stage", "stage_there"), stages)
        there = ", ".join(f"{each.id} ({each.name})" for each in seen.account.schema.stages)
        typer.echo(tell(language, "connect.how_to_map", name=name, stages=there))
    typer.echo()


def _list_stages(language: str, seen: Staff) -> Iterator[tuple[str, str]]:
    """Yield our stages with what each becomes there; none where leads do not go there or the CRM has no stages."""
    account = seen.account
    if not account.rules.makes_requests or not account.schema.stages:
        return
    names = {each.id: each.name for each in account.schema.stages}
    for stage in account.office.policy().leads.stages:
        there = account.stage_there(stage.key)
        shown = f"{names.get(there, '?')} ({there})" if there else tell(language, "connect.no_opinion")
        yield f"{_say(language, stage.name)} ({stage.key})", shown


def _say(language: str, words: Words) -> str:
    return words.en if language == "en" else words.ru
