"""An amoCRM account that lives in memory: API v4, its limits and tokens, its events and its webhooks.

As documented: nothing found is an empty 204; lists have pages and `_links.next`; refusals are problem documents; a
field that is not there refuses the record, writing one replaces all of its values; calls are placed by the last ten
digits, on the lead if exactly one is open, and not added for a number nobody has; two equal unsorted leads are an
error; `complex` joins with an open lead where the control of duplicates is on; a refresh token works once; seven
requests a second, then 429, and who goes on gets the web server's 403. Webhooks are unsigned forms with brackets.
Not documented, so both ways can be chosen: `search.reads_digits` (a search finds a phone by its digits, or only as it
stands), `search.is_late` (what is made is found after `settle`), `is_call_refused` (400 for a call nobody has, or an
empty list), `is_delete_bare` (a deletion as a bare number), `is_block_json` (the block as a problem document).
"""

from hub.testing.crm.amocrm.account import FakeAmoCrm

__all__ = ["FakeAmoCrm"]
