"""Characters: what is mended, what is removed because nobody sees it, and what is refused.

Text is in the normal form NFC. C1 controls become the letters that Windows-1252 has in their place.
A character without a shape is removed where it changes nothing that is read, kept where a script or
an emoji needs it, and refused where it changes what is read or shows that a letter was lost.
"""

import re
import unicodedata
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from heapq import merge

from django.core.exceptions import ValidationError
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

# Characters that no database or form can keep: controls except tab, line feed and carriage
# return, and lone surrogates.
UNPRINTABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff]")
MAX_QUOTE_LENGTH = 60  # characters around a place
MAX_MARKS = 30  # on one letter; Unicode's own limit for streams of text
MAX_STRONG_DISTANCE = 20  # characters between a direction mark and the letters that need it

# As Windows-1252 has them. Those that it does not define stay, and are refused.
_MENDED = {0x2028: " ", 0x2029: " "}
for _code in range(0x80, 0xA0):
    if _code not in (0x81, 0x8D, 0x8F, 0x90, 0x9D):
        _MENDED[_code] = bytes([_code]).decode("cp1252")
_MENDABLE = re.compile("[\x80-\x9f\u2028\u2029]")

_NONCHARACTERS = "\ufdd0-\ufdef"
for _plane in range(17):
    _NONCHARACTERS += chr(_plane * 0x10000 + 0xFFFE) + chr(_plane * 0x10000 + 0xFFFF)
_PRIVATE = "\ue000-\uf8ff\U000f0000-\U000ffffd\U00100000-\U0010fffd"
_CONTROLS = "\x00-\x08\x0b\x0c\x0e-\x1f\x7f\x81\x8d\x8f\x90\x9d\ud800-\udfff"
_OVERRIDES = "\u202a-\u202e\u2066-\u2069\u206a-\u206f"
_BLANKS = "\u115f\u1160\u3164\uffa0\u2800"
_RIGHT_TO_LEFT_MARKS = "\u200f\u061c"
_TAGS = "\U000e0000-\U000e007f"
_SELECTORS = "\ufe00-\ufe0f\U000e0100-\U000e01ef"
_MONGOLIAN_SIGNS = "\u180b-\u180f"
_UNSEEN = (
    "\u00ad\u034f\u17b4\u17b5\u200b-\u200e\u2060-\u2065\ufeff\ufff0-\ufff8\U0001bca0-\U0001bca3"
    f"\U0001d173-\U0001d17a\U00013430-\U0001343f{_MONGOLIAN_SIGNS}{_SELECTORS}{_TAGS}"
    "\U000e0080-\U000e00ff\U000e01f0-\U000e0fff"
)

_SOMETIMES_NEEDED = re.compile(
    f"[\u200b-\u200f\u061c{_SELECTORS}{_MONGOLIAN_SIGNS}{_BLANKS}\U00013430-\U0001343f]"
)
# For each kind that is refused: why, and its characters.
_REFUSED: tuple[tuple[Promise, re.Pattern[str]], ...] = (
    (_("cannot be printed"), re.compile(f"[{_CONTROLS}{_NONCHARACTERS}]")),
    (_("stands for a letter that was lost"), re.compile("\ufffd")),
    (_("stands for a picture that did not come along"), re.compile("\ufffc")),
    (
        _("changes the direction of reading"),
        re.compile(f"[{_OVERRIDES}{_RIGHT_TO_LEFT_MARKS}]"),
    ),
    (_("marks a note between the lines"), re.compile("[\ufff9-\ufffb]")),
    (_("is a letter that shows as a blank"), re.compile(f"[{_BLANKS}]")),
    (_("is in one font only, and not the same everywhere"), re.compile(f"[{_PRIVATE}]")),
)
_SUSPECT = re.compile(
    f"[{_CONTROLS}{_NONCHARACTERS}\ufff9-\ufffd{_OVERRIDES}{_RIGHT_TO_LEFT_MARKS}{_BLANKS}"
    f"{_PRIVATE}{_UNSEEN}]+"
)
_TOO_MANY_MARKS = _("is one of more than 30 marks on one letter")
_MAYBE_MARKS = re.compile(f"[^\x00-\u02ff]{{{MAX_MARKS + 1},}}")

