"""Checks of what is signed but not seen: attributes of elements, characters without a shape."""

from collections import Counter
from collections.abc import Iterable, Iterator

from articles import characters
from articles.content.document import Document
from articles.models import Article
from articles.quality.base import Check, Problem, check, remember
from articles.quality.text_runs import split_texts
from articles.richtext import attributes

MAX_QUOTE_LENGTH = characters.MAX_QUOTE_LENGTH  # of an attribute or a line that is repeated


@check("What nobody sees, nobody has read before signing.", can_block=True)
def check_invisible_attributes(page: Article, document: Document) -> Iterable[Problem]:
    return split_texts(document).find(_find_attributes)


def _find_attributes(label: str, html: str) -> Iterator[Problem]:
    for (tag, name, value), count in Counter(attributes.find_foreign(html)).items():
        attribute = f"the attribute “{name}”"
        if value:
            attribute += f", which says “{_shorten(value)}”"
        if count > 1:
            attribute += f" ({count} times)"
        message = f"{label}: <{tag}> has {attribute}. Nobody sees it."
        yield Problem(
            message, "Type a word of this text again and save: that removes it.", blocking=True
        )


@check("A dose with an unseen sign in it is not the dose that was read.", can_block=True)
def check_invisible_characters(page: Article, document: Document) -> Iterable[Problem]:
    return split_texts(document).find_in_lines(_find_characters)


def _find_characters(label: str, line: str) -> Iterator[Problem]:
    for bad in _find_unkept(line):
        what = f"a character that {bad.why}" if bad.is_visible else "an invisible character"
        quote = _quote_around(line, bad)
        message = f"{label}: “{quote}” has {what}, at ▯: {bad.name}."
        yield Problem(message, "Delete the words around it, and type them again.", blocking=True)


def describe_invisible(line: str) -> Iterator[tuple[str, str]]:
    """For each invisible character that no new text keeps, the text around it, and its name."""
    for bad in characters.find_unkept(line):
        if not bad.is_visible:
            yield _quote_around(line, bad), bad.name


def _quote_around(line: str, bad: characters.BadCharacter) -> str:
    """The text around a character, with ▯ in its place."""
    return _shorten(characters.quote_around(line, bad.place))


def _shorten(text: str) -> str:
    return text if len(text) <= MAX_QUOTE_LENGTH else f"{text[:MAX_QUOTE_LENGTH]}…"


_find_unkept = remember(characters.find_unkept)
CHECKS: tuple[Check, ...] = (check_invisible_attributes, check_invisible_characters)
