"""The page behind a link in a manager's letter: `/card/<token>` shows what is asked, only its button does it.

Mail programs and virus scanners open links by themselves, so GET and HEAD change nothing. The page works without
script, loads nothing, is kept by nobody and tells no other site where it was. The token never reaches a log.
"""

from aiohttp import web
from jinja2 import Environment, StrictUndefined

from hub.net.payloads import read_form
from hub.web.entrance import ENTRANCE, CardPage
from hub.web.reading import read_body

_BODY_LIMIT = 8 * 1024
_FIELDS = frozenset({"choice", "note"})
_PAGE = Environment(autoescape=True, undefined=StrictUndefined, trim_blocks=True).from_string("""<!doctype html>
<html lang="{{ page.language }}">
<meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="robots" content="noindex"><title>{{ page.title }}</title>
<style>
:root { color-scheme: light dark; font: 1.05rem/1.5 system-ui, sans-serif }
body { max-width: 34rem; margin: 2rem auto; padding: 0 1rem }
label, select, textarea, button { display: block; font: inherit; width: 100%; box-sizing: border-box }
label { margin-top: 1rem } select, textarea, button { padding: .6rem; margin-top: .3rem }
button { margin-top: 1.2rem; font-weight: 600 }
</style>
<main>
<h1>{{ page.title }}</h1>
{% for line in page.lines %}
<p>{{ line }}</p>
{% endfor %}
{% if page.button %}
<form method="post">
{% if page.choices %}
<label>{{ page.choices_label }}<select name="choice" required>
{% for value, label in page.choices %}
<option value="{{ value }}">{{ label }}</option>
{% endfor %}
</select></label>
<label>{{ page.note_label }}<textarea name="note" rows="3" maxlength="1000"></textarea></label>
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
    "Referrer-Policy": "no-referrer",
    "Cache-Control": "no-store",
    "X-Robots-Tag": "noindex",
}


def add_routes(app: web.Application) -> None:
    """Serve the page; `app` holds an `Entrance`."""
    app.router.add_get("/card/{token}", ask)
    app.router.add_post("/card/{token}", do)


async def ask(request: web.Request) -> web.Response:
    """Show what the button would do; changes nothing, whoever opens it."""
    return _response(await request.app[ENTRANCE].show_card(request.match_info["token"]))


async def do(request: web.Request) -> web.Response:
    """Do it, and show what became of it.

    Raises: PayloadInvalid, PayloadTooLarge, PayloadIncomplete: it is no form, or did not come whole and in time.
    """
    body = await read_body(request, request.app[ENTRANCE], limit_bytes=_BODY_LIMIT)
    given = {name: value for name, value in (read_form(body) if body else ()) if name in _FIELDS}
    return _response(await request.app[ENTRANCE].do_card(request.match_info["token"], given))


def _response(page: CardPage) -> web.Response:
    return web.Response(
        text=_PAGE.render(page=page), status=page.status, content_type="text/html", charset="utf-8", headers=_HEADERS
    )
