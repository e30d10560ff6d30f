"""Raised and lowered text within plain words: 10⁹ must never be read as 109."""

import re

SUPERSCRIPTS, SUBSCRIPTS = "⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻⁼⁽⁾ⁿⁱ", "₀₁₂₃₄₅₆₇₈₉₊₋₌₍₎"
MINUS_SIGNS = "−‐‑–"  # the minus sign, and the hyphens and the dash that people type for it
ORDINAL_ENDINGS = {"st", "nd", "rd", "th", "er", "re"}  # 1st reads as 1st
CARETS = {"sup": "^", "sub": ""}
NUMBER_SIGNS = ".,:/·"
FORMATTING_TAGS = r"(?:</?(?:strong|em|a)\b[^<>]*>){0,4}"
FIGURE_ON_FIGURE = re.compile(
    rf"(\d{FORMATTING_TAGS}<su[bp]>)(?={FORMATTING_TAGS}[\d+{MINUS_SIGNS}-])"
)
HALF = re.compile(r"\d{1,3}</sup>[/⁄](?:<sub>)?\d")


def _build_table(plain: str, small: str) -> dict[int, int]:
    """A translation table. Small characters stay, and every sign typed for a minus becomes one."""
    table = str.maketrans(plain, small)
    table |= str.maketrans(small, small)
    for sign in MINUS_SIGNS:
        table[ord(sign)] = table[ord("-")]
    return table


SUPERSCRIPT_TABLE = _build_table("0123456789+-=()ni", SUPERSCRIPTS)
SUBSCRIPT_TABLE = _build_table("0123456789+-=()", SUBSCRIPTS)
TRANSLATION_TABLES = {"sup": SUPERSCRIPT_TABLE, "sub": SUBSCRIPT_TABLE}


def write_in_line(texts: list[str], tag: str, *, before: str, nested: bool = False) -> list[str]:
    """The pieces of text of a ``<sup>`` or ``<sub>`` as they read in plain words.

    They are small signs if all of them exist (10⁹, H₂O). What names a quantity stays (Tmax, HbA1c),
    as do the endings of 1st and 2nd. All else stands in brackets: x^(ab), 10^(2.5), 5(2c). So no
    figure runs into another. ``before`` is the character before them. A ``nested`` one, inside
    another, is in brackets always.
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
    if not nested and _reads_as_it_is(text, tag, before):
        return texts
    return _enclose(f"{CARETS[tag]}(", texts, ")")


def _reads_as_it_is(text: str, tag: str, before: str) -> bool:
    if text[0] in "([{" and text[-1] in ")]}":
        return True
    if tag == "sub" and before.isalpha():
        return True
    if any(map(str.isdigit, text)):
        return False
    if before.isdigit():
        return text in ORDINAL_ENDINGS or not _could_change_number(text)
    return tag == "sub" or not any(map(str.isalpha, text)) or not before.isalnum()


def _could_change_number(text: str) -> bool:
    return any(sign.isalpha() or sign in NUMBER_SIGNS for sign in text)


def _enclose(opening: str, texts: list[str], closing: str) -> list[str]:
    enclosed = list(texts)
    first = enclosed[0].lstrip()
    enclosed[0] = enclosed[0][: len(enclosed[0]) - len(first)] + opening + first
    last = enclosed[-1].rstrip()
    enclosed[-1] = last + closing + enclosed[-1][len(last) :]
    return enclosed


def keep_figures_apart(html: str) -> str:
    """Rich text for a page, in which a raised figure that follows a figure has a hidden sign.

    Who copies 10<sup>9</sup> as plain text gets 10^9, and 1 1/2 of a raised half; never 109 or
    11/2. The sign is neither shown nor read aloud.
    """
    if "<sup>" not in html and "<sub>" not in html:
        return html
    return FIGURE_ON_FIGURE.sub(_add_hidden_sign, html)


def _add_hidden_sign(found: re.Match[str]) -> str:
    sign = "^" if found[1].endswith("<sup>") else "_"
    if HALF.match(found.string, found.end()):
        sign = "&nbsp;"
    return f'{found[1]}<span class="hidden" aria-hidden="true">{sign}</span>'