_NOT_IN_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")

# Scripts whose letters are joined, or kept apart, by U+200C and U+200D.
_JOINING_SCRIPTS = re.compile(
    "[\u0600-\u085f\u0860-\u0dff\u0f00-\u109f\u1780-\u18af\u1a20-\u1aaf\u1b00-\u1bff"
    "\ua840-\ua87f\ua8e0-\ua8ff\ua980-\ua9ff\uaa60-\uaa7f\uabc0-\uabff\ufb50-\ufdcf\ufdf0-\ufdff"
    "\ufe70-\ufefe\U00010a00-\U00010aff\U00010d00-\U00010d3f\U00010f00-\U00010fff"
    "\U00011000-\U00011fff\U0001e900-\U0001e95f]"
)
# Scripts without blanks between words, in which U+200B says where a line may break.
_UNSPACED_SCRIPTS = re.compile(
    "[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u1950-\u19ff\u1a20-\u1aaf\ua9e0-\ua9ff\uaa00-\uaadf]"
)
_EMOJI = re.compile(
    "[©®‼⁉™ℹ\u2190-\u21ff\u2300-\u27bf\u2900-\u297f\u2b00-\u2bff〰〽㊗㊙\U0001f000-\U0001faff]"
)
_IDEOGRAPHS = re.compile(
    "[\u3400-\u9fff\uf900-\ufaff\u3001\u3002！，．：；？\u1000-\u109f\ua840-\ua87f\uaa60-\uaa7f"
    "\U00020000-\U0003ffff]"
)
_JAMO = re.compile("[\u1100-\u11ff\ua960-\ua97f\ud7b0-\ud7ff]")
_BRAILLE = re.compile("[\u2801-\u28ff]")
_MONGOLIAN = re.compile("[\u1807\u1820-\u18aa]")
_HIEROGLYPHS = re.compile("[\U00013000-\U0001342f]")
_FLAG = "\U0001f3f4"
_FLAG_TAGS = re.compile("[\U000e0030-\U000e0039\U000e0061-\U000e007a]{1,6}\U000e007f")
_KEYCAP = "\u20e3"


@dataclass(frozen=True, slots=True)
class BadCharacter:
    """A character that no text keeps, with its place; ``why`` is empty if it is just removed."""

    place: int
    sign: str
    why: Promise | str = ""

    @property
    def is_visible(self) -> bool:
        return bool(self.why) and unicodedata.category(self.sign) in ("Co", "Mn", "So")

    @property
    def code(self) -> str:
        return f"U+{ord(self.sign):04X}"

    @property
    def name(self) -> str:
        """Its code, with its name where it has one."""
        name = unicodedata.name(self.sign, "a sign without a name").lower()
        return f"{self.code}, {name}"


@dataclass(frozen=True, slots=True)
class MendedText:
    """A text with its characters mended, and how often each kind was removed."""

    text: str
    removed: Counter[str]


def mend(text: str) -> str:
    """The text of ``mend_and_count``."""
    return mend_and_count(text).text


def mend_and_count(text: str) -> MendedText:
    """A text in NFC, without C1 controls and without what nobody sees and nobody needs.

    What ``refuse`` would refuse stays.
    """
    removed: Counter[str] = Counter()
    if text.isascii():
        return MendedText(text, removed)
    text = mend_controls(text)
    places = [bad.place for bad in find_bad(text) if not bad.why]
    for sign, count in Counter(text[place] for place in places).items():
        removed[describe_removed(sign)] = count
    return MendedText(normalize(cut(text, places)), removed)


def mend_controls(text: str) -> str:
    """C1 controls as Windows-1252 has them, each as one character; separators become blanks."""
    if _MENDABLE.search(text):
        return text.translate(_MENDED)
    return text


