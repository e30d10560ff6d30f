"""Names of signs that cannot be seen, or are not what they seem: “[no-break space]”."""

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from html import unescape

from articles.richtext.plaintext import (
    HEADING_CELL_MARK,
    LAYOUT_SPACE,
    LINE_BREAK_MARK,
    MARKS,
    Line,
)

BLANK_LETTERS = "\u034f\u115f\u1160\u17b4\u17b5\u3164\uffa0\u2800"  # they have no shape
UNSEEN_CATEGORIES = {"Cc", "Cf", "Cn", "Co", "Cs", "Zl", "Zp", "Zs"}
CONTROL_NAMES = {"\t": "tab", "\n": "line feed", "\r": "carriage return", "\f": "form feed"}
JAMO = range(0x1100, 0x1200)  # parts of Korean syllables
TAG = re.compile(r"<[^<>]*>")
HREF = re.compile(r'<a href="([^"]*)"')
MARK_NAME = re.compile(r"\[([a-z][a-z0-9 +-]*)")
WORD = re.compile(r"\w+")
DECOMPOSED_TAGS = ("<wide>", "<font>", "<compat>")  # of letters that look like others
LATIN_OR_FIGURE = re.compile(r"[0-9A-Za-z\u00c0-\u024f]")
# Letters of other scripts that look like a Latin one, and that Latin letter. Greek letters that
# medicine writes beside Latin ones (µ, α, β, γ, δ, κ, λ, ω) are not among them.
CYRILLIC = dict(zip("АВЕЅІЈКМНОРСТУХаеорсухіјѕһԁԛԝ", "ABESIJKMHOPCTYXaeopcyxijshdqw", strict=True))
GREEK = dict(zip("ΑΒΕΖΗΙΚΜΝΟΡΤΥΧονιρυχτ", "ABEZHIKMNOPTYXovipuxt", strict=True))
LOOK_ALIKES = str.maketrans(
    CYRILLIC | GREEK | {"‐": "-", "‑": "-", "ʼ": "’", "∙": "·", "⋅": "·", "\u00b5": "\u03bc"}
)


@dataclass(frozen=True)
class UnusualSign:
    """A passage of a text that is not what it seems to be, and why."""

    start: int
    end: int
    name: str


def name_sign(sign: str) -> str:
    """The name of a sign in Unicode, in small letters, or its code if it has none."""
    name = CONTROL_NAMES.get(sign) or unicodedata.name(sign, "").lower()
    return name or f"u+{ord(sign):04x}"


def name_signs(text: str) -> str:
    """The text with the name of each sign that a reader cannot see or tell from another.

    Those are all spaces but a single ordinary one, signs without a shape, and letters that are
    stored in pieces.
    """
    if text.isascii() and text.isprintable() and "  " not in text and text == text.strip(" "):
        return text
    composed = unicodedata.is_normalized("NFC", text)
    parts = []
    last = len(text) - 1
    for place, sign in enumerate(text):
        if sign == " ":
            plain = 0 < place < last and text[place - 1] != " "
            parts.append(sign if plain else "[space]")
        elif is_unseen(sign):
            parts.append(f"[{name_sign(sign)}]")
        elif not composed and _is_piece(sign):
            parts.append(f"{sign}[{name_sign(sign)}]")
        else:
            parts.append(sign)
    return "".join(parts)


def is_unseen(sign: str) -> bool:
    """Whether a sign has no shape or is a space other than the ordinary one."""
    if sign == " " or (sign.isascii() and sign.isprintable()):
        return False
    return unicodedata.category(sign) in UNSEEN_CATEGORIES or sign in BLANK_LETTERS


def _is_piece(sign: str) -> bool:
    if unicodedata.combining(sign) or ord(sign) in JAMO:
        return True
    return unicodedata.normalize("NFC", sign) != sign


