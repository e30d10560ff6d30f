"""Names as they are printed, compared, sorted and written in addresses.

``normalize_name`` gives the form that is printed, ``fold`` the key by which two names are one and
by which they are sorted and found, ``make_name_slug`` the end of an address.
"""

import re
import unicodedata
from re import Match

from anyascii import anyascii
from django.utils.text import slugify

APOSTROPHES = "'’‘‛`´ʼʻʽʹ′‵ꞌ՚＇"
HYPHENS = "-‐‑‒–—―−⁃﹘﹣－"
APOSTROPHE = re.compile(f"[{APOSTROPHES}]")
HYPHEN = re.compile(f"[{HYPHENS}]")
# Not ZWNJ and ZWJ, which some scripts need between letters.
ZERO_WIDTH = re.compile("[\u00ad\u034f\u180e\u200b\u200e\u200f\u202a-\u202e\u2060-\u2069\ufeff]")
NON_ASCII = re.compile(r"[^\x00-\x7f]")
# What stands close to a figure before it and is no part of it: 10⁹ is not 109, 1½ is not 11/2.
RAISED_FIGURE = re.compile("(?<=[0-9])(?=[⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻])")
FRACTION = re.compile("(?<=[0-9])(?=[¼½¾⅐-⅟↉])")
GREEK = "\u0370-\u03ff\u1f00-\u1fff"
LONE_GREEK_LETTER = re.compile(f"(?<![{GREEK}])([α-ω])(?![{GREEK}])([a-z]?)")
GREEK_NAMES = (
    *("alpha", "beta", "gamma", "delta", "epsilon", "zeta", "eta", "theta", "iota", "kappa"),
    *("lambda", "mu", "nu", "xi", "omicron", "pi", "rho", "sigma", "sigma", "tau", "upsilon"),
    *("phi", "chi", "psi", "omega"),
)
MICRO = "μ"
MAX_KEY_LENGTH = 400
FIGURE_SEPARATOR = re.compile(r"(?<=\d)[.,:^](?=\d)|/")
# Marks over letters of Latin, Greek, Cyrillic, Hebrew and Arabic, without which a word is the same.
OPTIONAL_MARKS = re.compile(
    "[\u0300-\u036f\u0483-\u0489\u0591-\u05bd\u05bf\u05c1\u05c2\u05c4\u05c5\u05c7\u0610-\u061a"
    "\u0640\u064b-\u065f\u0670\u06d6-\u06dc\u06df-\u06e4\u1ab0-\u1aff\u1dc0-\u1dff\u20d0-\u20ff"
    "\ufe00-\ufe0f\ufe20-\ufe2f]"
)


def normalize_name(name: str) -> str:
    """A name as it is printed: one sort of apostrophe, of hyphen and of blank, nothing invisible.

    The signs are those of the keyboard. They are what the names of the site have, what people type
    into a search, and what classifications of diseases print ("Creutzfeldt-Jakob").
    """
    name = " ".join(ZERO_WIDTH.sub("", unicodedata.normalize("NFC", name)).split())
    return HYPHEN.sub("-", APOSTROPHE.sub("'", name))


def fold(name: str) -> str:
    """The key by which names are found, sorted and one: without case, accents and kinds of signs.

    Latin letters become those of the alphabet (œ is oe), a single Greek letter its name (β is
    beta). Words of other scripts stay in their letters: two that sound alike are two.
    """
    if not name.isascii():
        name = _fold_signs(unicodedata.normalize("NFC", name))
    return " ".join(name.lower().replace("`", "'").split())


def build_stored_key(name: str, stored: str = "") -> str:
    """The key of a name for a column that has each once.

    ``stored`` is the key in the row. One that the first fold made of this name stays: the row was
    stored beside a twin, which has today's.
    """
    key = fold(name)[:MAX_KEY_LENGTH]
    return stored if stored and stored == fold_1(name)[:MAX_KEY_LENGTH] else key


def fold_1(text: str) -> str:
    """``fold`` as it was up to build 97f97ab: the publication log has keys that it made.

    Letters without a decomposition stay as they are.
    """
    if text.isascii():
        return text.lower().strip()
    decomposed = unicodedata.normalize("NFKD", text).casefold()
    return "".join(char for char in decomposed if not unicodedata.combining(char)).strip()


def list_log_keys(title: str) -> tuple[str, str]:
    """The sort keys that a line of the publication log may have: by today's fold, or by the first.

    A line keeps the key of its day, and both are made of the signed title alone.
    """
    return fold(title)[:200], fold_1(title)[:200]


def make_name_slug(name: str) -> str:
    """The end of an address: letters, figures and hyphens; empty if the name has neither.

    Letters of other scripts are transliterated. Two names may have one slug: it is no identity.
    """
    latin = NON_ASCII.sub(_transliterate, fold(name))
    return slugify(FIGURE_SEPARATOR.sub("-", latin))


def _fold_signs(text: str) -> str:
    text = FRACTION.sub(" ", RAISED_FIGURE.sub("^", text))
    text = NON_ASCII.sub(_fold_sign, text)
    return LONE_GREEK_LETTER.sub(_name_greek_letter, text)


class _FoldedSigns(dict[str, str]):
    """What each sign becomes in a key, computed once."""

    def __missing__(self, sign: str) -> str:
        folded = self[sign] = _compute_sign(sign)
        return folded


_folded_signs = _FoldedSigns()


def _fold_sign(found: Match[str]) -> str:
    return _folded_signs[found[0]]


def _compute_sign(sign: str) -> str:
    if sign in APOSTROPHES:
        return "'"
    if sign in HYPHENS:
        return "-"
    if sign.isspace():
        return " "
    if unicodedata.category(sign) == "Cf" or OPTIONAL_MARKS.match(sign):
        return ""
    decomposed = unicodedata.normalize("NFKD", sign).replace("⁄", "/").replace("−", "-")
    if _is_latin_or_greek(decomposed[0]):
        return _fold_letters(decomposed)
    return unicodedata.normalize("NFKC", sign.casefold())


def _is_latin_or_greek(letter: str) -> bool:
    if letter.isascii():
        return True
    name = unicodedata.name(letter, "")
    return name.startswith(("LATIN", "GREEK"))


def _fold_letters(decomposed: str) -> str:
    """Letters without their marks, the Latin ones in ASCII."""
    folded = []
    for letter in decomposed:
        if unicodedata.combining(letter):
            continue
        for part in letter.casefold():
            is_latin = unicodedata.name(part, "").startswith("LATIN")
            folded.append(anyascii(part) if is_latin else part)
    return "".join(folded).replace("ς", "σ").casefold()


def _name_greek_letter(found: Match[str]) -> str:
    """The name of a letter that stands alone; micro before a unit, so that μg is never mg."""
    letter, unit = found.groups()
    if letter == MICRO and unit:
        return f"u{unit}"
    return GREEK_NAMES[ord(letter) - ord("α")] + unit


def _transliterate(found: Match[str]) -> str:
    sign = found[0]
    if unicodedata.category(sign)[0] in "LNM":
        return anyascii(sign)
    return sign