def normalize(text: str) -> str:
    """The normal form NFC: same letters, same meaning. ² stays ².

    A letter with very many marks, which takes long to sort, is left for ``refuse``.
    """
    if text.isascii() or _find_crowded_letter(text) is not None:
        return text
    return unicodedata.normalize("NFC", text)


def describe_removed(sign: str) -> str:
    return f"invisible character U+{ord(sign):04X}"


def cut(text: str, places: list[int]) -> str:
    """A text without the characters at some places, which are in order."""
    if not places:
        return text
    parts = []
    start = 0
    for place in places:
        parts.append(text[start:place])
        start = place + 1
    parts.append(text[start:])
    return "".join(parts)


def refuse(text: str) -> None:
    """Raise ValidationError, with the character and its place, if a text cannot be kept."""
    bad = find_refused(mend_controls(text))
    if bad is None:
        return
    raise ValidationError(
        _(
            "Character %(number)d is U+%(code)s, which %(why)s, at ▯ in “%(quote)s”. "
            "Delete it and type the text again there."
        ),
        code="unprintable",
        params={
            "number": bad.place + 1,
            "code": bad.code.removeprefix("U+"),
            "why": bad.why,
            "quote": quote_around(text, bad.place),
        },
    )


def find_refused(text: str) -> BadCharacter | None:
    """The first character because of which a text is refused."""
    if text.isascii():
        found = UNPRINTABLE.search(text)
        return BadCharacter(found.start(), found[0], _REFUSED[0][0]) if found else None
    for bad in find_bad(text):
        if bad.why:
            return bad
    crowded = _find_crowded_letter(text)
    if crowded is None:
        return None
    return BadCharacter(crowded, text[crowded], _TOO_MANY_MARKS)


def find_bad(text: str) -> Iterator[BadCharacter]:
    """The characters that are removed or refused, in order.

    C1 controls that have a meaning are not among them: they are mended.
    """
    for run in _SUSPECT.finditer(text):
        needed = _find_needed(text, run.start(), run.end())
        for place in range(run.start(), run.end()):
            if place not in needed:
                yield BadCharacter(place, text[place], _get_refusal(text[place]))


def find_unkept(text: str) -> Iterator[BadCharacter]:
    """The characters that no new text keeps, in order: also those that would be mended."""
    mendable = [BadCharacter(found.start(), found[0]) for found in _MENDABLE.finditer(text)]
    crowded = _find_crowded_letter(text)
    if crowded is not None:
        mendable.append(BadCharacter(crowded, text[crowded], _TOO_MANY_MARKS))
    found_bad = find_bad(mend_controls(text))
    return merge(found_bad, sorted(mendable, key=_get_place), key=_get_place)


def _get_place(bad: BadCharacter) -> int:
    return bad.place


def remove_bad(text: str, replacement: str = "") -> str:
    """A text in which nothing is refused any more: for words that are looked up, not kept."""
    text = mend_controls(text)
    parts = []
    start = 0
    for bad in find_bad(text):
        parts += [text[start : bad.place], replacement if bad.why else ""]
        start = bad.place + 1
    parts.append(text[start:])
    return normalize("".join(parts))


def replace_for_xml(text: str) -> str:
    """A text with U+FFFD for what XML cannot hold: older texts that were signed may have it."""
    return _NOT_IN_XML.sub("\ufffd", text)


