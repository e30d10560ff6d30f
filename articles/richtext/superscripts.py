"""Superscripts and subscripts as plain characters: 10⁹ must never be read as 109."""

from articles.richtext.raised import TRANSLATION_TABLES


def to_plain_characters(texts: list[str], tag: str, *, nested: bool = False) -> list[str]:
    """The pieces of text of a ``<sup>`` or ``<sub>``, in small characters if all of them exist.

    Otherwise they stay as they are (1st, Tmax, [3]), in brackets if a digit would run into the
    number or word before it. A ``nested`` one, inside another, stands in small brackets.
    """
    table = TRANSLATION_TABLES[tag]
    text = "".join(texts).strip()
    if not text:
        return texts
    if set(map(ord, text)) <= table.keys():
        small = [piece.translate(table) for piece in texts]
        if nested:
            return _enclose("(".translate(table), small, ")".translate(table))
        return small
    if text.isalpha() or text[0] in "([{" or not any(map(str.isdigit, text)):
        return texts
    return _enclose("(", texts, ")")


def _enclose(opening: str, texts: list[str], closing: str) -> list[str]:
    enclosed = list(texts)
    enclosed[0] = opening + enclosed[0].lstrip()
    enclosed[-1] = enclosed[-1].rstrip() + closing
    return enclosed
