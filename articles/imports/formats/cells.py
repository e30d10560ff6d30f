"""Cells of a spreadsheet: several values, several parts of a value, plain text or HTML."""

import re
from dataclasses import dataclass, field
from html import escape

from articles.fields import MAX_RICH_TEXT_LENGTH, clean_rich_text
from articles.imports.formats import spreadsheets

EMPTY_MARKER = "(empty)"
TOO_LONG = f"This text is longer than {MAX_RICH_TEXT_LENGTH:,} characters, which no page can carry."
# An apostrophe before what a spreadsheet would evaluate as a formula.
ESCAPED_FORMULA = re.compile(r"'+(?:[=+\-@\t\r]|\(empty\)$)")
FORMULA_LIKE = re.compile(r"'*(?:[=+\-@\t\r]|\(empty\)$)")
SPACES = re.compile(r"\s+")
PARAGRAPHS = re.compile(r"[ \t]*(?:\r\n|\r|\n)\s*")
YES_VALUES = {"yes", "true", "1", "x"}
NO_VALUES = {"no", "false", "0"}
REFERENCE_LABELS = ("publisher", "url", "year")


@dataclass
class RowContext:
    """The row that is read: the address that its links start from, and the notes on it."""

    base: str = ""
    notes: list[str] = field(default_factory=list)


def unescape_cell(cell: str) -> str:
    """A cell without the apostrophe that an export put before it. No formula is evaluated."""
    return cell[1:] if ESCAPED_FORMULA.match(cell) else spreadsheets.unescape_formula(cell)


def escape_cell(cell: str) -> str:
    """A cell that no spreadsheet evaluates as a formula; ``unescape_cell`` reverses it."""
    return f"'{cell}" if FORMULA_LIKE.match(cell) else cell


def split_unescaped(text: str, separator: str) -> list[str]:
    """Parts between separators. One after a backslash separates nothing and stays."""
    if "\\" not in text:
        return text.split(separator)
    parts = []
    part = ""
    escaped = False
    for letter in text:
        if letter == separator and not escaped:
            parts.append(part)
            part = ""
        else:
            part += letter
        escaped = letter == "\\" and not escaped
    return [*parts, part]


def unescape_separators(text: str) -> str:
    r"""The text that ``\|``, ``\;`` and ``\\`` stand for; other backslashes stay."""
    return re.sub(r"\\([|;\\])", r"\1", text) if "\\" in text else text


def escape_separators(text: str) -> str:
    return re.sub(r"([|;\\])", r"\\\1", text)


def read_line(cell: str, row: RowContext) -> str:
    return " ".join(cell.split())


def read_list(cell: str, row: RowContext) -> list[str]:
    values = []
    for item in split_unescaped(cell, "|"):
        value = read_line(unescape_separators(item), row)
        if value:
            values.append(value)
    return values


def write_list(values: list[str]) -> str:
    return " | ".join(escape_separators(value) for value in values)


def split_items(cell: str) -> list[list[str]]:
    """Values between ``|``, each as its parts between ``;``."""
    items = []
    for item in split_unescaped(cell, "|"):
        parts = [unescape_separators(part).strip() for part in split_unescaped(item, ";")]
        if any(parts):
            head, *others = parts
            items.append([head, *filter(None, others)])
    return items


def split_label(part: str, *labels: str) -> tuple[str, str]:
    """A part such as ``year: 2024`` as label and value. An unknown label is empty."""
    name, colon, value = part.partition(":")
    label = name.strip().lower()
    if colon and label in labels:
        return label, value.strip()
    return "", part


def read_rich_text(cell: str, row: RowContext) -> str:
    """Cleaned HTML. A cell that begins with no tag is plain text, a paragraph a line."""
    text = cell.strip()
    html = text if text.startswith("<") else _build_paragraphs(text)
    if len(html) > MAX_RICH_TEXT_LENGTH:
        raise ValueError(TOO_LONG)
    cleaned = clean_rich_text(html, base=row.base, drops_unprintable=True)
    row.notes += cleaned.dropped
    return cleaned.html


def _build_paragraphs(text: str) -> str:
    paragraphs = []
    for line in PARAGRAPHS.split(text):
        words = SPACES.sub(" ", line).strip()
        if words:
            paragraphs.append(f"<p>{escape(words, quote=False)}</p>")
    return "".join(paragraphs)


def read_boolean(cell: str, row: RowContext) -> bool:
    answer = cell.strip().lower()
    if answer in YES_VALUES:
        return True
    if answer in NO_VALUES:
        return False
    raise ValueError(f"“{cell}” is neither yes nor no.")


def read_integer(cell: str, row: RowContext) -> int:
    digits = cell.strip()
    if not re.fullmatch(r"[0-9]{1,6}", digits):
        raise ValueError(f"“{cell}” is no whole number.")
    return int(digits)


def read_references(cell: str, row: RowContext) -> list[dict]:
    """References between ``|``: the title, then its parts between ``;``."""
    return [_parse_reference(title, parts) for title, *parts in split_items(cell)]


def _parse_reference(title: str, parts: list[str]) -> dict:
    reference: dict = {"title": title}
    for part in parts:
        label, value = split_label(part, *REFERENCE_LABELS)
        label = label or _guess_label(part)
        reference[label] = read_integer(value, RowContext()) if label == "year" else value
    return reference


def _guess_label(part: str) -> str:
    """The label that a part without one must have."""
    if part.startswith(("http://", "https://")):
        return "url"
    if re.fullmatch("[12][0-9]{3}", part):
        return "year"
    return "publisher"


def write_references(values: list[dict]) -> str:
    return " | ".join(_write_reference(reference) for reference in values)


def _write_reference(reference: dict) -> str:
    parts = [escape_separators(reference["title"])]
    for label in REFERENCE_LABELS:
        if reference.get(label):
            parts.append(escape_separators(f"{label}: {reference[label]}"))
    return "; ".join(parts)
