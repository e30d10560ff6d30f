"""Parses what somebody typed into terms, each with other ways to say it."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from functools import cache, cached_property
from itertools import chain

from articles.search import synonyms
from articles.search.wording import (
    Wording,
    get_people_stems,
    read_wording,
    tokenize,
)
from articles.search.words import (
    DESCRIPTIVE_WORDS,
    LINKING_WORDS,
    MAX_QUERY_LENGTH,
    NEGATIONS,
    QUESTION_WORDS,
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
MAX_PARTS = 4
# They may stand between the words of a name: "burning sensation when urinating".
GENERAL_WORDS = frozenset({"sensation", "sensations", "area", "side", "constantly"})
MAX_SPAN = 3  # terms that are looked for as one name


@dataclass(frozen=True)
class TermVariant:
    """One way to say something: all of these stems."""

    stems: tuple[str, ...]
    weight: float = 1.0


QueryTerm = tuple[TermVariant, ...]


@dataclass(frozen=True)
class SearchQuery:
    """``terms`` is what a text asks for, and ``parts`` the terms of each thing that it asks about.

    ``people`` says who has it, which no page needs to have, and ``denied`` what they have not.
    ``tokens`` are words as they were typed and marks between them.
    """

    tokens: tuple[str, ...]
    wording: Wording
    parts: tuple[tuple[QueryTerm, ...], ...]
    people: frozenset[str] = frozenset()
    denied: tuple[QueryTerm, ...] = ()
    codes: tuple[str, ...] = ()

    @property
    def words(self) -> tuple[str, ...]:
        """The words as they were typed, folded and in one spelling."""
        return self.wording.words

    @cached_property
    def terms(self) -> tuple[QueryTerm, ...]:
        return tuple(dict.fromkeys(chain.from_iterable(self.parts)))[:MAX_TERMS]

    @cached_property
    def core_terms(self) -> tuple[QueryTerm, ...]:
        """The terms that do not only say when it happens."""
        circumstances = frozenset(map(stem, self.wording.circumstances))
        return tuple(term for term in self.terms if not circumstances.issuperset(term[0].stems))

    @cached_property
    def readings(self) -> list[tuple[str, ...]]:
        """The words of which a whole name may consist: all, those asked about, and who has it."""
        asked = tuple(chain.from_iterable(self.wording.parts))
        readings = [self.words, asked]
        if self.wording.people:
            readings.append((*asked, *self.wording.people))
        return list(dict.fromkeys(readings))

    @cached_property
    def keys(self) -> tuple[str, ...]:
        """The keys of whole names and codes that would match at once."""
        keys = [_build_key(words) for words in self.readings]
        return tuple(dict.fromkeys(filter(None, (*keys, *self.codes))))

    @cached_property
    def part_keys(self) -> tuple[str, ...]:
        """The keys of names that each term, or some terms in a row, are the whole of."""
        if len(self.terms) < 2:
            return ()
        keys: dict[str, None] = {}
        for terms in self.parts:
            for start, end in iter_spans(len(terms)):
                span = terms[start:end]
                if len(self.parts) > 1 or is_specific(span):
                    keys.update(dict.fromkeys(build_span_keys(span)))
        return tuple(keys)

    def asks_for(self, name: str) -> bool:
        """Whether this whole name was asked for, and not only one with the same content words.

        What is denied was asked for only by a name that denies it too.
        """
        key = build_key(stem_text(name))
        if self.wording.denied and key == _build_key(self.words):
            return not NEGATIONS.isdisjoint(split_words(name)) and names_whole(self.words, name)
        return any(key == _build_key(words) and names_whole(words, name) for words in self.readings)

    def count_shared_words(self, name: str) -> int:
        """How many words of a name are in the query, words of asking among them."""
        return len(set(map(stem, self.words)).intersection(map(stem, split_words(name))))

    @cached_property
    def stems(self) -> frozenset[str]:
        stems: set[str] = set()
        for term in self.terms:
            for variant in term:
                stems.update(variant.stems)
        return frozenset(stems)

    @cached_property
    def typed_stems(self) -> frozenset[str]:
        """The stems of what was typed, without those of synonyms."""
        return frozenset(chain.from_iterable(term[0].stems for term in self.terms))

    def replace_term(self, old: QueryTerm, new: QueryTerm) -> "SearchQuery":
        """The same query with another term in place of one."""
        parts = []
        for terms in self.parts:
            parts.append(tuple(new if term == old else term for term in terms))
        return replace(self, parts=tuple(parts))


def _build_key(words: Iterable[str]) -> str:
    return build_key(map(stem, select_content_words(words)))


def iter_spans(count: int) -> Iterable[tuple[int, int]]:
    """Start and end of terms in a row, the longest first."""
    for length in range(min(MAX_SPAN, count), 0, -1):
        for start in range(count - length + 1):
            yield start, start + length


def is_specific(terms: Sequence[QueryTerm]) -> bool:
    """Whether terms are more than a single word that only says how or where something is."""
    if len(terms) > 1 or len(terms[0][0].stems) > 1:
        return True
    return terms[0][0].stems[0] not in _load_vague_stems()


@cache
def _load_vague_stems() -> frozenset[str]:
    return synonyms.load_body_stems() | frozenset(map(stem, DESCRIPTIVE_WORDS))


def build_span_keys(terms: Sequence[QueryTerm]) -> list[str]:
    """The keys of the names that terms in a row may be; of one term, by its synonyms too."""
    if len(terms) == 1:
        return [build_key(variant.stems) for variant in terms[0]]
    return [build_key(chain.from_iterable(term[0].stems for term in terms))]


def parse_query(text: str) -> SearchQuery:
    """The query of a text. It has no terms and no codes if there is nothing to look for."""
    text = text[:MAX_QUERY_LENGTH]
    return build_query(tokenize(text), codes=_find_codes(text))


def build_query(tokens: Sequence[str], codes: tuple[str, ...] = ()) -> SearchQuery:
    """The query of words as typed, and marks between them."""
    wording = read_wording(tokens)
    parts = [tuple(_build_terms(words)) for words in wording.parts[:MAX_PARTS]]
    denied: list[QueryTerm] = []
    for words in wording.denied:
        denied += _build_terms(words)
    people = frozenset(chain.from_iterable(map(get_people_stems, wording.people)))
    return SearchQuery(tuple(tokens), wording, tuple(parts), people, tuple(denied), codes)


def _build_terms(words: Sequence[str]) -> list[QueryTerm]:
    """Words that make a name with synonyms are one term; each other content word is one."""
    content_words = set(select_content_words(words))
    terms: list[QueryTerm] = []
    place = 0
    while place < len(words):
        name, end = _find_name(words, place)
        if name:
            terms.append(build_term(words[place:end], name))
        elif words[place] in content_words:
            terms.append(build_term([words[place]]))
        place = end
    return list(dict.fromkeys(terms))


def _find_name(words: Sequence[str], place: int) -> tuple[tuple[str, ...], int]:
    """The name with synonyms of several words that begins at a place, and where it ends.

    Its words stand in a row, or with words of asking between them and in any order.
    """
    stems = [stem(word) for word in words[place : place + synonyms.MAX_NAME_WORDS]]
    length = synonyms.find_longest_name(stems)
    best: tuple[tuple[str, ...], int] = ((), place + 1)
    if length > 1:
        best = (tuple(stems[:length]), place + length)
    row: list[str] = []
    for end, word in enumerate(words[place:], place + 1):
        if word in QUESTION_WORDS or word in LINKING_WORDS or word in GENERAL_WORDS:
            if not row:
                break
            continue
        row.append(stem(word))
        if len(row) >= synonyms.MAX_NAME_WORDS:
            break
        name = synonyms.load_scattered_names().get(frozenset(row))
        if name and end > best[1]:
            best = (name, end)
    return best


def build_term(words: Sequence[str], name: tuple[str, ...] = ()) -> QueryTerm:
    """A term for words, with the other names of ``name``, which they are if it is not given."""
    name = name or tuple(map(stem, words))
    stems = tuple(dict.fromkeys(map(stem, select_content_words(words))))
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
