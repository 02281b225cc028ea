"""Russian texts of the manager bot: the catalogue that decides which keys exist.

Short, on «вы», verbs on buttons. A place in braces is filled by a screen; `{at:%H:%M}` is a local time.
"""

from collections.abc import Mapping

from bots.texts.ru import (
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
    practice,
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
    **practice.TEXTS,
    **whole.TEXTS,
}
