"""Characters of rich text: mended and looked at in its words, across the marks between them.

Only for HTML as the sanitiser writes it: well-formed, with the fewest character references.
"""

import re
from collections import Counter
from html import escape, unescape

from articles import characters

# Either a tag, with its attributes in quotation marks, or words.
PIECE = re.compile(r"""<[^<>"]*(?:"[^"]*"[^<>"]*)*>|[^<]+""")
INLINE_TAG = re.compile(r"</?(?:a|strong|em|sub|sup)[\s>]")
LONE_OVERLAY = "\u0338"  # after “>” it would make another character of the tag


def mend_html(html: str) -> characters.MendedText:
    """Sanitised HTML with its characters mended, and how often each kind was removed.

    What ``refuse_in_html`` would refuse stays.
    """
    removed: Counter[str] = Counter()
    if html.isascii():
        return characters.MendedText(html, removed)
    pieces = PIECE.findall(html)
    words, places = _join_words(pieces)
    dropped = [bad.place for bad in characters.find_bad(words) if not bad.why]
    for sign, count in Counter(words[place] for place in dropped).items():
        removed[characters.describe_removed(sign)] = count
    dropped_places = iter([*dropped, len(words)])
    next_dropped = next(dropped_places)
    mended: list[str] = []
    for piece, (start, end) in zip(pieces, places, strict=True):
        if piece.startswith("<"):
            mended.append(_mend_tag(piece, removed))
            continue
        own: list[int] = []
        while next_dropped < end:
            own.append(next_dropped - start)
            next_dropped = next(dropped_places)
        text = characters.cut(words[start:end], own)
        mended.append(_mend_words(piece, text))
    return characters.MendedText("".join(mended), removed)


def refuse_in_html(html: str) -> None:
    """Raise ValidationError for a character that no text can keep, with its place in the words."""
    if html.isascii() or characters.find_refused(html) is None:
        return
    pieces = PIECE.findall(html)
    words, _ = _join_words(pieces)
    characters.refuse(words.strip("\n"))
    for piece in pieces:
        if piece.startswith("<"):
            characters.refuse(piece)


def _join_words(pieces: list[str]) -> tuple[str, list[tuple[int, int]]]:
    """The words of all pieces as one text, and where each piece stands in it.

    A tag that ends a line is a line break there, and any other is nothing.
    """
    texts: list[str] = []
    places: list[tuple[int, int]] = []
    length = 0
    for piece in pieces:
        if piece.startswith("<"):
            text = "" if INLINE_TAG.match(piece) else "\n"
        else:
            text = characters.mend_controls(unescape(piece))
        texts.append(text)
        places.append((length, length + len(text)))
        length += len(text)
    return "".join(texts), places


def _mend_words(piece: str, text: str) -> str:
    """The words of a piece as the sanitiser writes them; the piece itself if nothing changed."""
    text = characters.normalize(text).removeprefix(LONE_OVERLAY)
    if text == unescape(piece):
        return piece
    return escape(text, quote=False).replace("\u00a0", "&nbsp;")


def _mend_tag(tag: str, removed: Counter[str]) -> str:
    """A tag whose attributes have no characters that nobody sees."""
    if tag.isascii():
        return tag
    mended = characters.mend_and_count(tag)
    removed.update(mended.removed)
    return mended.text