def name_line(line: Line) -> str:
    """A line of rich text with the names of what its text does not show, as in 10[raised: 9]."""
    parts = []
    hrefs: list[str] = []
    end = 0
    for tag in TAG.finditer(line.source):
        parts.append(_name_words(line.source[end : tag.start()]))
        parts.append(_name_tag(tag[0], hrefs))
        end = tag.end()
    parts.append(_name_words(line.source[end:]))
    return line.prefix + LAYOUT_SPACE.sub(" ", "".join(parts)).strip()


def _name_words(html: str) -> str:
    """Words of a rich text. Their ordinary spaces are as browsers show them, and not named."""
    words = LAYOUT_SPACE.split(unescape(html))
    return " ".join(map(name_signs, words))


def _name_tag(tag: str, hrefs: list[str]) -> str:
    name = tag.strip("</>").split(maxsplit=1)[0] if tag.strip("</>") else ""
    opens = not tag.startswith("</")
    if name == "a":
        if opens:
            found = HREF.match(tag)
            hrefs.append(unescape(found[1]) if found else "")
            return ""
        return f" (→ {name_signs(hrefs.pop())})" if hrefs else ""
    texts = {
        **{mark: (text, text) for mark, text in MARKS.items()},
        "sup": ("[raised: ", "]"),
        "sub": ("[lowered: ", "]"),
        "br": (LINE_BREAK_MARK, ""),
        "td": ("| ", " "),
        "th": (f"| {HEADING_CELL_MARK}", " "),
    }
    return texts.get(name, (tag, tag))[0 if opens else 1]


def find_mark_names(named: str) -> list[str]:
    """The names in square brackets of a text, in order, without what they contain."""
    return MARK_NAME.findall(named)


def get_look(text: str) -> str:
    """The text with each sign replaced by the one that it looks like: two alike are equal."""
    parts = []
    for sign in unicodedata.normalize("NFC", text):
        if unicodedata.decomposition(sign).startswith(DECOMPOSED_TAGS):
            sign = unicodedata.normalize("NFKC", sign)
        if not is_unseen(sign[0]):
            parts.append(sign)
    return "".join(parts).translate(LOOK_ALIKES)


def name_look_alikes(text: str) -> str:
    """The text with the name of each sign that looks like another one."""
    return "".join(map(_name_look_alike, text))


def _name_look_alike(sign: str) -> str:
    look = get_look(sign)
    is_alike = not sign.isascii() and (look != sign or sign in LOOK_ALIKES.values())
    return f"{sign}[{name_sign(sign)}]" if look and is_alike else sign


def find_unusual(text: str) -> list[UnusualSign]:
    """What of a plain text is not what it seems, in order.

    Words that mix scripts whose letters look alike, spaces other than the ordinary one beside
    figures, signs without a shape, wide letters and letters that are stored in pieces.
    """
    if text.isascii() and text.isprintable():
        return []
    found = [*_find_mixed_words(text), *_find_odd_signs(text)]
    return sorted(found, key=lambda sign: (sign.start, sign.end))


def _find_mixed_words(text: str) -> Iterator[UnusualSign]:
    for word in WORD.finditer(text):
        if not LATIN_OR_FIGURE.search(word[0]):
            continue
        foreign = [sign for sign in dict.fromkeys(word[0]) if sign in CYRILLIC or sign in GREEK]
        if foreign:
            name = ", ".join(map(name_sign, foreign))
            yield UnusualSign(word.start(), word.end(), name)


def _find_odd_signs(text: str) -> Iterator[UnusualSign]:
    composed = unicodedata.is_normalized("NFC", text)
    for place, sign in enumerate(text):
        if sign.isascii() and (sign.isprintable() or sign in "\t\n\r"):
            continue
        if sign.isspace():
            beside = text[max(0, place - 1) : place] + text[place + 1 : place + 2]
            is_odd = any(map(str.isdigit, beside))
        else:
            is_odd = is_unseen(sign) or unicodedata.decomposition(sign).startswith("<wide>")
        if is_odd or (not composed and _is_piece(sign)):
            yield UnusualSign(place, place + 1, name_sign(sign))
