"""Screens as letters: plain text and simple HTML of the same words.

Whatever a client wrote is escaped; the only links are those to our own pages. The line above which an answer is written
stands first, so that everything a mail program quotes lies below it.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from html import escape

from bots.screens.action import Action
from bots.screens.screen import Block, Button, Mark, Screen, Span
from hub.domain.reply_line import REPLY_LINE

Links = Callable[[Action], str]
"""Returns the address of the page that carries out an action; empty for one that no page carries out."""

_TAGS = {Mark.bold: "b", Mark.italic: "i"}
_QUOTE = "margin:4px 0;padding-left:10px;border-left:3px solid #999"
_FAINT = "color:#777;font-size:12px"
_BODY = "font-family:sans-serif;font-size:15px;line-height:1.45;max-width:640px"


@dataclass(frozen=True, slots=True)
class Drawing:
    """A letter's words, twice."""

    text: str
    html: str


def draw(screens: Sequence[Screen], *, links: Links, footer: str, is_answerable: bool) -> Drawing:
    """Return one letter of several screens in order; below each its links, at the end how to go on."""
    marked = [REPLY_LINE] if is_answerable else []
    text = [*marked, *("\n".join(_text(screen, links)) for screen in screens), *([footer] if footer else [])]
    html = [f'<p style="{_FAINT}">{escape(line)}</p>' for line in marked]
    html += ["".join(_html(screen, links)) for screen in screens]
    html += [f'<p style="{_FAINT}">{escape(footer)}</p>'] if footer else []
    return Drawing("\n\n".join(text) + "\n", f'<div style="{_BODY}">{"<hr>".join(html)}</div>')


def _text(screen: Screen, links: Links) -> Iterator[str]:
    for block in screen.blocks:
        yield from (f"  {line}" for line in block.text.split("\n")) if block.is_quote else (block.text,)
    for button, address in _linked(screen, links):
        yield f"{button.label}: {address}"


def _html(screen: Screen, links: Links) -> Iterator[str]:
    for block in screen.blocks:
        yield _block(block)
    found = [f'<a href="{escape(address)}">{escape(button.label)}</a>' for button, address in _linked(screen, links)]
    if found:
        yield f"<p>{' &nbsp; '.join(found)}</p>"


def _linked(screen: Screen, links: Links) -> Iterator[tuple[Button, str]]:
    for button in screen.buttons:
        if button.action is not None and (address := links(button.action)):
            yield button, address


def _block(block: Block) -> str:
    words = "".join(map(_span, block.spans)).replace("\n", "<br>")
    return f'<div style="{_QUOTE}">{words}</div>' if block.is_quote else f"<div>{words}</div>"


def _span(span: Span) -> str:
    tag = _TAGS.get(span.mark)
    return f"<{tag}>{escape(span.text)}</{tag}>" if tag else escape(span.text)
