"""Finds where a submission came from and what its sender agreed to (L-1): campaign marks, click ids, pages, consent.

Campaign marks come from fields first, then from cookies that Tilda passes on (`TILDAUTM`), then from the address of
the page. Everything is kept as given; nothing here decides.
"""

import re
from collections.abc import Iterator
from urllib.parse import parse_qsl, unquote, urlsplit

from hub.channels.base import Raw
from hub.channels.webform.content import Content
from hub.net.payloads import clean_text

MAX_VALUE_LENGTH = 2000
_CAMPAIGN = re.compile(r"utm_(?:source|medium|campaign|content|term|id|referrer)")
_CLICK_IDS = frozenset(
    {"yclid", "ymclid", "gclid", "gbraid", "wbraid", "fbclid", "ttclid", "rb_clickid", "vk_click", "erid", "roistat"}
)
_COOKIES = {"roistat_visit": "roistat", "_ym_uid": "ym_uid", "_ga": "ga", "_fbp": "fbp", "_fbc": "fbc"}
_LANDING = ("hub_landing", "landing_page", "landing", "page_url", "page url", "href")
_REFERRER = ("hub_referrer", "referrer", "referer")
_CONSENT = ("consent", "agreement", "agree", "согласие")
_CONSENT_FACTS = ("consent_version", "consent_at", "consent_url")
_NO = frozenset({"", "0", "false", "no", "off", "нет"})


def is_mark(name: str) -> bool:
    """Tell whether a field is such a mark and therefore nothing that people need to read."""
    last = _last(name)
    return bool(_campaign_name(name)) or last in {*_LANDING, *_REFERRER, *_CONSENT, *_CONSENT_FACTS}


def read_marks(raw: Raw, content: Content) -> dict[str, str]:
    """Return the marks of a submission; names as in `Origin.marks`, values cut at 2000 characters, none empty."""
    fields = {_last(name): value for name, value in reversed(content.fields)}
    landing = _first(fields, _LANDING) or clean_text(raw.headers.get("referer", ""))
    marks = dict(_from_address(landing))
    marks.update(_from_cookies(_first(fields, ("cookies",))))
    marks.update((key, value) for name, value in reversed(content.fields) if value and (key := _campaign_name(name)))
    marks |= {
        "landing_page": landing,
        "referrer": _first(fields, _REFERRER),
        "consent": _consent(fields),
        "address": raw.remote,
        "user_agent": clean_text(raw.headers.get("user-agent", "")),
        **{name: fields.get(name, "") for name in _CONSENT_FACTS},
    }
    return {name: value[:MAX_VALUE_LENGTH] for name, value in marks.items() if value}


def _campaign_name(name: str) -> str:
    """Return the mark a field name stands for: `extra.utm.source` and `utm_source` are one; empty for other fields."""
    last = _last(name)
    if _CAMPAIGN.fullmatch(last) or last in _CLICK_IDS:
        return last
    joined = "_".join(re.split(r"[.\[]", name.casefold().rstrip("]"))[-2:])
    return joined if _CAMPAIGN.fullmatch(joined) else ""


def _last(name: str) -> str:
    return re.split(r"[.\[]", name.casefold().rstrip("]"))[-1]


def _first(fields: dict[str, str], names: tuple[str, ...]) -> str:
    return next((fields[name] for name in names if fields.get(name)), "")


def _consent(fields: dict[str, str]) -> str:
    """Return `given`, `refused` or, where the form has no such field, nothing."""
    given = [fields[name] for name in _CONSENT if name in fields]
    if not given:
        return ""
    return "refused" if given[0].strip().casefold() in _NO else "given"


def _from_address(address: str) -> Iterator[tuple[str, str]]:
    try:
        pairs = parse_qsl(urlsplit(address).query)
    except ValueError:  # a page address of a browser extension or a broken one: there are no marks in it
        return
    for name, value in pairs:
        if key := _campaign_name(name):
            yield key, value


def _from_cookies(cookies: str) -> Iterator[tuple[str, str]]:
    for cookie in cookies.split(";"):
        name, _, value = cookie.strip().partition("=")
        if name == "TILDAUTM":
            pairs = (pair.partition("=") for pair in unquote(value).split("|||"))
            yield from ((key, text) for key, _, text in pairs if _CAMPAIGN.fullmatch(key))
        elif name in _COOKIES:
            yield _COOKIES[name], value
