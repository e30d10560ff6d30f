"""Errors that mean that nothing more can be written, told from faults of the program."""

import errno
from collections.abc import Iterator

NO_SPACE_NUMBERS = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}
# What SQLite says, which gives no number of its own, and the code that PostgreSQL gives.
SQLITE_TEXT = "database or disk is full"
POSTGRESQL_CODE = "53100"
SENTENCE = "There is no room left on the disk. What was there before stays."


def is_full(error: BaseException | None) -> bool:
    """Whether an error, or one that it came from, says that a disk is full."""
    return any(map(_says_full, _iter_causes(error)))


def _iter_causes(error: BaseException | None) -> Iterator[BaseException]:
    seen: set[int] = set()
    while error is not None and id(error) not in seen:
        seen.add(id(error))
        yield error
        error = error.__cause__ or error.__context__


def _says_full(error: BaseException) -> bool:
    if isinstance(error, OSError):
        return error.errno in NO_SPACE_NUMBERS
    return SQLITE_TEXT in str(error) or getattr(error, "pgcode", None) == POSTGRESQL_CODE
