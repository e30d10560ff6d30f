"""The index of recalls: which public pages can have a part of a word in their signed text.

A part of a word stands in a text if one of the words of the text has it: the search folds both and
looks between spaces. So it is looked for among all words that are known, and pages are found by the
codes of those that have it. The search then reads the text of each: what is found here is a few
pages too many, never one too few.
"""

from collections.abc import Iterable, Iterator, Sequence
from hashlib import blake2b
from itertools import islice
from string import ascii_lowercase

from django.db import DEFAULT_DB_ALIAS, DatabaseError, connection, connections, transaction
from django.db.migrations.executor import MigrationExecutor
from django.db.models import Exists, OuterRef

from articles.content import kinds
from articles.content.document import Document
from articles.db.triggers import KeepingTrigger
from articles.models import PublicationEvent
from articles.names import fold
from reviews.models import KnownWord, ListedPage, SignedWords

BATCH = 200
MAX_WORDS = 1000  # a part that more known words have narrows nothing
CODES = "codes"  # blocks whose words are compared without their dots
CODE_LENGTH = 6
TABLE = SignedWords._meta.db_table
FTS_TABLE = "reviews_signedwords_index"  # of SQLite; a migration creates it
GIN_EXPRESSION = "string_to_array(words, ' ')"


def get_triggers() -> list[KeepingTrigger]:
    """What keeps the index of SQLite, and drops the words of a text that is not the live one."""
    remove = (
        f"INSERT INTO {FTS_TABLE} ({FTS_TABLE}, rowid, words) "  # noqa: S608
        "VALUES ('delete', OLD.article_id, OLD.words)"
    )
    add = f"INSERT INTO {FTS_TABLE} (rowid, words) VALUES (NEW.article_id, NEW.words)"  # noqa: S608
    statements = {"INSERT": (add,), "DELETE": (remove,), "UPDATE": (remove, add)}
    triggers = []
    for event, kept in statements.items():
        name = f"{FTS_TABLE}_{event.lower()}"
        trigger = KeepingTrigger(
            name, TABLE, event, statements=kept, keeps=FTS_TABLE, vendor="sqlite"
        )
        triggers.append(trigger)
    outdated = KeepingTrigger(
        "signed_words_of_older_text",
        PublicationEvent._meta.db_table,
        "INSERT",
        condition="NEW.kind IN ('publish', 're-sign', 'withdraw')",
        statements=(f"DELETE FROM {TABLE} WHERE article_id = NEW.article_id",),  # noqa: S608
        keeps=TABLE,
    )
    return [*triggers, outdated]


def list_words(publication: PublicationEvent, document: Document) -> set[str]:
    """The folded words of a signed text and of who reviewed it."""
    words = set(fold(str(publication.read_review_line().reviewer)).split())
    for block in kinds.get(document.kind).blocks(document):
        found = fold(block.text.replace("**", "")).split()
        words.update(found)
        if block.key.startswith(CODES):
            words.update(word.replace(".", "") for word in found)
    return words - {""}


def compute_digest(word: str) -> str:
    return blake2b(word.encode(), digest_size=16).hexdigest()


def get_code(digest: str) -> str:
    """The code of a word, of letters alone, so that each engine takes it for one word.

    Two words may have one code: a page is then read in vain.
    """
    number = int(digest[:12], 16)
    letters = []
    for _ in range(CODE_LENGTH):
        number, place = divmod(number, len(ascii_lowercase))
        letters.append(ascii_lowercase[place])
    return "".join(letters)


def build_row(article_id: int, digests: Iterable[str]) -> SignedWords:
    codes = {get_code(digest) for digest in digests}
    return SignedWords(article_id=article_id, words=" ".join(sorted(codes)))


def on_publish(publication: PublicationEvent, document: Document) -> None:
    """Store the words of a text that was published now."""
    _store([(publication.article_id, list_words(publication, document))])


def on_withdraw(withdrawal: PublicationEvent) -> None:
    SignedWords.objects.filter(article=withdrawal.article_id).delete()


def _store(pages: Sequence[tuple[int, set[str]]]) -> None:
    """Write the words of some pages, and which of them were not known."""
    by_digest: dict[str, str] = {}
    rows = []
    for article_id, words in pages:
        digests = {compute_digest(word): word for word in words}
        by_digest.update(digests)
        rows.append(build_row(article_id, digests))
    known = set(KnownWord.objects.filter(pk__in=list(by_digest)).values_list("pk", flat=True))
    new = [KnownWord(digest, by_digest[digest]) for digest in sorted(by_digest.keys() - known)]
    KnownWord.objects.bulk_create(new, batch_size=500, ignore_conflicts=True)
    SignedWords.objects.filter(pk__in=[row.pk for row in rows]).delete()
    SignedWords.objects.bulk_create(rows, batch_size=500)


