"""How long it takes to read a text, and many texts at once."""

from collections.abc import Iterable

from articles.content.document import Document
from articles.models import Revision
from articles.quality import WORD, extract_plain_lines

WORDS_PER_MINUTE = 200
MAX_CACHED = 200_000
_cache: dict[str, int] = {}  # the digest of a text → minutes


def count_words(document: Document) -> int:
    words = 0
    for lines in extract_plain_lines(document).values():
        for line in lines:
            words += len(WORD.findall(line))
    return words


def estimate_reading_minutes(document: Document) -> int:
    """How long it takes to read a text, at least 1 minute."""
    return max(1, round(count_words(document) / WORDS_PER_MINUTE))


def load_reading_minutes(revision_ids: Iterable[int]) -> dict[int, int]:
    """Revision id → minutes, in two queries. A text that was read before is not read again."""
    revisions = Revision.objects.filter(pk__in=set(revision_ids))
    digests = dict(revisions.values_list("pk", "digest"))
    if len(_cache) + len(digests) > MAX_CACHED:
        _cache.clear()
    missing = [key for key, text_digest in digests.items() if text_digest not in _cache]
    for revision in Revision.objects.filter(pk__in=missing):
        if not revision.expunged:
            _cache[revision.digest] = estimate_reading_minutes(revision.read())
    return {key: _cache.get(text_digest, 1) for key, text_digest in digests.items()}
