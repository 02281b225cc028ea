"""Serves `/form/<key>` and the assets under `/forms/`.

The page works without script (a plain POST that ends on a page with the receipt) and better with it. Its policy lets
in nothing of others (CSP level 3); sites that may send may also show it in a frame.
"""

from functools import cache
from importlib.resources import files

from aiohttp import web
from jinja2 import Environment, PackageLoader, StrictUndefined

from hub.channels.webform import WebForm
from hub.domain.errors import UnknownConnection
from hub.web.entrance import ENTRANCE

KIND = "webform"
_ASSETS = {"hub-form.js": "text/javascript", "form.css": "text/css"}
_PAGES = Environment(
    loader=PackageLoader("hub.web.forms", ""), autoescape=True, undefined=StrictUndefined, trim_blocks=True
)
_TEXTS = {
    "ru": {
        "title": "Оставить заявку",
        "name": "Как вас зовут",
        "phone": "Телефон",
        "email": "Электронная почта",
        "company": "Компания",
        "text": "Чем помочь",
        "file": "Файл",
        "send": "Отправить",
        "empty": "Не заполняйте это поле",
        "document": "Текст согласия",
    },
    "en": {
        "title": "Send a request",
        "name": "Your name",
        "phone": "Phone",
        "email": "E-mail",
        "company": "Company",
        "text": "How can we help",
        "file": "File",
        "send": "Send",
        "empty": "Leave this field empty",
        "document": "Text of the consent",
    },
}


def add_routes(app: web.Application) -> None:
    """Serve the pages; `app` holds an `Entrance`."""
    app.router.add_get("/form/{key}", show_form)
    app.router.add_get("/forms/{name}", send_asset)


async def show_form(request: web.Request) -> web.Response:
    """Show the form of a connection in Russian or English (`?lang=`, else what the browser asks for)."""
    entrance = request.app[ENTRANCE]
    connected = await entrance.find_connection(KIND, request.match_info["key"])
    if connected is None or not isinstance(connected.channel, WebForm):
        raise UnknownConnection("no form has this key")
    form, language = connected.channel, _language(request)
    text = _PAGES.get_template("form.html").render(
        key=request.match_info["key"],
        kind=KIND,
        language=language,
        texts=_TEXTS[language],
        settings=form.settings,
        token=form.issue_token(entrance.clock.now()),
    )
    return web.Response(text=text, content_type="text/html", headers=_headers(form))


async def send_asset(request: web.Request) -> web.Response:
    """Send the script or the style; sites of others load the script, so any origin may read it."""
    name = request.match_info["name"]
    if name not in _ASSETS:
        raise web.HTTPNotFound
    headers = {
        "Access-Control-Allow-Origin": "*",
        "Cache-Control": "public, max-age=3600",
        "X-Content-Type-Options": "nosniff",
        "Cross-Origin-Resource-Policy": "cross-origin",
    }
    return web.Response(body=_asset(name), content_type=_ASSETS[name], charset="utf-8", headers=headers)


@cache
def _asset(name: str) -> bytes:
    return files("hub.web.forms").joinpath(name).read_bytes()


def _language(request: web.Request) -> str:
    wanted = request.query.get("lang") or request.headers.get("Accept-Language") or "ru"
    return "en" if wanted.lower().startswith("en") else "ru"


def _headers(form: WebForm) -> dict[str, str]:
    ancestors = " ".join(["'self'", *form.settings.allowed_origins])
    policy = (
        "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self'; "
        f"form-action 'self'; base-uri 'none'; frame-ancestors {ancestors}"
    )
    return {
        "Content-Security-Policy": policy,
        "X-Content-Type-Options": "nosniff",
        # Not `no-referrer`: with it browsers send `Origin: null` with the form, and the door would refuse it.
        "Referrer-Policy": "same-origin",
        "Cache-Control": "no-store",
    }
