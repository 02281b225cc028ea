"""The automations of the rules as administrators see them: what is done by itself, how often the rest would help.

Switching one is a change of the rules like any other (`hub.inbox.rule_changes`).
"""

from dataclasses import dataclass

from hub.domain.rights import Action, Person, Subject, ensure
from hub.domain.words import Words
from hub.inbox.office import Office
from hub.inbox.rule_changes import EVIDENCE_OVER, read_rules
from hub.routing.automation_switch import list_automations
from hub.store.automation_evidence import count_evidence
from hub.store.pool import acquire


@dataclass(frozen=True, slots=True)
class Offered:
    """One automation. `mode` is on, off, dry, or `always` for what the hub does anyway.

    `helped` is how often it would have acted in the last 30 days, `None` where that is not counted.
    """

    key: str
    name: Words
    mode: str
    helped: int | None


async def list_offered(office: Office, actor: Person) -> list[Offered]:
    """Return the automations in the order in which people know them, with the evidence of the last 30 days.

    Raises:
        PermissionDenied, NotFound: only an administrator sees the rules.
    """
    ensure(actor, Action.edit_policy, Subject())
    rules, now = await read_rules(office, actor), office.clock.now()
    async with acquire(office.pool) as connection:
        evidence = await count_evidence(connection, since=now - EVIDENCE_OVER, until=now)
    listed = list_automations(rules.document)
    return [Offered(each.key, each.name, each.mode, evidence.get(each.key)) for each in listed]
