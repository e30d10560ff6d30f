"""What stands in one cell of a spreadsheet: several values, several parts of a value, plain text or HTML."""

import re
from dataclasses import dataclass, field
from html import escape

from articles import spreadsheets
from articles.fields import LONGEST
from articles.imports import wild

EMPTY = "(empty)"
TOO_LONG = f"This text is longer than {LONGEST:,} characters, which no page can carry."
FORMULA = re.compile(r"'+(?:[=+\-@\t\r]|\(empty\)$)")  # an apostrophe before what a spreadsheet would reckon with
TO_GUARD = re.compile(r"'*(?:[=+\-@\t\r]|\(empty\)$)")
SPACES = re.compile(r"\s+")
PARAGRAPHS = re.compile(r"[ \t]*(?:\r\n|\r|\n)\s*")
YES, NO = {"yes", "true", "1", "x"}, {"no", "false", "0"}


@dataclass
class Row:
    """The row that is being read: where its links start from, and what there is to say of it."""

    base: str = ""
    notes: list[str] = field(default_factory=list)


def bare(cell: str) -> str:
    """A cell without the apostrophe that an export put before it. Nothing is ever reckoned."""
    return cell[1:] if FORMULA.match(cell) else spreadsheets.unescaped(cell)


def guarded(cell: str) -> str:
    """A cell that no spreadsheet takes for a formula; ``bare`` gives it back."""
    return f"'{cell}" if TO_GUARD.match(cell) else cell


def split(text: str, mark: str) -> list[str]:
    """Parts between marks, save those behind a backslash, which stay as they are."""
    if "\\" not in text:
        return text.split(mark)
    parts, part, escaped = [], "", False
    for letter in text:
        if letter == mark and not escaped:
            parts.append(part)
            part = ""
        else:
            part += letter
        escaped = letter == "\\" and not escaped
    return [*parts, part]


def plain(text: str) -> str:
    r"""What ``\|``, ``\;`` and ``\\`` stand for; other backslashes are themselves."""
    return re.sub(r"\\([|;\\])", r"\1", text) if "\\" in text else text


def escaped(text: str) -> str:
    return re.sub(r"([|;\\])", r"\\\1", text)


def one_line(cell: str, row: Row) -> str:
    return " ".join(cell.split())


def several(cell: str, row: Row) -> list[str]:
    return [said for item in split(cell, "|") if (said := one_line(plain(item), row))]


def joined(values: list[str]) -> str:
    return " | ".join(map(escaped, values))


def items(cell: str) -> list[list[str]]:
    """Values between ``|``, each as its parts between ``;``."""
    found = ([plain(part).strip() for part in split(item, ";")] for item in split(cell, "|"))
    return [[head, *filter(None, parts)] for head, *parts in found if head or any(parts)]


def labelled(part: str, *labels: str) -> tuple[str, str]:
    """A part such as ``year: 2024`` as its label and what it says; without a label, the label is empty."""
    label, colon, said = part.partition(":")
    known = label.strip().lower() in labels and colon
    return (label.strip().lower(), said.strip()) if known else ("", part)


def rich(cell: str, row: Row) -> str:
    """HTML where it begins with a tag, and cleaned; else plain text, each line of it a paragraph."""
    said = cell.strip()
    if not said.startswith("<"):
        lines = (SPACES.sub(" ", line).strip() for line in PARAGRAPHS.split(said))
        said = "".join(f"<p>{escape(line, quote=False)}</p>" for line in lines if line)
    if len(said) > LONGEST:
        raise ValueError(TOO_LONG)
    cleaned = wild.clean(said, row.base)
    row.notes += cleaned.dropped
    return cleaned.html


def yes_or_no(cell: str, row: Row) -> bool:
    said = cell.strip().lower()
    if said not in YES | NO:
        raise ValueError(f"“{cell}” is neither yes nor no.")
    return said in YES


def number(cell: str, row: Row) -> int:
    said = cell.strip()
    if not re.fullmatch(r"[0-9]{1,6}", said):
        raise ValueError(f"“{cell}” is no whole number.")
    return int(said)


def references(cell: str, row: Row) -> list[dict]:
    """Sources between ``|``: the title, then its parts between ``;``."""
    return [_reference(title, parts) for title, *parts in items(cell)]


def _reference(title: str, parts: list[str]) -> dict:
    said: dict = {"title": title}
    for part in parts:
        label, value = labelled(part, "publisher", "url", "year")
        if not label:
            is_url, is_year = part.startswith(("http://", "https://")), re.fullmatch("[12][0-9]{3}", part)
            label = "url" if is_url else "year" if is_year else "publisher"
        said[label] = number(value, Row()) if label == "year" else value
    return said


def references_cell(values: list[dict]) -> str:
    def cell(said: dict) -> str:
        parts = (f"{label}: {said[label]}" for label in ("publisher", "url", "year") if said.get(label))
        return "; ".join(map(escaped, (said["title"], *parts)))

    return " | ".join(map(cell, values))
