"""Russian texts of the manager bot: the catalogue that decides which keys exist.

Short, on «вы», verbs on buttons. A place in braces is filled by a screen; `{at:%H:%M}` is a local time.
"""

from collections.abc import Mapping

from bots.texts.ru import cards, deeds, mail, person, plans, team, templates

TEXTS: Mapping[str, str | Mapping[str, str]] = {
    **cards.TEXTS,
    **deeds.TEXTS,
    **plans.TEXTS,
    **person.TEXTS,
    **mail.TEXTS,
    **team.TEXTS,
    **templates.TEXTS,
}
