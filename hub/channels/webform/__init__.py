"""Web forms: forms of sites by browser or server, Tilda's webhook, and the hub's own form page.

Tilda: https://help-ru.tilda.cc/formsscript and https://help-ru.tilda.cc/forms/marketplace/tech; by our notes of
2026-11-21 give them: POST urlencoded, `test=test` when the address is saved, 200 with `ok` within 5 s or two more tries
a minute apart, `tranid` is the id of a submission, an API key in a header or field of the owner's choice. Browser
forms: WHATWG HTML §4.10.21, Fetch §3.2 (CORS), RFC 7578. A submission without an id of its own is joined with an equal
one within 60 s (case 31).

Evidence `documented`: payloads are made after these pages, none was recorded. What does not belong here: pages and
scripts (`hub.web.forms`), matching, leads.
"""

from hub.channels.webform.channel import WebForm
from hub.channels.webform.settings import WebFormSettings

CHANNEL = WebForm

__all__ = ["CHANNEL", "WebForm", "WebFormSettings"]
