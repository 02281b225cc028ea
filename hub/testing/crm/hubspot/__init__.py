"""A HubSpot account that lives in memory: search that lags, unique properties, cards that become new ones when joined.

As documented: search sees what was written ten seconds ago, takes five groups of filters and shows ten thousand
results; 100 calls in ten seconds and five searches in one, then 429 with the name of the limit; unknown properties are
refused; an e-mail belongs to one contact, else 409 with `Existing ID`; an upsert needs a property with unique values
and answers 207 with errors where it fails; joined contacts get a new id, to which both old ones lead. Webhooks come in
batches, in no order, signed as `signature_version` says.
"""

from hub.testing.crm.hubspot.account import FakeHubSpot

__all__ = ["FakeHubSpot"]
