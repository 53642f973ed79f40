"""A page of the documentation as HTML; what it links to beside itself is not served, and is named instead."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from typing import Any

from markdown_it import MarkdownIt
from markdown_it.renderer import RendererHTML
from markdown_it.token import Token
from markupsafe import Markup

from tier1_tasks.runbook import anchor_of

_markdown = MarkdownIt("commonmark", {"html": False}).enable("table")


def to_html(text: str) -> Markup:
    """Return Markdown as HTML, with the anchors that GitHub gives to headings; HTML in it is escaped."""
    tokens = _markdown.parse(text)
    for heading, title in pairwise(tokens):
        if heading.type == "heading_open":
            heading.attrSet("id", anchor_of(title.content))
    return Markup(_markdown.renderer.render(tokens, _markdown.options, {}))  # noqa: S704 - escaped by it


def _link_open(renderer: RendererHTML, tokens: Sequence[Token], index: int, options: Any, _: Any) -> str:
    link = tokens[index]
    if not _is_followed(link):
        link.tag, link.attrs = "span", {"title": f"docs/how-to/{link.attrs['href']}"}
        closing = next(it for it in tokens[index:] if it.type == "link_close" and it.level == link.level)
        closing.tag = "span"
    return renderer.renderToken(tokens, index, options, {})


def _is_followed(link: Token) -> bool:
    return str(link.attrs["href"]).startswith(("#", "https://"))


_markdown.add_render_rule("link_open", _link_open)
