"""A long list of rows in a page's form, some rows at a time, whose addresses work without a script."""

from dataclasses import dataclass
from functools import cached_property

from django.http import QueryDict

from articles.fields import fold

ROWS_A_PAGE = 50
AT, FIND = "-at", "-find"  # after the name of a list in an address: from which row on, and whose name is looked for


@dataclass(frozen=True)
class RowPage:
    """What a form shows of a list: all of a short one; of a long one those around a number, or those of a name."""

    every: list
    prefix: str
    asked: QueryDict

    @property
    def is_part(self) -> bool:
        return len(self.every) > ROWS_A_PAGE

    @cached_property
    def find(self) -> str:
        return self.asked.get(self.prefix + FIND, "").strip() if self.is_part else ""

    @cached_property
    def found(self) -> list:
        words = fold(self.find).split()
        return [row for row in self.every if all(word in fold(str(row)) for word in words)] if words else self.every

    @cached_property
    def start(self) -> int:
        """How many of those found come before. A number past the last leads to the last."""
        at = self.asked.get(self.prefix + AT, "")
        at = int(at) if at.isascii() and at.isdecimal() and len(at) < 10 else 1
        return (max(1, min(at, len(self.found))) - 1) // ROWS_A_PAGE * ROWS_A_PAGE if self.is_part else 0

    @cached_property
    def rows(self) -> list:
        return self.found[self.start : self.start + ROWS_A_PAGE] if self.is_part else self.every

    @property
    def first(self) -> int:
        return self.start + 1

    @property
    def last(self) -> int:
        return self.start + len(self.rows)

    @property
    def first_number(self) -> int | None:
        """The number of the first row; nothing where the rows shown do not follow one another in the list."""
        return None if self.find else self.first

    @property
    def before(self) -> str:
        """The address of the rows before these, if there are any; without the question mark."""
        return self._from(self.start + 1 - ROWS_A_PAGE) if self.start else ""

    @property
    def after(self) -> str:
        return self._from(self.last + 1) if self.last < len(self.found) else ""

    @property
    def all(self) -> str:
        """The address of the whole list."""
        return _address(self.kept)

    @property
    def size(self) -> int:
        return ROWS_A_PAGE

    @property
    def next_count(self) -> int:
        return min(ROWS_A_PAGE, len(self.found) - self.last)

    @property
    def kept(self) -> list[tuple[str, str]]:
        """What the address says beside this list."""
        own = (self.prefix + AT, self.prefix + FIND, "throw_away")
        return [(name, value) for name, value in self.asked.items() if name not in own]

    def _from(self, number: int) -> str:
        find = [(self.prefix + FIND, self.find)] if self.find else []
        return _address([*self.kept, *find, (self.prefix + AT, str(number))])


def _address(values: list[tuple[str, str]]) -> str:
    address = QueryDict(mutable=True)
    address.update(dict(values))
    return address.urlencode()
