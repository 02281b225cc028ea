"""amoCRM and Kommo, API v4: contacts, leads, notes, calls, tasks, webhooks, the list of events, and the Chats API.

Source: https://www.amocrm.ru/developers/content/crm_platform/ (contacts-api, leads-api, events-and-notes, calls-api,
unsorted-api, tasks-api, webhooks-api, webhooks-format, filters-api, error-codes) and
https://www.amocrm.ru/developers/content/oauth/step-by-step (read 2026-11-22, API v4); Kommo is the same API.
Surprising: nothing found is an empty 204; webhooks are unsigned forms with PHP brackets; notes cannot be backdated;
a refresh token can be exchanged once; `request_id` is echoed and not stored, so our key lives in a text field of the
business (`HUB_ID`), in `uniq` of calls and in the address a note ends with. Tasks have no place for it.
Not verified on a live account, so behind settings or harmless either way: how `query` reads spellings of phones, how
late its index is, what a block for too many requests looks like (403), codes of the utm fields, the effect of a
repeated `uniq`, lengths of texts, claims inside a token. A joined card is gone: the API does not say into which.

Rooms: `settings` and `api` (credentials, limits, faults), `fields`, `bodies` and `snapshots` (their words and ours),
`search`, `unsorted`, `entries`, `chats`, `hooks`, `incoming`, `feed`, `setup`; `connector` is the class.
"""

from hub.crm_sync.connectors.amocrm.connector import AmoCrm

CHANNEL = AmoCrm

__all__ = ["CHANNEL"]
