"""The form behind a link to connect something: `/connect/<token>` asks for settings, its button tries and saves them.

Opening it changes nothing, whoever does: mail programs and messengers open links by themselves. A send must come from a
page of ours in the same browser: it carries the value of a cookie that other sites can neither read nor send (double
submit), and browsers that say where a request comes from must say it was here. The page works without script, loads
nothing, is kept by nobody, and is not framed. Neither the token nor what is typed reaches a log.
"""

import hmac
import re
import secrets

from aiohttp import web
from jinja2 import Environment, StrictUndefined

from hub.net.payloads import read_form
from hub.web.connect_page import ConnectPage
from hub.web.entrance import ENTRANCE
from hub.web.reading import read_body, remote_of

COOKIE = "hub_connect"
_PROOF = "proof"
_PROOF_BYTES = 24
_OURS = re.compile(r"[A-Za-z0-9_-]{32}", re.ASCII)
_BODY_LIMIT = 64 * 1024
_FIELDS_LIMIT = 200
_PAGE = Environment(autoescape=True, undefined=StrictUndefined, trim_blocks=True).from_string("""<!doctype html>
<html lang="{{ page.language }}">
<meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="robots" content="noindex"><title>{{ page.title }}</title>
<style>
:root { color-scheme: light dark; font: 1.05rem/1.5 system-ui, sans-serif }
body { max-width: 36rem; margin: 1.5rem auto; padding: 0 1rem; overflow-wrap: anywhere }
h1 { font-size: 1.4rem }
label { display: block; margin-top: 1.1rem }
input, select, button { display: block; font: inherit; width: 100%; box-sizing: border-box; padding: .6rem }
input, select { margin-top: .3rem }
input[type=checkbox] { display: inline; width: auto; margin: 0 .5rem 0 0 }
button { margin-top: 1.4rem; font-weight: 600 }
summary { margin-top: 1.4rem; cursor: pointer }
.fault { border-left: .3rem solid #c00; padding-left: .7rem }
</style>
{% macro ask(field) %}
<label>{% if field.input == "checkbox" %}
<input type="checkbox" name="{{ field.name }}"{% if field.value %} checked{% endif %}>{{ field.question }}
{% else %}
{{ field.question }}
{% if field.input == "choice" %}
<select name="{{ field.name }}">
{% for value, label in field.choices %}
<option value="{{ value }}"{% if value == field.value %} selected{% endif %}>{{ label }}</option>
{% endfor %}
</select>
{% else %}
<input type="{{ field.input }}" name="{{ field.name }}" value="{{ field.value }}" autocomplete="off"
 spellcheck="false"{% if field.is_required %} required{% endif %}{% if field.fault %} aria-invalid="true"{% endif %}>
{% endif %}
{% endif %}
</label>
{% if field.fault %}
<p class="fault" role="alert">{{ field.fault }}</p>
{% endif %}
{% endmacro %}
<main>
<h1>{{ page.title }}</h1>
{% for line in page.lines %}
<p>{{ line }}</p>
{% endfor %}
{% if page.fault %}
<p class="fault" role="alert">{{ page.fault }}</p>
{% endif %}
{% if page.button %}
<form method="post">
<input type="hidden" name="proof" value="{{ proof }}">
{% for field in page.fields %}
{{ ask(field) }}
{% endfor %}
{% if page.more %}
<details{% if opens_more %} open{% endif %}><summary>{{ page.more_label }}</summary>
{% for field in page.more %}
{{ ask(field) }}
{% endfor %}
</details>
{% endif %}
<button>{{ page.button }}</button>
</form>
{% endif %}
</main>
</html>
""")
_HEADERS = {
    "Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'; form-action 'self'; base-uri 'none'; "
    "frame-ancestors 'none'",
    "X-Content-Type-Options": "nosniff",
    # Not `no-referrer`: with it browsers send `Origin: null` with the form, and the check below would refuse it.
    "Referrer-Policy": "same-origin",
    "Cache-Control": "no-store",
    "X-Robots-Tag": "noindex",
}


def add_routes(app: web.Application) -> None:
    """Serve the form; `app` holds an `Entrance`."""
    app.router.add_get("/connect/{token}", ask)
    app.router.add_post("/connect/{token}", send)


async def ask(request: web.Request) -> web.Response:
    """Show what is asked for; changes nothing."""
    page = await request.app[ENTRANCE].connecting.show(request.match_info["token"], _remote(request))
    return _response(request, page)


async def send(request: web.Request) -> web.Response:
    """Try what was typed and save it, if the send comes from a page of ours.

    Raises: PayloadInvalid, PayloadTooLarge, PayloadIncomplete: it is no form, or did not come whole and in time.
    """
    body = await read_body(request, request.app[ENTRANCE], limit_bytes=_BODY_LIMIT)
    given = dict(read_form(body)[:_FIELDS_LIMIT])
    proof = given.pop(_PROOF, "")
    if not (_is_from_here(request) and _is_proven(request, proof)):
        raise web.HTTPForbidden(text="the form was not sent from this page; open the link again\n", headers=_HEADERS)
    page = await request.app[ENTRANCE].connecting.save(request.match_info["token"], given, _remote(request))
    return _response(request, page)


def _is_proven(request: web.Request, proof: str) -> bool:
    """Tell whether the form carries the value of this browser's cookie."""
    kept = request.cookies.get(COOKIE, "")
    return bool(kept) and hmac.compare_digest(kept.encode(), proof.encode())


def _is_from_here(request: web.Request) -> bool:
    """Tell whether the browser says that the form stands on a page of ours; one that says nothing is believed.

    A proxy may ask us under another name (nginx does, unless told), so the public one counts as well.
    """
    if request.headers.get("Sec-Fetch-Site", "same-origin") != "same-origin":
        return False
    origin = request.headers.get("Origin")
    ours = {request.host, request.app[ENTRANCE].connecting.public_host} - {""}
    return origin is None or origin.partition("://")[2] in ours


def _remote(request: web.Request) -> str:
    headers = {name.lower(): value for name, value in request.headers.items()}
    return remote_of(request.remote or "", headers, hops=request.app[ENTRANCE].trusted_hops)


def _response(request: web.Request, page: ConnectPage) -> web.Response:
    """Return the page with this browser's cookie; it lasts as long as the browser is open, for this door alone."""
    kept = request.cookies.get(COOKIE, "")
    proof = kept if _OURS.fullmatch(kept) else secrets.token_urlsafe(_PROOF_BYTES)
    opens_more = any(field.fault for field in page.more)
    text = _PAGE.render(page=page, proof=proof, opens_more=opens_more)
    response = web.Response(text=text, status=page.status, content_type="text/html", charset="utf-8", headers=_HEADERS)
    if page.button:
        is_secure = request.app[ENTRANCE].connecting.is_secure
        response.set_cookie(COOKIE, proof, path="/connect", httponly=True, samesite="Strict", secure=is_secure)
    return response
