"""What presses and commands do, one family a module; each declares its table, joined here.

A deed reads the state afresh, calls one use-case and shows the result. Rights are the use-case's; errors of the hub go
up to `presses` and `commands`, which say them politely.
"""

from collections.abc import Mapping

from bots.screens.action import Press
from bots.telegram.deeds import (
    admin_connect,
    admin_health,
    admin_people,
    admin_rules,
    answering,
    assignment,
    calling,
    client,
    client_links,
    correcting,
    days,
    ending,
    files,
    leads,
    lines,
    matching,
    practice,
    reading,
    reading_along,
    rooms,
    tasks,
    team,
    telephones,
    templates,
    undoing,
    whole,
)
from bots.telegram.turn import Deed

DEEDS: Mapping[Press, Deed] = (
    reading.DEEDS
    | whole.DEEDS
    | reading_along.DEEDS
    | days.DEEDS
    | client.DEEDS
    | client_links.DEEDS
    | assignment.DEEDS
    | lines.DEEDS
    | ending.DEEDS
    | calling.DEEDS
    | matching.DEEDS
    | answering.DEEDS
    | correcting.DEEDS
    | leads.DEEDS
    | tasks.DEEDS
    | team.DEEDS
    | rooms.DEEDS
    | telephones.DEEDS
    | admin_people.DEEDS
    | admin_rules.DEEDS
    | admin_health.DEEDS
    | admin_connect.DEEDS
    | templates.DEEDS
    | files.DEEDS
    | undoing.DEEDS
    | practice.DEEDS
)
WRITTEN: Mapping[Press, Deed] = (
    assignment.WRITTEN
    | lines.WRITTEN
    | ending.WRITTEN
    | calling.WRITTEN
    | answering.WRITTEN
    | leads.WRITTEN
    | tasks.WRITTEN
    | templates.WRITTEN
    | practice.WRITTEN
    | admin_people.WRITTEN
    | admin_rules.WRITTEN
)
"""Deeds completed by a written line (`bots.telegram.prompts`)."""

GUARDED = frozenset({Press.give, Press.move, Press.end, Press.needless})
"""Decisions that hold only for the state they were made on: a press with an older version asks again."""
