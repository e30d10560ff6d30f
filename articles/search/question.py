"""What somebody asked, taken apart: groups of words, each with other ways to say it."""

from dataclasses import dataclass

from articles.search import lay
from articles.search.words import LONGEST, code_key, key, says_whole, stem, stems, telling, words

OTHERWISE = 0.85  # what another way to say it is worth
MOST_GROUPS = 8


@dataclass(frozen=True)
class Way:
    """One way to say something: all of these stems."""

    stems: tuple[str, ...]
    worth: float = 1.0


Group = tuple[Way, ...]


@dataclass(frozen=True)
class Question:
    """``words`` as they were typed, folded and in one spelling; ``groups`` what they ask for, all of them at best."""

    words: tuple[str, ...]
    groups: tuple[Group, ...]
    codes: tuple[str, ...] = ()

    @property
    def keys(self) -> tuple[str, ...]:
        """The keys of whole names that would answer it at once."""
        as_asked = key(stems(" ".join(self.words)))
        return tuple(dict.fromkeys(k for k in (as_asked, *self.codes) if k))

    def says(self, name: str) -> bool:
        """Whether this whole name was asked for, and not only a name with the same telling words."""
        return key(stems(name)) in self.keys and says_whole(self.words, name)

    def shared(self, name: str) -> int:
        """How many words of a name were asked for, words of asking among them."""
        return len(set(map(stem, self.words)).intersection(map(stem, words(name))))

    @property
    def stems(self) -> frozenset[str]:
        return frozenset(stem for group in self.groups for way in group for stem in way.stems)


def ask(text: str) -> Question:
    """Take a text apart. Nothing to look for: no groups."""
    text = text[:LONGEST]
    return of_words(words(text), codes=_codes(text))


def of_words(spoken: list[str], codes: tuple[str, ...] = ()) -> Question:
    """Words that the table of lay words knows together are one group; of the others, those that say something."""
    known, telltale, place, groups = [stem(word) for word in spoken], set(telling(spoken)), 0, []
    while place < len(spoken):
        length = _longest_name(known[place:])
        if length > 1 or spoken[place] in telltale:
            group = _group(tuple(known[place : place + max(length, 1)]), spoken[place : place + max(length, 1)])
            groups += [group] if group not in groups else []
        place += max(length, 1)
    return Question(tuple(spoken), tuple(groups[:MOST_GROUPS]), codes)


def _longest_name(known: list[str]) -> int:
    lengths = range(min(lay.LONGEST, len(known)), 0, -1)
    return next((length for length in lengths if lay.other_names(tuple(known[:length]))), 0)


def _group(name: tuple[str, ...], spoken: list[str]) -> Group:
    own = tuple(dict.fromkeys(stem(word) for word in telling(spoken)))
    others = lay.other_names(name)
    too_wide = len(own) == 1 < len(name) and others  # "sleep" of "cannot sleep"
    return (*([] if too_wide else [Way(own)]), *(Way(other, OTHERWISE) for other in others))


def _codes(text: str) -> tuple[str, ...]:
    """What looks like a code: the whole text, or one word of it ("ICD-10 R25.3")."""
    return tuple(dict.fromkeys(found for part in (text, *text.split()) if (found := code_key(part.strip(",;:()")))))