def quote_around(text: str, place: int) -> str:
    """The text around a place, with ▯ for the sign that stands there."""
    start = max(0, place - MAX_QUOTE_LENGTH // 2)
    end = place + MAX_QUOTE_LENGTH // 2
    quote = f"{text[start:place]}▯{text[place + 1 : end]}"
    return UNPRINTABLE.sub("▯", quote.replace("\n", " "))


@lru_cache(maxsize=1000)
def _get_refusal(sign: str) -> Promise | str:
    for why, pattern in _REFUSED:
        if pattern.match(sign):
            return why
    return ""


def _find_crowded_letter(text: str) -> int | None:
    """The place of a mark on a letter that has more marks than any script writes."""
    for run in _MAYBE_MARKS.finditer(text):
        count = 0
        for place in range(run.start(), run.end()):
            count = count + 1 if unicodedata.combining(text[place]) else 0
            if count > MAX_MARKS:
                return place
    return None


def _find_needed(text: str, start: int, end: int) -> set[int]:
    """The places in a run of unseen characters that a script or an emoji needs.

    One of each kind is needed at most, so that a run tells nothing but what it does.
    """
    before = text[start - 1 : start] if start else ""
    after = text[end : end + 1]
    if before == _FLAG:
        flag = _FLAG_TAGS.match(text, start, end)
        if flag:
            return set(range(start, flag.end()))
    needed: set[int] = set()
    kinds: set[str] = set()
    for found in _SOMETIMES_NEEDED.finditer(text, start, end):
        kind = _get_needed_kind(found[0], before, after)
        if not kind or (kind in kinds and kind != "letter"):
            continue
        kinds.add(kind)
        if kind != "direction" or _is_beside_right_to_left(text, start, end):
            needed.add(found.start())
    return needed


def _get_needed_kind(sign: str, before: str, after: str) -> str:
    """As what a sign is needed between two others; empty if it is not."""
    if sign in "\u200c\u200d":
        return "joiner" if _is_joined(sign, before, after) else ""
    if sign == "\u200b":
        needed = _UNSPACED_SCRIPTS.match(before) and _UNSPACED_SCRIPTS.match(after)
        return "joiner" if needed else ""
    if sign in "\u200e\u200f\u061c":
        return "direction"
    if "\ufe00" <= sign <= "\ufe0f" or "\U000e0100" <= sign <= "\U000e01ef":
        return "selector" if _is_selecting(sign, before, after) else ""
    if "\u180b" <= sign <= "\u180f":
        within = _MONGOLIAN.match(before) and (sign != "\u180e" or _MONGOLIAN.match(after))
        return ("separator" if sign == "\u180e" else "selector") if within else ""
    for signs, letters in _BLANK_LETTERS:
        if sign in signs and (letters.match(before) or letters.match(after)):
            return "letter"
    return ""


# Blank letters, and the letters beside which they are part of a word.
_BLANK_LETTERS = (
    ("\u115f\u1160", _JAMO),
    ("\u2800", _BRAILLE),
    ("".join(map(chr, range(0x13430, 0x13440))), _HIEROGLYPHS),
)


def _is_joined(sign: str, before: str, after: str) -> bool:
    """Whether a joiner stands after a letter that can be joined, or between two emoji."""
    if sign == "\u200d" and _EMOJI.match(before) and _EMOJI.match(after):
        return True
    if _is_joining_letter(before):
        return not after.isalnum() or _is_joining_letter(after)
    return sign == "\u200d" and not before.isalnum() and _is_joining_letter(after)


def _is_joining_letter(sign: str) -> bool:
    return bool(_JOINING_SCRIPTS.match(sign)) and unicodedata.category(sign)[0] in "LM"


def _is_selecting(sign: str, before: str, after: str) -> bool:
    """Whether a variation selector stands after a sign that has variants."""
    if sign in "\ufe0e\ufe0f":
        return bool(_EMOJI.match(before)) or (after == _KEYCAP and before in "0123456789#*")
    return bool(_IDEOGRAPHS.match(before))


def _is_beside_right_to_left(text: str, start: int, end: int) -> bool:
    """Whether the nearest letter on one side is written from right to left.

    Digits, blanks and punctuation in between take the direction that a mark gives them.
    """
    before = text[max(0, start - MAX_STRONG_DISTANCE) : start]
    after = text[end : end + MAX_STRONG_DISTANCE]
    return _begins_right_to_left(reversed(before)) or _begins_right_to_left(iter(after))


def _begins_right_to_left(signs: Iterator[str]) -> bool:
    for sign in signs:
        if sign in "\u200e\u200f\u061c":
            continue
        direction = unicodedata.bidirectional(sign)
        if direction in ("L", "R", "AL"):
            return direction != "L"
    return False
