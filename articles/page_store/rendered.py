"""A rendered page, and what an answer needs of it."""

import sys
from array import array
from dataclasses import dataclass, field

HTML_CONTENT_TYPE = "text/html; charset=utf-8"
# Clocks of machines may differ by so many seconds.
MAX_CLOCK_SKEW = 60


def build_subjects(hashes: list[int]) -> "array[int]":
    return array("q", hashes)


@dataclass(frozen=True, slots=True)
class RenderedPage:
    """The bytes of a page in one encoding. The moments are Unix time.

    ``revision`` is the number of the announcement to which it is true; ``subjects`` are the hashes
    of what it names. It may be shown from ``rendered_at`` until ``expires_at``. One that
    ``has_secret`` is neither kept nor compressed.
    """

    body: bytes
    etag: str
    status: int = 200
    rendered_at: int = 0
    expires_at: int = 0
    last_modified: int = 0
    noindex: bool = False
    content_type: str = HTML_CONTENT_TYPE
    has_secret: bool = False
    revision: int = 0
    subjects: "array[int]" = field(default_factory=lambda: array("q"))

    @property
    def size(self) -> int:
        """What it takes in memory, about."""
        return sys.getsizeof(self.body) + sys.getsizeof(self.subjects) + 1000

    def is_valid(self, now: float) -> bool:
        """Whether it may be shown at a moment, as far as the calendar goes.

        A page that was rendered after it was so by a clock that was set back since.
        """
        return self.rendered_at - MAX_CLOCK_SKEW <= now < self.expires_at
