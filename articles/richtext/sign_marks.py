"""Marks that name unusual signs within finished HTML, for those who check a text before signing.

The signed text stays as it is: the marks stand on staff pages only, visibly and to be read aloud.
"""

import re
from collections.abc import Iterator
from html import escape, unescape

from articles.richtext.sign_names import find_unusual

BLOCK_TAG = re.compile(
    r"(</?(?:p|br|h[1-6]|li|ul|ol|dl|dt|dd|table|thead|tbody|tr|td|th|div|section|article|aside|nav"
    r"|header|footer|main|blockquote|figure|figcaption|details|summary|form|label|button)\b[^>]*>)",
    re.IGNORECASE,
)
TOKEN = re.compile(r'<[^<>"]*(?:"[^"]*"[^<>"]*)*>|&(?:#\d+|#[xX][0-9a-fA-F]+|\w+);|[^<&]+|[<&]')
MAYBE_UNUSUAL = re.compile(r"[^\x20-\x7e\t\n\r]|&(?!amp;|lt;|gt;|quot;|#x27;|#39;)")


def mark_unusual(html: str) -> str:
    """The same HTML with a mark after each unusual sign or word that says what it is."""
    if not MAYBE_UNUSUAL.search(html):
        return html
    parts = []
    for part in BLOCK_TAG.split(html):
        parts.append("".join(_mark_block(part)) if MAYBE_UNUSUAL.search(part) else part)
    return "".join(parts)


def _mark_block(html: str) -> Iterator[str]:
    text, ends = _read_text(html)
    written = 0
    for sign in find_unusual(text):
        end = ends[sign.end - 1]
        yield html[written:end]
        yield f'<mark class="sign">[{escape(sign.name)}]</mark>'
        written = end
    yield html[written:]


def _read_text(html: str) -> tuple[str, list[int]]:
    """The words of a block, and for each character where it ends in the HTML."""
    texts = []
    ends: list[int] = []
    for token in TOKEN.finditer(html):
        if token[0].startswith("<") and len(token[0]) > 1:
            continue
        text = unescape(token[0])
        texts.append(text)
        if token[0].startswith("&") or len(text) != len(token[0]):
            ends += [token.end()] * len(text)
        else:
            ends += range(token.start() + 1, token.end() + 1)
    return "".join(texts), ends
