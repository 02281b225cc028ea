"""Bitrix24: contacts, leads or deals, the timeline, to-dos and, as an application, calls and chats; changes come back.

Source: https://github.com/bitrix24/b24restdocs (read 2026-11-22). Two ways in: an incoming webhook, or a local
application with OAuth tokens (calls as calls, events bound by the hub, the queue of offline events, open lines).
Written on `crm.item.*`; classic methods are frozen. Unknown fields are ignored in silence, an update that changes
nothing is not saved. `originId` is a label and not unique: it is looked up after an unknown outcome, never trusted to
refuse. A joined card is only gone: into which, no method says. Not verified against a portal: which spellings
`crm.duplicate.findbycomm` joins; that comments keep BB code; that lists filter by `originId`, `contactId`, `leadId`;
that fields name the choices of lists; what finishing a call twice makes; whether a chat joins equal message ids.
"""

from hub.crm_sync.connectors.bitrix24.connector import Bitrix24

CHANNEL = Bitrix24

__all__ = ["CHANNEL"]
