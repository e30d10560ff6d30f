"""Parses what somebody typed into terms, each with other ways to say it."""

from dataclasses import dataclass

from articles.search import synonyms
from articles.search.words import (
    MAX_QUERY_LENGTH,
    build_code_key,
    build_key,
    names_whole,
    select_content_words,
    split_words,
    stem,
    stem_text,
)

SYNONYM_WEIGHT = 0.85  # what another way to say it is worth
MAX_TERMS = 8


@dataclass(frozen=True)
class TermVariant:
    """One way to say something: all of these stems."""

    stems: tuple[str, ...]
    weight: float = 1.0


QueryTerm = tuple[TermVariant, ...]


@dataclass(frozen=True)
class SearchQuery:
    """``words`` as they were typed, folded and in one spelling; ``terms`` is what they ask for."""

    words: tuple[str, ...]
    terms: tuple[QueryTerm, ...]
    codes: tuple[str, ...] = ()

    @property
    def keys(self) -> tuple[str, ...]:
        """The keys of whole names and codes that would match at once."""
        keys = [build_key(stem_text(" ".join(self.words))), *self.codes]
        return tuple(dict.fromkeys(filter(None, keys)))

    def asks_for(self, name: str) -> bool:
        """Whether this whole name was asked for, and not only one with the same content words."""
        return build_key(stem_text(name)) in self.keys and names_whole(self.words, name)

    def count_shared_words(self, name: str) -> int:
        """How many words of a name are in the query, words of asking among them."""
        return len(set(map(stem, self.words)).intersection(map(stem, split_words(name))))

    @property
    def stems(self) -> frozenset[str]:
        stems: set[str] = set()
        for term in self.terms:
            for variant in term:
                stems.update(variant.stems)
        return frozenset(stems)


def parse_query(text: str) -> SearchQuery:
    """The query of a text. It has no terms and no codes if there is nothing to look for."""
    text = text[:MAX_QUERY_LENGTH]
    return build_query(split_words(text), codes=_find_codes(text))


def build_query(words: list[str], codes: tuple[str, ...] = ()) -> SearchQuery:
    """Words that make a name with synonyms are one term; each other content word is one."""
    stems = [stem(word) for word in words]
    content_words = set(select_content_words(words))
    terms: list[QueryTerm] = []
    place = 0
    while place < len(words):
        length = _find_longest_name(stems[place:])
        end = place + max(length, 1)
        if length > 1 or words[place] in content_words:
            term = _build_term(tuple(stems[place:end]), words[place:end])
            if term not in terms:
                terms.append(term)
        place = end
    return SearchQuery(tuple(words), tuple(terms[:MAX_TERMS]), codes)


def _find_longest_name(stems: list[str]) -> int:
    """The number of stems of the longest name with synonyms that these begin with; 0 if none."""
    for length in range(min(synonyms.MAX_NAME_WORDS, len(stems)), 0, -1):
        if synonyms.get_synonyms(tuple(stems[:length])):
            return length
    return 0


def _build_term(name: tuple[str, ...], words: list[str]) -> QueryTerm:
    stems = tuple(dict.fromkeys(stem(word) for word in select_content_words(words)))
    others = synonyms.get_synonyms(name)
    variants = []
    is_too_wide = bool(others) and len(stems) == 1 < len(name)  # "sleep" of "cannot sleep"
    if not is_too_wide:
        variants.append(TermVariant(stems))
    for other in others:
        variants.append(TermVariant(other, SYNONYM_WEIGHT))
    return tuple(variants)


def _find_codes(text: str) -> tuple[str, ...]:
    """What looks like a code: the whole text, or one word of it ("ICD-10 R25.3")."""
    keys = [build_code_key(part.strip(",;:()")) for part in (text, *text.split())]
    return tuple(dict.fromkeys(filter(None, keys)))