def _iter_public_words(keys: Iterable[int] | None = None) -> Iterator[tuple[int, set[str]]]:
    """The words of public pages, all or some, one text in memory at a time."""
    live = PublicationEvent.objects.live().select_related("revision").order_by("pk")
    if keys is not None:
        live = live.filter(article__in=list(keys))
    for publication in live.iterator(BATCH):
        yield publication.article_id, list_words(publication, publication.revision.read())


def rebuild() -> None:
    """Write the words of all public pages again."""
    with transaction.atomic():
        if connection.vendor == "sqlite":
            _rebuild_fts()
        SignedWords.objects.all().delete()
        KnownWord.objects.all().delete()
        pages = _iter_public_words()
        while batch := list(islice(pages, BATCH)):
            _store(batch)


def _rebuild_fts() -> None:
    with connection.cursor() as cursor:
        cursor.execute(f"INSERT INTO {FTS_TABLE} ({FTS_TABLE}) VALUES ('rebuild')")  # noqa: S608


def find_missing() -> list[int]:
    """The public pages whose words are not stored: they are read by every search."""
    stored = SignedWords.objects.filter(article=OuterRef("pk"))
    public = ListedPage.objects.filter(state__in=ListedPage.PUBLIC_STATES)
    return list(public.filter(~Exists(stored)).order_by().values_list("pk", flat=True))


def mend_after_migrate(using: str) -> None:
    """Store what is missing, once all tables are up to date: pages published before this index."""
    executor = MigrationExecutor(connections[using])
    if using != DEFAULT_DB_ALIAS or executor.migration_plan(executor.loader.graph.leaf_nodes()):
        return
    missing = iter(find_missing())
    while keys := list(islice(missing, BATCH)):
        with transaction.atomic():
            PublicationEvent.objects.lock_log_end()
            _store(list(_iter_public_words(keys)))


def find_candidates(parts: Iterable[str]) -> set[int] | None:
    """The pages that can have all these parts of words; None if all can: nothing narrows them.

    The parts are folded, without spaces.
    """
    groups = [codes for codes in map(_find_codes, parts) if codes is not None]
    if not groups:
        return None
    if not all(groups):
        return set(find_missing())
    return _find_pages_with(groups) | set(find_missing())


def _find_codes(part: str) -> set[str] | None:
    """The codes of the known words that have a part; None if they are too many to narrow."""
    found = KnownWord.objects.filter(word__contains=part).values_list("pk", flat=True)
    digests = list(found[: MAX_WORDS + 1])
    return None if len(digests) > MAX_WORDS else {get_code(digest) for digest in digests}


def _find_pages_with(groups: list[set[str]]) -> set[int]:
    """The pages with a code of each group."""
    if connection.vendor == "sqlite":
        query = " AND ".join(f"({' OR '.join(sorted(codes))})" for codes in groups)
        statement = f"SELECT rowid FROM {FTS_TABLE} WHERE {FTS_TABLE} MATCH %s"  # noqa: S608
        values: list = [query]
    else:
        conditions = " AND ".join([f"{GIN_EXPRESSION} && %s"] * len(groups))
        statement = f"SELECT article_id FROM {TABLE} WHERE {conditions}"  # noqa: S608
        values = [sorted(codes) for codes in groups]
    with connection.cursor() as cursor:
        cursor.execute(statement, values)
        return {key for (key,) in cursor.fetchall()}


def find_faults() -> Iterator[str]:
    """A line for each public page whose words are not those of its text, and each one left over.

    The words of some hundred pages are in memory at a time.
    """
    digests: dict[str, str] = {}
    for digest, word in KnownWord.objects.values_list("pk", "word").iterator(BATCH):
        if compute_digest(word) == digest:
            digests[word] = digest
        else:
            yield f"{KnownWord._meta.db_table} {digest}: it is not the word that it was"
    pages = _iter_public_words()
    while batch := list(islice(pages, BATCH)):
        stored = SignedWords.objects.in_bulk([key for key, _ in batch])
        for key, words in batch:
            is_known = words <= digests.keys()
            expected = build_row(key, map(digests.__getitem__, words)).words if is_known else None
            if key not in stored or stored[key].words != expected:
                yield f"{TABLE} {key}: its words are not those of the signed text"
    public = PublicationEvent.objects.live().filter(article=OuterRef("pk"))
    for key in SignedWords.objects.filter(~Exists(public)).values_list("pk", flat=True):
        yield f"{TABLE} {key}: the page is not public"
    if not _is_index_sound():
        yield f"{FTS_TABLE}: it does not have the words of its rows"


def _is_index_sound() -> bool:
    """Whether the engine finds in its index what the rows have. PostgreSQL keeps its own."""
    if connection.vendor != "sqlite":
        return True
    check = f"INSERT INTO {FTS_TABLE} ({FTS_TABLE}, rank) VALUES ('integrity-check', 1)"  # noqa: S608
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(check)
    except DatabaseError:
        return False
    return True
