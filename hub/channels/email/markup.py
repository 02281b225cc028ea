"""HTML of letters: made safe to show, readable as text, and split at the containers mailers put quotations in.

Safe means an allow-list (nh3): no scripts, styles, forms, frames or images, so that opening a letter loads nothing from
anywhere (case 96); links go to http, https, mailto and tel only. Containers are looked for before cleaning, because
they are known by class, id and style. Which text patterns mean a quotation is `quotes.py`.
"""

import re
from dataclasses import dataclass

import nh3
from inscriptis import get_text
from inscriptis.css_profiles import CSS_PROFILES
from inscriptis.model.config import ParserConfig
from selectolax.lexbor import LexborHTMLParser, LexborNode

MAX_HTML_CHARACTERS = 2_000_000
_MAX_CONTAINERS = 100
_START, _END = "\ue0f1", "\ue0f2"
_SAFE_TAGS = (
    "a abbr b bdi bdo blockquote br caption center cite code col colgroup dd del details dfn div dl dt em figcaption "
    "figure font h1 h2 h3 h4 h5 h6 hr i ins kbd li mark ol p pre q s samp small span strike strong sub summary sup "
    "table tbody td tfoot th thead tr tt u ul var wbr"
)
_ATTRIBUTES = {
    "a": {"href", "title"},
    "td": {"colspan", "rowspan", "align"},
    "th": {"colspan", "rowspan", "align"},
    "ol": {"start", "type"},
    "font": {"color"},
}
_CONTAINERS = (
    "div.gmail_quote, div.gmail_quote_container, div.yahoo_quoted, div.moz-cite-prefix, blockquote, #divRplyFwdMsg, "
    "#appendonsend, #mail-editor-reference-message-container, #OLK_SRC_BODY_SECTION, div.protonmail_quote, "
    "div.tutanota_quote, div.mail-quote-collapse, div.js-compose-quote, hr#zwchr, hr[data-marker='__DIVIDER__'], "
    "div[style*='border-top:solid'], div[style*='border-top: solid']"
)
_CLEANER = nh3.Cleaner(
    tags=set(_SAFE_TAGS.split()), attributes=_ATTRIBUTES, url_schemes={"http", "https", "mailto", "tel"}
)
_CONFIG = ParserConfig(css=CSS_PROFILES["strict"], display_links=False, display_images=False)
_MANY_BREAKS = re.compile(r"\n[ \t]*(?:\n[ \t]*){2,}")
_TRAILING = re.compile(r"[ \t\xa0]+$", re.MULTILINE)
_OPEN_TAG = re.compile(r"<[a-z/!]", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Markup:
    """An HTML body: `html` safe to show, `text` readable, `visible` and `after` what a person wrote around quotations.

    `visible` is the text before the first quotation container, `after` the texts behind and between them; `has_quote`
    tells whether there was one at all.
    """

    html: str
    text: str
    visible: str
    after: str
    has_quote: bool


def read_markup(source: str) -> Markup:
    """Return the safe and the readable form of an HTML body. Never raises; hostile nesting loses its formatting."""
    marked = _mark_quotes(source[:MAX_HTML_CHARACTERS].replace(_START, "").replace(_END, ""))
    safe = _CLEANER.clean(marked)
    text = _readable(safe)
    before, start, rest = text.partition(_START)
    html = safe.replace(_START, "").replace(_END, "")
    return Markup(html, _tidy(text), _tidy(before), _outside(rest), bool(start))


def written_around_quotes(source: str) -> tuple[str, str, bool]:
    """Return text before the first quotation, text behind it, and whether there is one; layout is not kept. Cheap."""
    tree = LexborHTMLParser(_mark_quotes(source[:MAX_HTML_CHARACTERS]))
    tree.strip_tags(["script", "style", "head", "title"], recursive=True)
    before, start, rest = (tree.text(separator=" ") or "").partition(_START)
    return before, _outside(rest), bool(start)


def clean_markup(source: str) -> str:
    """Return the safe form alone."""
    return _CLEANER.clean(source[:MAX_HTML_CHARACTERS])


def _mark_quotes(source: str) -> str:
    """Put marks before and behind the outermost quotation containers."""
    lowered = source.lower()
    if not any(word in lowered for word in ("quote", "border-top", "cite", "rplyfwd", "olk_src", "zwchr", "divider")):
        return source
    tree = LexborHTMLParser(source)
    marked: list[LexborNode] = []
    for node in tree.css(_CONTAINERS)[:_MAX_CONTAINERS]:
        if not _has_ancestor(node, marked):
            marked.append(node)
    for node in marked:
        _mark(node)
    return tree.html or source


def _mark(node: LexborNode) -> None:
    """Mark one container; inside a Gmail container each quotation ends by itself: answers between them count."""
    node.insert_before(_START)
    if node.tag == "hr" or (node.attributes.get("id") or "") in {"divRplyFwdMsg", "appendonsend"} or _is_border(node):
        return
    inner = [node] if node.tag == "blockquote" else _outermost(node, "blockquote")
    for at, quote in enumerate(inner or [node]):
        if at:
            quote.insert_before(_START)
        quote.insert_after(_END)


def _is_border(node: LexborNode) -> bool:
    """Outlook's line above a quoted header block: all that follows it in the letter is history."""
    return "border-top" in (node.attributes.get("style") or "") or "moz-cite-prefix" in (
        node.attributes.get("class") or ""
    )


def _outermost(node: LexborNode, selector: str) -> list[LexborNode]:
    found: list[LexborNode] = []
    for inner in node.css(selector)[:_MAX_CONTAINERS]:
        if not _has_ancestor(inner, found):
            found.append(inner)
    return found


def _has_ancestor(node: LexborNode, others: list[LexborNode]) -> bool:
    known = {other.mem_id for other in others}
    parent: LexborNode | None = node
    while parent is not None:
        if parent.mem_id in known:
            return True
        parent = parent.parent
    return False


def _outside(rest: str) -> str:
    """Return what stands outside quotations, given the text behind the first start mark."""
    pieces: list[str] = []
    for piece in rest.split(_START):
        pieces.append(piece.partition(_END)[2].replace(_END, ""))
    return "\n".join(pieces).strip()


def _readable(safe: str) -> str:
    if _OPEN_TAG.search(safe) is None:
        safe = f"<pre>{safe}</pre>"
    try:
        text = str(get_text(safe, _CONFIG))
    except (RecursionError, ValueError, AssertionError):
        text = ""
    return text if text.strip() else LexborHTMLParser(safe).text(separator="\n") or ""


def _tidy(text: str) -> str:
    bare = text.replace(_START, "").replace(_END, "")
    return _MANY_BREAKS.sub("\n\n", _TRAILING.sub("", bare)).strip("\n")
