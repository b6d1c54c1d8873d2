"""What a reader sees of a page of a small book."""

import html
import re


def text_of(page: str) -> str:
    """Return a page as its reader sees it, without the navigation."""
    body = page[page.index('<div class="body"') : page.index('<div class="sphinxsidebar"')]
    return " ".join(html.unescape(re.sub(r"<[^>]+>", " ", body)).replace("¶", "").split())
