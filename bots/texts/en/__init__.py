"""English texts of the manager bot: the same keys and places as the Russian catalogue."""

from collections.abc import Mapping

from bots.texts.en import (
    accounts,
    admin,
    calls,
    cards,
    days,
    deeds,
    heads,
    mail,
    pace,
    person,
    plans,
    team,
    templates,
    terminal,
)

TEXTS: Mapping[str, str | Mapping[str, str]] = {
    **admin.TEXTS,
    **calls.TEXTS,
    **cards.TEXTS,
    **deeds.TEXTS,
    **plans.TEXTS,
    **person.TEXTS,
    **mail.TEXTS,
    **team.TEXTS,
    **heads.TEXTS,
    **days.TEXTS,
    **templates.TEXTS,
    **terminal.TEXTS,
    **pace.TEXTS,
    **accounts.TEXTS,
}
