"""Bitrix24: contacts, leads or deals, the timeline, to-dos and, as an application, calls; changes come back.

Source: https://github.com/bitrix24/b24restdocs (read 2026-11-22), facts not in it marked below. Two ways in: an
incoming webhook (everything but calls as calls), or a local application with OAuth tokens (calls too, events bound by
the hub, the queue of offline events). Written on `crm.item.*`; classic methods are frozen. Unknown fields are ignored
in silence, an update that changes nothing is not saved, a phone without `typeId` neither. `originId` is a label and not
unique: it is looked up after an unknown outcome, never trusted to refuse. A joined card is only gone: into which, no
method says. Not verified against a portal: which spellings `crm.duplicate.findbycomm` joins; that comments keep BB
code as written; that lists filter by `originId`, `contactId`, `leadId`; lengths of names; filing two changes of one
second under one `ts`; whether `finish` of a call that was finished makes a second activity.
"""

from hub.crm_sync.connectors.bitrix24.connector import Bitrix24

CHANNEL = Bitrix24

__all__ = ["CHANNEL"]
