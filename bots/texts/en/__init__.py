"""English texts of the manager bot: the same keys and places as the Russian catalogue."""

from collections.abc import Mapping

from bots.texts.en import cards, deeds, mail, person, plans, team, templates

TEXTS: Mapping[str, str | Mapping[str, str]] = {
    **cards.TEXTS,
    **deeds.TEXTS,
    **plans.TEXTS,
    **person.TEXTS,
    **mail.TEXTS,
    **team.TEXTS,
    **templates.TEXTS,
}
