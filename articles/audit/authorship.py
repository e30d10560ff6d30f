"""The chain of authorship of each page: who saved each revision, and whose words it has.

Each revision keeps a hash over that and the hash of the revision before it. A save locks its page
alone. The newest hash of a page is an anchor of all before it; requests and signatures name it.
"""

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable, Iterator
from uuid import UUID

from django.db.models import QuerySet
from tqdm import tqdm

from articles.audit.chain import GENESIS_HASH
from articles.audit.state import BATCH, iter_batches
from articles.content.document import canonicalize, digest
from articles.models import Authorship, Revision


def compute_hash(
    revision: Revision, page: UUID, *, authors: Iterable[int], previous_hash: str = GENESIS_HASH
) -> str:
    """The hash of a revision. ``authors`` are numbers of people, which an archive keeps."""
    origin = {
        "page": str(page),
        "number": revision.number,
        "digest": revision.digest,
        "by": revision.saved_by_id,
        "at": revision.saved_at.astimezone(dt.UTC).isoformat(),
        "authors": sorted(set(authors)),
        "previous": previous_hash,
    }
    return digest(canonicalize(origin))


def find_faults(*, no_progress: bool | None = True) -> Iterator[str]:
    """A line for each revision that is missing, or is not by whom its hash says."""
    rows = _get_revisions()
    total = None if no_progress else rows.count()
    bar = tqdm(rows.iterator(BATCH), "authorship", total, disable=no_progress)
    page_id, number, previous_hash = 0, 0, GENESIS_HASH
    for batch in iter_batches(bar):
        authors = _load_authors(batch)
        for revision in batch:
            if revision.article_id != page_id:
                page_id, number, previous_hash = revision.article_id, 0, GENESIS_HASH
            name = f"articles_revision {revision.pk} ({revision.uuid})"
            if revision.number != number + 1:
                yield f"{name}: revision {number + 1} of its page is missing before it"
            expected = compute_hash(
                revision,
                revision.article.uuid,
                authors=authors[revision.pk],
                previous_hash=previous_hash,
            )
            if expected != revision.authorship_hash:
                yield f"{name}: who saved it or wrote in it is not what its hash says"
            number, previous_hash = revision.number, revision.authorship_hash


def _get_revisions() -> QuerySet[Revision]:
    rows = Revision.objects.select_related("article").order_by("article", "number")
    return rows.only(
        "uuid", "number", "digest", "saved_by", "saved_at", "authorship_hash", "article__uuid"
    )


def _load_authors(revisions: list[Revision]) -> defaultdict[int, list[int]]:
    """The numbers of the authors of these revisions. One query."""
    authors: defaultdict[int, list[int]] = defaultdict(list)
    rows = Authorship.objects.filter(revision__in=[revision.pk for revision in revisions])
    for revision_id, user_id in rows.values_list("revision", "user"):
        authors[revision_id].append(user_id)
    return authors
