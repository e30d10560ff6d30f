"""Phrases that editors of a site add to those of the program, in plain words, and what is wrong.

They are recognised as the others are, with typing mistakes and words joined or torn apart. They
only ever add: no phrase of the program is taken away or changed by one.
"""

from dataclasses import dataclass
from functools import cache, lru_cache

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from articles.search.languages import ENGLISH
from articles.search.lexicon import split_typed
from articles.search.phrase_book import FILLER_GROUP, PhraseBook
from articles.search.urgent_phrases import (
    load_everyday_words,
    load_known_words,
    load_phrase_books,
    read_lines,
)

MEANINGS = ("now", "topic", "done", "crisis")
MAX_WORDS = 12
ADVICE = gettext_lazy("Use more words, such as who it happens to.")
MAX_EXAMPLES = 3  # of harmless texts that a phrase would take for an emergency
# Words without which a phrase says the same.
SMALL_WORD_LIST = """
    a an the my his her hes shes im ive i he she it its they we you your our their is are am was
    were be been has have had and of to el la los las un una mi mis su sus me se te le lo es esta
    que de y en
"""
SMALL_WORDS = frozenset(SMALL_WORD_LIST.split())


@dataclass(frozen=True)
class AddedPhrase:
    """A phrase in plain words, what it means, and the key of the emergency that it is about.

    ``meaning``: "now", it happens now; "topic", it names an emergency; "done", somebody has hurt
    themselves; "crisis", somebody thinks of ending a life. A crisis has no emergency.
    ``language``: of the phrase, "en" or "es".
    """

    text: str
    meaning: str
    subject: str = ""
    language: str = ENGLISH.code


@lru_cache(maxsize=64)
def compile_added(phrases: tuple[AddedPhrase, ...]) -> PhraseBook:
    """The phrases as a book to look into. One without a word that says anything is left out."""
    lines = [f"@{FILLER_GROUP} = {' '.join(_load_fillers())}"]
    for phrase in phrases:
        words = _get_content_words(phrase.text)
        if words and phrase.meaning in MEANINGS:
            lines += [f"[{phrase.meaning} {phrase.subject}]", " ".join(words)]
    return PhraseBook(lines=lines, everyday=_load_known_words())


def check_phrase(text: str) -> list[str]:
    """What is wrong with a phrase that somebody wants to add, in words; empty if nothing is."""
    words = split_typed(text)
    content = _get_content_words(text)
    if not words:
        return [_("Write the words that people type.")]
    if not content or _load_fillers().issuperset(content):
        message = _("These words say nothing by themselves. %(advice)s")
        return [message % {"advice": ADVICE}]
    if len(words) > MAX_WORDS:
        message = _("A phrase has at most %(most)s words. Leave out what people may say otherwise.")
        return [message % {"most": MAX_WORDS}]
    if len(content) == 1 and content[0] in load_everyday_words():
        message = _(
            "“%(word)s” alone is an everyday word. Use more words, such as who it happens to."
        )
        return [message % {"word": content[0]}]
    return _check_against_harmless(text)


def _check_against_harmless(text: str) -> list[str]:
    """Whether harmless texts would be taken for an emergency because of a phrase."""
    book = compile_added((AddedPhrase(text, "now"),))
    found = [line for line in _load_harmless() if book.matches("now", book.parse(line))]
    if not found:
        return []
    message = ngettext(
        "This harmless text would be answered as an emergency too: %(examples)s.",
        "These harmless texts would be answered as an emergency too: %(examples)s.",
        min(len(found), MAX_EXAMPLES),
    )
    examples = ", ".join(f"“{line}”" for line in found[:MAX_EXAMPLES])
    return [f"{message % {'examples': examples}} {ADVICE}"]


def _get_content_words(text: str) -> list[str]:
    """The words of a phrase that a text must have, in order."""
    return [word for word in split_typed(text) if word not in SMALL_WORDS]


@cache
def _load_harmless() -> list[str]:
    return [line for line in read_lines("harmless_texts.txt") if not line.startswith("#")]


@cache
def _load_fillers() -> frozenset[str]:
    """Small words of both languages, which may stand within a phrase."""
    english, spanish = load_phrase_books()
    return SMALL_WORDS | english.small_words | spanish.small_words


@cache
def _load_known_words() -> frozenset[str]:
    """Words that are spelled as they are meant."""
    english, spanish = load_phrase_books()
    return load_known_words() | english.words | spanish.words
