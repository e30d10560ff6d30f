"""Blocks: the pieces of a page that are compared as one."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Block:
    """A piece of a page that is compared as one: a field, a paragraph, a cause.

    ``key`` names the part of the page that it belongs to, and ``identity`` tells two things of the
    same name apart, such as two related pages.
    """

    key: str
    label: str
    text: str
    identity: str = ""
