"""Checks of doses in forms that people misread, each with the safe form to write.

The forms are those of two published lists: ISMP, “List of Error-Prone Abbreviations, Symbols, and
Dose Designations” (ismp.org), and The Joint Commission, “Do Not Use List of Abbreviations”.
"""

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

from articles.content.document import Document
from articles.models import Article
from articles.quality.base import Check, Problem, check, group_digits, remember
from articles.quality.text_runs import split_texts

# Titles of other people's works, and their names, are quoted as they are.
QUOTED_PARTS = {"References", "Publishers of references", "Credits of images", "Written by"}

MICRO = "[µμ]"
MASS = rf"(?:kg|mg|mcg|{MICRO}g|ug|ng|g|kilograms?|grams?|milligrams?|micrograms?|nanograms?)"
VOLUME = rf"(?:m[lL]|{MICRO}[lL]|[lL]|cc|millilit(?:re|er)s?|lit(?:re|er)s?)"
AMOUNT = r"(?:units?|international units?|IU|iu|U|mEq|meq|mmol)"
FORM = (
    r"(?:(?:half |full )?(?:tablets?|tabs?|pills?|capsules?|caplets?|drops?|puffs?|sprays?"
    r"|lozenges?|sachets?|patch(?:es)?|suppositor(?:y|ies)|doses?|teaspoons?|tablespoons?))"
)
UNIT = rf"(?:{MASS}|{VOLUME}|{AMOUNT}|{FORM})(?![^\W_])"
NUMBER_START = r"(?<![\d.,])"
NUMBER = rf"{NUMBER_START}(?P<number>\d[\d,]*(?:\.\d+)?)"
DASH = r"\s?(?:[-–]|to|or|and)\s?"
# What follows the first number of “5.0–10.0 mg”, or a number that stands alone.
REST_UNNAMED = rf"(?:{DASH}\.?\d[\d,.]*)?\s?{UNIT}"
REST = f"(?P<rest>{REST_UNNAMED})"
# In reports of a laboratory the zero says how exact the value is, and “U/L” is the usual unit.
PER_LITRE = r"\s?(?:/|per )\s?(?:d?[lL]|d?lit(?:re|er)|1\.73)(?![^\W_])"
DIGIT_UNIT = rf"\d\s?{UNIT}"

TIMES = {
    "qd": "daily",
    "q1d": "daily",
    "od": "daily",
    "qod": "every other day",
    "qhs": "at bedtime",
    "qn": "at bedtime",
    "hs": "at bedtime",
    "tiw": "three times a week",
    "biw": "twice a week",
}
SHORT_TIMES = r"q\.?1?d|q\.?o\.?d|q\.?h\.?s|q\.?n|t\.?i\.?w|b\.?i\.?w"
WAYS = {"sc": "under the skin", "sq": "under the skin", "subq": "under the skin"}
SALTS = {"mso4": "morphine sulfate", "mgso4": "magnesium sulfate", "ms": "morphine sulfate"}
LARGE = {"k": "thousand", "m": "million", "mm": "million"}
DOSE_VERB = (
    r"(?:takes?|taking|taken|gives?|giving|given|swallows?|injects?|injected|inhales?|uses?"
    r"|dos(?:e|age)s?(?: of| is| are|:)?|start(?:s|ed)?(?: with| at| on)?|up to)"
)
HOW_OFTEN = (
    r"(?!\d|[.,]\d)"
    r"(?=\s?(?:[.;:!?)]|$)|,?\s(?:every|each|daily|nightly|weekly|once|twice|by mouth|orally"
    r"|as needed|when needed|with (?:food|water|meals)|before|after|until|for \d"
    r"|at (?:night|bedtime)|in the (?:morning|evening)|(?:a|per) (?:day|night|week|dose)"
    r"|(?:\d|one|two|three|four|five|six)(?:\s?(?:to|or|[-–])\s?\w+)? times)\b)"
)
RANGE = rf"\d[\d,.]*{DASH}\d[\d,]*(?:\.\d+)?"
USELESS_ZEROS = re.compile(r"(?<=\d)\.0+(?!\d)|(?<=\.\d)0+(?!\d)|(?<=\.\d\d)0+(?!\d)")

MakeSafe = Callable[[re.Match[str]], str]


@dataclass(frozen=True)
class DoubtfulDose:
    """A dose that may be misread: what stands there, why, what to do, and whether it must be."""

    text: str
    reason: str
    fix: str
    blocking: bool


