"""Own fields and tags of leads and contacts as folds: typed by the policy, written in one spelling (L-7)."""

from collections.abc import Iterable, Mapping

from hub.domain.contact import Contact
from hub.domain.errors import FieldInvalid
from hub.domain.ids import ManagerId
from hub.domain.lead import MANUAL, Lead
from hub.domain.replacing import replace
from hub.domain.stages import LONGEST_TEXT, BuiltIn, FieldRule, LeadRules, read_value
from hub.inbox.folds.lead_moves import note_change
from hub.inbox.folds.line_work import LineWork

Values = Mapping[str, str]
"""What somebody wrote, by field; an empty text empties the field."""


def set_lead_fields(
    work: LineWork, lead: Lead, values: Values, *, by: ManagerId | None = None, cause: str = MANUAL
) -> Lead:
    """Set fields of a lead: own ones, `amount`, `product` and `source`; return it as it is now (L-7, L-5).

    All or none; which fields changed goes into the ledger, values do not.

    Raises:
        FieldInvalid: no such field, or no value of its type.
    """
    read = {name: _read_lead_value(work.policy.leads, name, text) for name, text in values.items()}
    own = {name: value for name, value in read.items() if name not in (BuiltIn.amount, BuiltIn.source)}
    changed = replace(
        lead,
        amount=read.get(BuiltIn.amount, lead.amount),
        source=read.get(BuiltIn.source, lead.source),
        fields=_merged(lead.fields, own),
    )
    if changed == lead:
        return lead
    note_change(work, lead, tuple(sorted(read)), by=by, cause=cause)
    return work.rows.leads.put(lead.id, changed)


def set_contact_fields(work: LineWork, contact: Contact, values: Values) -> Contact:
    """Set own fields of a client's card and return it as it is now (L-7).

    Raises:
        FieldInvalid: no such field, or no value of its type.
    """
    rules = work.policy.leads.contact_fields
    read = {name: read_value(_known(rules, name), text) for name, text in values.items()}
    return work.rows.contacts.put(contact.id, replace(contact, fields=_merged(contact.fields, read)))


def add_lead_tags(
    work: LineWork, lead: Lead, tags: Iterable[str], *, by: ManagerId | None = None, cause: str = MANUAL
) -> Lead:
    """Add tags to a lead; those it has stay as they are (L-7).

    Raises:
        FieldInvalid: the policy lists the tags there are, and this is none.
    """
    wanted = tuple(dict.fromkeys((*lead.tags, *_checked(work.policy.leads, tags))))
    if wanted != lead.tags:
        note_change(work, lead, ("tags",), by=by, cause=cause)
    return work.rows.leads.put(lead.id, replace(lead, tags=wanted))


def add_contact_tags(work: LineWork, contact: Contact, tags: Iterable[str]) -> Contact:
    """Add tags to a client's card; those it has stay as they are (L-7).

    Raises:
        FieldInvalid: the policy lists the tags there are, and this is none.
    """
    wanted = tuple(dict.fromkeys((*contact.tags, *_checked(work.policy.leads, tags))))
    return work.rows.contacts.put(contact.id, replace(contact, tags=wanted))


def _read_lead_value(rules: LeadRules, name: str, text: str) -> str:
    if name == BuiltIn.source:
        return text.strip()[:LONGEST_TEXT]
    rule = rules.find_lead_field(name)
    if rule is None:
        raise FieldInvalid(f"there is no field '{name}'; there are: {', '.join(_names(rules))}", name)
    return read_value(rule, text)


def _names(rules: LeadRules) -> list[str]:
    return [BuiltIn.amount.value, BuiltIn.product.value, BuiltIn.source.value, *rules.lead_fields]


def _known(rules: Mapping[str, FieldRule], name: str) -> FieldRule:
    if name not in rules:
        raise FieldInvalid(f"there is no field '{name}'; there are: {', '.join(rules) or 'none'}", name)
    return rules[name]


def _merged(before: Mapping[str, str], read: Mapping[str, str]) -> dict[str, str]:
    return {name: value for name, value in {**before, **read}.items() if value}


def _checked(rules: LeadRules, tags: Iterable[str]) -> list[str]:
    named = [tag.strip() for tag in tags if tag.strip()]
    if unknown := rules.unknown_tags(named):
        raise FieldInvalid(f"there is no tag '{unknown[0]}'; there are: {', '.join(rules.tags)}", "tags")
    return named
