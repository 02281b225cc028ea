"""A retailCRM account that lives in memory: form bodies, one external id a shop, histories, calls told apart.

As documented: every write is a form whose objects are JSON; a body of JSON is refused. Two orders or customers cannot
share an `externalId` within a shop. A key that sees several shops must name one in each write. Ten calls a second, then
503. A repeated call comes back in `duplicateCalls`. Fields that the API does not know are refused. Not documented, so
both ways can be chosen: `phone_search` finds a number by its part, or only whole.
"""

from hub.testing.crm.retailcrm.account import FakeRetailCrm

__all__ = ["FakeRetailCrm"]