@dataclass(frozen=True)
class ErrorProneForm:
    """A way of writing a dose: its pattern, why it is misread, and how the safe form is made.

    ``needs_dose``: it is one only in a line that gives a dose. ``fix`` says what to do where the
    safe form is not known.
    """

    pattern: re.Pattern[str]
    reason: str
    make_safe: MakeSafe
    needs_dose: bool = False
    fix: str = "Write “{safe}”."
    blocking: bool = True


def _remove_zeros(found: re.Match[str]) -> str:
    return USELESS_ZEROS.sub("", found[0])


def _add_zero(found: re.Match[str]) -> str:
    return re.sub(r"(?<![\d])\.(?=\d)", "0.", found[0])


def _write_point(found: re.Match[str]) -> str:
    return f"{found['whole']}.{found['rest']}"


def _write_commas(found: re.Match[str]) -> str:
    return f"{group_digits(found['number'])}{found['rest']}"


def _write_unit(unit: str) -> MakeSafe:
    def make_safe(found: re.Match[str]) -> str:
        return f"{found['number'] or ''} {unit}"

    return make_safe


def _write_large_number(found: re.Match[str]) -> str:
    return f"{found['number']} {LARGE[found['size'].lower()]} {found['unit']}"


def _separate(found: re.Match[str]) -> str:
    return f"{found['word']} {found['rest']}"


def _look_up(words: dict[str, str], *, before: str = "", after: str = "") -> MakeSafe:
    """The safe words for an abbreviation, whatever its case and dots."""

    def make_safe(found: re.Match[str]) -> str:
        short = re.sub("[-. ]", "", found["short"].lower()).replace("₄", "4")
        parts = found.groupdict()
        return f"{parts.get(before) or ''}{words[short]}{parts.get(after) or ''}"

    return make_safe


def _write_concentration(found: re.Match[str]) -> str:
    milligrams = 1000 / int(found["parts"].replace(",", ""))
    return f"{found['drug']} {milligrams:g} mg per mL"


def _keep(found: re.Match[str]) -> str:
    return found[0]


