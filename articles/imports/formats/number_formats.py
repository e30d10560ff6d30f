"""Numbers as a spreadsheet shows them: 7 as “007”, 0.5 as “50%”, by the format of their cell."""

import re
from decimal import ROUND_HALF_UP, Context, Decimal

MAX_EXACT_DIGITS = 15  # Excel keeps no more, and writes zeros for the rest
EXACT = Context(prec=500)  # digits of any number with as many decimals as a format can have
GENERAL = "General"
SECTION_PARTS = re.compile(r'"[^"]*"|\\.|_.|\*.|\[[^\]]*\]|.', re.DOTALL)
PLAIN_FORMAT = re.compile(r"(#,##|#*)(0*)(?:\.(0*)(#*))?(%?)")
PLACEHOLDERS = frozenset("#0.,%")
LITERALS = frozenset("$-+/():!^&'~{}<>= €£\u00a0")
COLOUR = re.compile(r"\[[A-Za-z]+[0-9]*\]")
CURRENCY = re.compile(r"\[\$([^\]-]*)[^\]]*\]")


class UnknownNumberFormat(ValueError):
    """What a cell shows is not known; the message says which format it has."""


def hides_everything(number_format: str) -> bool:
    """Whether a cell of this format shows nothing, whatever is in it."""
    return re.fullmatch(r";;;", number_format.replace(" ", "")) is not None


def adds_words(number_format: str) -> bool:
    """Whether a cell of this format shows words around the text that is in it."""
    for section in _split_sections(number_format):
        parts = SECTION_PARTS.findall(section)
        if "@" in parts:
            return any(part != "@" and _read_literal(part, number_format).strip() for part in parts)
    return False


def format_number(value: float, number_format: str) -> str:
    """The figures that a cell shows. Raises UnknownNumberFormat."""
    number = Decimal(value) if isinstance(value, int) else Decimal(f"{value:.15g}")
    if not number.is_finite():
        raise _build_error(number_format)
    if number_format in (GENERAL, "@", ""):
        return _write_plainly(number)
    sections = _split_sections(number_format)
    section = _choose_section(number, sections)
    if len(sections) > 1:
        number = abs(number)  # the section of negative numbers writes its own sign
    before, core, after = _split_literals(section, number_format)
    if not core and before:
        return before  # words in place of the number
    return before + _apply(number, core, number_format) + after


def _choose_section(number: Decimal, sections: list[str]) -> str:
    """The part of a format for positive numbers, for negative ones, or for nought."""
    if number < 0 and len(sections) > 1:
        return sections[1]
    if number == 0 and len(sections) > 2:
        return sections[2]
    return sections[0]


def _write_plainly(number: Decimal) -> str:
    text = format(number, "f")
    return text.rstrip("0").rstrip(".") if "." in text else text


def _split_sections(number_format: str) -> list[str]:
    sections = [""]
    for part in SECTION_PARTS.findall(number_format):
        if part == ";":
            sections.append("")
        else:
            sections[-1] += part
    return sections


def _split_literals(section: str, number_format: str) -> tuple[str, str, str]:
    """The words before the figures, the placeholders of the figures, and the words after."""
    texts = ["", "", ""]
    for part in SECTION_PARTS.findall(section):
        if part in PLACEHOLDERS and not texts[2]:
            texts[1] += part
            continue
        texts[2 if texts[1] else 0] += _read_literal(part, number_format)
    if not texts[1] and not texts[0].strip():
        raise _build_error(number_format)
    return texts[0], texts[1], texts[2].rstrip()


def _read_literal(part: str, number_format: str) -> str:
    """The words that a part of a format shows; colours and room to fill are nothing."""
    if part[0] == '"':
        return part[1:-1]
    if part[0] == "\\" and len(part) == 2:
        return part[1]
    if part[0] in "_*" and len(part) == 2:
        return ""
    currency = CURRENCY.fullmatch(part)
    if currency:
        return currency[1]
    if COLOUR.fullmatch(part):
        return ""
    if part in LITERALS:
        return part
    raise _build_error(number_format)


def _apply(number: Decimal, core: str, number_format: str) -> str:
    plain = PLAIN_FORMAT.fullmatch(core)
    if plain is None:
        raise _build_error(number_format)
    groups, zeros, decimals, optional, percent = (text or "" for text in plain.groups())
    if percent:
        number *= 100
    places = len(decimals) + len(optional)
    rounded = number.quantize(Decimal(1).scaleb(-places), ROUND_HALF_UP, EXACT)
    whole, _, rest = format(rounded.copy_abs(), "f").partition(".")
    kept = len(decimals)
    rest = rest[:kept] + rest[kept:].rstrip("0")
    whole = whole.lstrip("0").rjust(len(zeros), "0")
    if "," in groups and whole.isdigit():
        whole = f"{int(whole):,}".rjust(len(zeros), "0")
    sign = "-" if rounded < 0 else ""
    point = "." if rest else ""
    return f"{sign}{whole}{point}{rest}{percent}"


def _build_error(number_format: str) -> UnknownNumberFormat:
    return UnknownNumberFormat(f"“{number_format[:60]}”")


def has_lost_digits(value: float) -> bool:
    """Whether a whole number is longer than a spreadsheet can keep."""
    return value == value // 1 and len(format(abs(int(value)), "d")) > MAX_EXACT_DIGITS
