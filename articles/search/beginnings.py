"""What may be meant by what somebody has typed so far, whose last word is not finished.

"Hedac" may become "headache", "diarrea" be meant for "diarrhea", and "cant sl" become "cant sleep",
which clinicians call insomnia.
"""

from bisect import bisect_left
from functools import cache

from rapidfuzz.distance import OSA

from articles.search import synonyms
from articles.search.sounds import encode_sound
from articles.search.urgent_phrases import is_ordinary_word
from articles.search.vocabulary import Vocabulary
from articles.search.words import build_key, split_words, stem

MAX_BEGINNINGS = 6
MIN_GUESSED_LENGTH = 5  # of the word that is not finished: fewer letters are in too many words
MIN_TWO_LETTERS_LENGTH = 7  # of a word in which two letters may differ
MIN_SOUND_LENGTH = 3  # consonants
MIN_LAY_LENGTH = 4  # letters of a lay name
MAX_LAY_KEYS = 40


def guess_beginnings(words: list[str], known: Vocabulary) -> list[str]:
    """What was meant by words of which one is mistyped, the likeliest first; empty if none is."""
    if not words:
        return []
    *before, last = words
    corrected = []
    for word in before:
        guesses = [] if known.knows(word) or is_ordinary_word(word) else known.guess_words(word)
        corrected.append(guesses[0].text if guesses else word)
    endings = [last] if known.has_enough_starts(last) else _guess_endings(last, known)
    beginnings = [" ".join([*corrected, ending]) for ending in endings]
    return [beginning for beginning in beginnings if beginning != " ".join(words)]


def _guess_endings(typed: str, known: Vocabulary) -> list[str]:
    """Known words whose sound begins as that of a word, then those with nearly its letters."""
    if len(typed) < MIN_GUESSED_LENGTH or is_ordinary_word(typed):
        return []
    limit = 1 if len(typed) < MIN_TWO_LETTERS_LENGTH else 2
    distances: dict[str, int] = {}
    for word in known.iter_words_with_start(typed[0]):
        distance = _measure_beginning(typed, word, limit)
        if distance <= limit:
            distances[word] = distance
    alike = _find_words_alike(typed, known, limit + 1)
    distances |= alike

    def get_sort_key(word: str) -> tuple:
        return (distances[word], word not in alike, -known.all_words[word], len(word), word)

    return sorted(distances, key=get_sort_key)[:MAX_BEGINNINGS]


def _find_words_alike(typed: str, known: Vocabulary, limit: int) -> dict[str, int]:
    """The words that begin with this sound and nearly these letters; one letter less differs."""
    sound = encode_sound(typed)
    if len(sound) < MIN_SOUND_LENGTH:
        return {}
    alike = {}
    for word in known.find_words_by_beginning_of_sound(sound):
        distance = _measure_beginning(typed, word, limit)
        if distance <= limit:
            alike[word] = max(distance - 1, 0)
    return alike


def _measure_beginning(typed: str, word: str, limit: int) -> int:
    """In how many letters the nearest beginning of a word differs from what was typed."""
    least = limit + 1
    for length in range(len(typed) - 1, len(typed) + 1 + limit):
        beginning = word[:length]
        if len(beginning) == length:
            least = min(least, OSA.distance(typed, beginning, score_cutoff=limit))
    return least


def find_lay_keys(words: list[str]) -> list[str]:
    """The keys of the other names of lay names that begin with these words."""
    typed = " ".join(words)
    if len(typed) < MIN_LAY_LENGTH:
        return []
    names = _load_lay_names()
    keys: dict[str, None] = {}
    place = bisect_left(names, (typed,))
    while place < len(names) and names[place][0].startswith(typed):
        keys.update(dict.fromkeys(names[place][1]))
        place += 1
    return list(keys)[:MAX_LAY_KEYS]


@cache
def _load_lay_names() -> list[tuple[str, tuple[str, ...]]]:
    """Each lay name in the order of the alphabet, with the keys of the names of its line."""
    rows = []
    for line in synonyms.load_lines():
        keys = tuple(build_key(map(stem, split_words(name))) for name in line)
        rows += [(" ".join(split_words(name)), keys) for name in line]
    return sorted(rows)