FORMS = (
    ErrorProneForm(
        re.compile(rf"{NUMBER_START}\d[\d,]*\.(?:0+|\d*[1-9]0+)(?!\d){REST}(?!{PER_LITRE})"),
        "is read as ten times as much when its point is overlooked.",
        _remove_zeros,
    ),
    ErrorProneForm(
        re.compile(rf"(?<![\w.,)\]])\.\d+{REST}"),
        "is read as a whole number when its point is overlooked.",
        _add_zero,
    ),
    ErrorProneForm(
        re.compile(rf"{NUMBER_START}(?P<whole>\d+),(?P<rest>\d{{1,2}}(?!\d){REST_UNNAMED})"),
        "has a comma for a point, and is read as a larger number.",
        _write_point,
    ),
    ErrorProneForm(
        re.compile(rf"{NUMBER_START}(?P<number>[1-9]\d0{{3,}}|[1-9]0{{4,}})(?!\d){REST}"),
        "has so many digits that they are miscounted.",
        _write_commas,
    ),
    ErrorProneForm(
        re.compile(rf"{NUMBER}\s?[Uu](?!\.?\s?[A-Z]\.)(?![^\W_]|{PER_LITRE}|-\d)"),
        "is read as a number that ends with 0 or 4, or as “cc”.",
        _write_unit("units"),
    ),
    ErrorProneForm(
        re.compile(rf"{NUMBER}\s?(?:IU|I\.U\.|iu|i\.u\.)(?![^\W_]|{PER_LITRE})"),
        "is read as “IV” (into a vein) or as the number 10.",
        _write_unit("international units"),
    ),
    ErrorProneForm(
        re.compile(rf"{NUMBER}\s?(?P<size>[Kk]|MM|M)\s?(?P<unit>(?:international )?units?)(?!\w)"),
        "is read as another number of zeros.",
        _write_large_number,
    ),
    ErrorProneForm(
        re.compile(rf"{NUMBER}\s?MI?U(?![^\W_]|{PER_LITRE})"),
        "is read as another unit.",
        _write_unit("million units"),
    ),
    ErrorProneForm(
        re.compile(rf"(?:{NUMBER}\s?|(?<![^\W_])){MICRO}g(?![^\W_])"),
        "is read as milligrams, a thousand times as much.",
        _write_unit("mcg"),
    ),
    ErrorProneForm(
        re.compile(rf"{NUMBER}\s?(?:[uU]g|mcgs)(?![^\W_])"),
        "is read as milligrams, a thousand times as much.",
        _write_unit("mcg"),
    ),
    ErrorProneForm(
        re.compile(rf"{NUMBER}\s?ng(?![^\W_]|\s?/|\sper\b)"),
        "is read as “mg”, a million times as much.",
        _write_unit("nanograms"),
    ),
    ErrorProneForm(
        re.compile(rf"{NUMBER}\s?(?:cc|c\.c\.|CC)(?![^\W_])"),
        "is read as “u” (units).",
        _write_unit("mL"),
    ),
    ErrorProneForm(
        re.compile(rf"{NUMBER}\s?gr\.?(?![^\W_])"),
        "may mean grams or grains.",
        _write_unit("g"),
    ),
    ErrorProneForm(
        re.compile(rf"(?<![^\W_])(?P<word>[^\W\d_]{{4,}})(?P<rest>\d[\d,.]*\s?{UNIT})"),
        "runs a name and a dose together, and its last letter is read as a figure.",
        _separate,
    ),
    ErrorProneForm(
        re.compile(
            rf"(?i:(?<![^\W_]){DOSE_VERB}\s(?:about |only |between |from )?{RANGE}){HOW_OFTEN}"
        ),
        "does not say of what.",
        _keep,
        fix="Write after it what is counted, such as mg, mL or tablets.",
    ),
    ErrorProneForm(
        re.compile(rf"(?<![^\W_])(?P<short>{SHORT_TIMES})(?![^\W_])", re.IGNORECASE),
        "is read as another number of times.",
        _look_up(TIMES),
        needs_dose=True,
    ),
    ErrorProneForm(
        re.compile(rf"(?P<dose>{DIGIT_UNIT}\s)(?P<short>(?i:o\.?d|h\.?s))(?![^\W_])"),
        "is read as another time, or as “right eye”.",
        _look_up(TIMES, before="dose"),
    ),
    ErrorProneForm(
        re.compile(rf"(?P<dose>{DIGIT_UNIT},?\s)(?P<short>SC|SQ|sc|sq|(?i:sub[- ]?q))(?![^\W_])"),
        "is read as “SL” (under the tongue) or as “every”.",
        _look_up(WAYS, before="dose"),
    ),
    ErrorProneForm(
        re.compile(r"(?<![^\W_])(?P<short>Mg?SO[4₄])(?![^\W_])", re.IGNORECASE),
        "is read as the other of morphine and magnesium.",
        _look_up(SALTS),
    ),
    ErrorProneForm(
        re.compile(rf"(?<![^\W_])(?P<short>MS)(?P<dose>\s\d[\d,.]*\s?{MASS})(?![^\W_])"),
        "may mean morphine sulfate or magnesium sulfate.",
        _look_up(SALTS, after="dose"),
    ),
    ErrorProneForm(
        re.compile(
            r"(?P<drug>(?i:epinephrine|adrenaline))\s\(?1\s?:\s?(?P<parts>1,?0{3,5}|10,000|100,000)(?![\d,])\)?"
        ),
        "is read as another strength.",
        _write_concentration,
    ),
    ErrorProneForm(
        re.compile(rf"{NUMBER_START}(?P<word>\d[\d,.]*)(?P<rest>{UNIT})"),
        "runs a number and its unit together.",
        _separate,
        blocking=False,
    ),
)
GIVES_DOSE = re.compile(DIGIT_UNIT)
GLUED_UNIT = re.compile(rf"(\d)({UNIT})")
MAYBE_DOSE = re.compile(r"\d|SO[4₄]")


@check("A dose that can be misread is a wrong dose for somebody.", can_block=True)
def check_dose_notation(page: Article, document: Document) -> Iterable[Problem]:
    return split_texts(document).find_in_lines(_find_dose_problems)


def _find_dose_problems(label: str, line: str) -> Iterator[Problem]:
    if label in QUOTED_PARTS:
        return
    for doubt in dict.fromkeys(_find_doses(line)):
        yield Problem(f"{label}: “{doubt.text}” {doubt.reason}", doubt.fix, doubt.blocking)


def find_error_prone_doses(line: str) -> Iterator[DoubtfulDose]:
    """The doses of a line of plain text that are written in a form which people misread."""
    if not MAYBE_DOSE.search(line):
        return
    gives_dose = GIVES_DOSE.search(line) is not None
    blocking_spans: list[tuple[int, int]] = []
    for form in FORMS:
        if form.needs_dose and not gives_dose:
            continue
        for found in form.pattern.finditer(line):
            if form.blocking:
                blocking_spans.append(found.span())
            elif any(start <= found.start() < end for start, end in blocking_spans):
                continue  # the safe form of that one has its space
            safe = GLUED_UNIT.sub(r"\1 \2", form.make_safe(found)).strip()
            yield DoubtfulDose(
                found[0].strip(), form.reason, form.fix.format(safe=safe), form.blocking
            )


_find_doses = remember(find_error_prone_doses)
CHECKS: tuple[Check, ...] = (check_dose_notation,)
