"""retailCRM (Simla), API v5: customers are cards, orders are requests, notes and the log of calls are the history.

Source: https://docs.retailcrm.ru/Developers/API/APIVersions/APIv5, the vendor's own client retailcrm/api-client-php and
https://help.retailcrm.pro/Developers/ApiHistory (read 2026-11-22). Our key is `externalId`, unique within a shop: a
repeated order or customer is refused and then looked up, a repeated call comes back in `duplicateCalls`. Notes and
tasks have no such field: a short mark of the key stands at the end of the note and in the task's comment.
Changes are the histories by `sinceId`; rows of our own key say so. Not verified against an account: that the search by
name finds numbers, that the filter of notes finds a part of their text, that tasks are completed by `complete`, the
words of refusals, the number of calls a second (10 by field knowledge), how long names and notes may be.
"""

from hub.crm_sync.connectors.retailcrm.channel import RetailCrm

CHANNEL = RetailCrm
