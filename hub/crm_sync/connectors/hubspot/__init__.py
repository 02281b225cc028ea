"""HubSpot: contacts are cards, deals are requests, notes, calls and messages are the history, tasks go both ways.

Source: https://developers.hubspot.com/docs/api-reference/2026-03 (objects, search, properties, pipelines), validating
requests (docs/apps/legacy-apps/authentication) and the changelog on merges (read 2026-11-22). Paths carry a version:
`/crm/objects/2026-03/contacts`, or `v3`, which is still served. Our key is a property of contacts and deals with unique
values, made when the hub is connected; notes, calls and tasks carry a short mark of it in their text and are looked for
among those of the contact. Search lags behind writes by seconds, so it finds people, never our own writes. Cards that
are joined become a new record, to which the old ids lead; an e-mail belongs to one contact only.
Not verified against an account: the path of owners in dated versions, that `hs_additional_emails` can be written, the
present limit of search (4 a second is kept), which signature private apps send.
"""

from hub.crm_sync.connectors.hubspot.channel import HubSpot

CHANNEL = HubSpot
