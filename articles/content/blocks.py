"""Blocks: the pieces of a page that are compared as one."""

from dataclasses import dataclass
from typing import Literal

# What sort of thing a part of a page is, for questions about it. Running text has none.
Topic = Literal["", "advice", "causes", "codes", "images", "names", "references", "related"]


@dataclass(frozen=True)
class Block:
    """A piece of a page that is compared as one: a field, a paragraph, a cause.

    ``key`` names the part of the page that it belongs to, and ``identity`` tells two things of the
    same name apart, such as two related pages. ``stored`` is the value that the text comes from,
    if the text does not tell all of it. A block without a text has the value of its whole part.
    ``alias`` is another key of its part: parts of two pages that share it are compared. ``topic``
    is what sort of thing it is.
    """

    key: str
    label: str
    text: str
    identity: str = ""
    stored: object = None
    alias: str = ""
    topic: Topic = ""

    @property
    def is_whole(self) -> bool:
        """Whether it stands for all of its part, and is no piece of it."""
        return not self.text and self.stored is not None
