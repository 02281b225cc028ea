"""English texts of the manager bot: the same keys and places as the Russian catalogue."""

from collections.abc import Mapping

from bots.texts.en import (
    accounts,
    admin,
    admin_connect,
    admin_health,
    admin_rules,
    calls,
    cards,
    days,
    deeds,
    heads,
    mail,
    pace,
    person,
    plans,
    room,
    team,
    templates,
    terminal,
    voices,
    whole,
)

TEXTS: Mapping[str, str | Mapping[str, str]] = {
    **admin.TEXTS,
    **admin_connect.TEXTS,
    **admin_health.TEXTS,
    **admin_rules.TEXTS,
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
    **voices.TEXTS,
    **accounts.TEXTS,
    **room.TEXTS,
    **whole.TEXTS,
}
