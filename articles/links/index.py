"""The index of links: a row for each link of a text, so that a report need not read the texts."""

import hashlib
from collections.abc import Iterable, Iterator
from itertools import islice

from django.db import transaction
from django.db.models import Exists, F, OuterRef, Q, QuerySet

from articles.content.document import Document
from articles.db.bulk_insert import insert_few_or_many
from articles.links.addresses import InvalidLink, LinkKind, parse_address, split_path
from articles.links.validation import NO_SUCH_SECTION, is_anchor_missing
from articles.models import OutsideAddress, PageLink, Revision
from articles.models.links import LinkProblem
from articles.richtext.links import TextLink, find_links

BATCH = 500
REFERENCES = "References"
MAX_TEXT_LENGTH = 200
COMPARED_FIELDS = (
    "section",
    "words",
    "href",
    "fault",
    "problem_of_address",
    "target_kind",
    "target_slug",
    "outside_key",
)
LinkValues = tuple[str, ...]


def compute_key(url: str) -> str:
    """What an outside address is looked up by: it may be longer than a database can index."""
    return hashlib.sha256(url.encode()).hexdigest()


def build_rows(revision: Revision, document: Document) -> list[PageLink]:
    """The links of a text in reading order, then those of its references."""
    anchors = document.get_anchors()
    rows: list[PageLink] = []
    for section, link in _iterate_links(document):
        row = PageLink(
            revision=revision,
            position=len(rows),
            section=section[:MAX_TEXT_LENGTH],
            words=link.words[:MAX_TEXT_LENGTH],
            href=link.href,
        )
        _classify(row, anchors)
        rows.append(row)
    return rows


def _iterate_links(document: Document) -> Iterator[tuple[str, TextLink]]:
    for section, html in document.get_rich_texts().items():
        for link in find_links(html):
            yield section, link
    for reference in document.references:
        if reference.url:
            yield REFERENCES, TextLink(reference.url, reference.title)


def _classify(row: PageLink, anchors: set[str]) -> None:
    """Set what a link leads to, or what is wrong with its address."""
    try:
        address = parse_address(row.href)
    except InvalidLink as fault:
        row.fault, row.problem_of_address = str(fault)[:300], LinkProblem.ADDRESS
        return
    if address.kind == LinkKind.WEB:
        row.outside_key = compute_key(address.href)
    elif address.kind == LinkKind.ANCHOR and is_anchor_missing(address.href, anchors):
        row.fault, row.problem_of_address = NO_SUCH_SECTION, LinkProblem.SECTION
    elif address.kind == LinkKind.PAGE and (path := split_path(address.href)):
        row.target_kind, row.target_slug = path.kind, path.slug


def add_revisions(pairs: Iterable[tuple[Revision, Document]]) -> None:
    """Index revisions that are not in it yet. One statement, or none."""
    rows: list[PageLink] = []
    for revision, document in pairs:
        rows += build_rows(revision, document)
    PageLink.objects.bulk_create(rows, batch_size=BATCH, ignore_conflicts=True)


def add_first_revisions(pairs: Iterable[tuple[Revision, Document]]) -> None:
    """Index revisions that were added in this transaction, so that nobody indexed them before."""
    rows: list[PageLink] = []
    for revision, document in pairs:
        rows += build_rows(revision, document)
    insert_few_or_many(PageLink, rows)


def ensure_revision(revision: Revision, document: Document) -> None:
    """Index a revision that may have been dropped from the index when a later one was saved."""
    if not PageLink.objects.filter(revision=revision).exists():
        add_revisions([(revision, document)])


def remove_revision(revision: Revision) -> None:
    """Drop the links of a revision whose text is expunged, and outside addresses of it alone."""
    rows = PageLink.objects.filter(revision=revision)
    keys = set(rows.values_list("outside_key", flat=True))
    rows.delete()
    used = PageLink.objects.filter(outside_key=OuterRef("key"))
    OutsideAddress.objects.filter(~Exists(used), key__in=keys).delete()


def select_current_revisions() -> QuerySet[Revision]:
    """The texts that visitors read, and those that were saved last, of pages not discarded."""
    later = Revision.objects.filter(article=OuterRef("article"), number__gt=OuterRef("number"))
    pages = Revision.objects.filter(article__discarded_at__isnull=True)
    return pages.filter(Q(article__live__revision=F("pk")) | ~Exists(later)).order_by("pk")


def find_faults() -> Iterator[str]:
    """A line for each row of a current text that its text does not give, and each it lacks.

    Only of texts that are in the index: visitors read no row of it.
    """
    revisions = select_current_revisions().iterator(BATCH)
    while batch := list(islice(revisions, BATCH)):
        stored = _load_stored_values(batch)
        for revision in batch:
            yield from _compare_links(revision, stored[revision.pk])


def _load_stored_values(revisions: list[Revision]) -> dict[int, dict[int, LinkValues]]:
    """Of each of these texts: what its rows say, by their position."""
    stored: dict[int, dict[int, LinkValues]] = {revision.pk: {} for revision in revisions}
    rows = PageLink.objects.filter(revision__in=revisions).order_by()
    for revision, position, *values in rows.values_list("revision", "position", *COMPARED_FIELDS):
        stored[revision][position] = tuple(values)
    return stored


def _compare_links(revision: Revision, stored: dict[int, LinkValues]) -> Iterator[str]:
    """A text without any row was saved by an older build: its links are indexed later."""
    if not stored:
        return
    expected: dict[int, LinkValues] = {}
    if not revision.expunged:
        try:
            rows = build_rows(revision, revision.read())
        except ValueError:
            return  # a text that cannot be read is a fault of its own
        for row in rows:
            expected[row.position] = tuple(getattr(row, name) for name in COMPARED_FIELDS)
    for position in sorted(expected.keys() | stored.keys()):
        if stored.get(position) != expected.get(position):
            yield (
                f"articles_pagelink: link {position + 1} of articles_revision {revision.pk} "
                f"({revision.uuid}) is not that of its text"
            )


def rebuild() -> int:
    """Index all current texts anew, in short transactions. Gives the number of links.

    Links of texts that are neither public nor the latest are dropped.
    """
    keys = list(select_current_revisions().values_list("pk", flat=True))
    count = 0
    for start in range(0, len(keys), BATCH):
        batch = keys[start : start + BATCH]
        rows: list[PageLink] = []
        for revision in Revision.objects.filter(pk__in=batch):
            if not revision.expunged:
                rows += build_rows(revision, revision.read())
        with transaction.atomic():
            PageLink.objects.filter(revision__in=batch).delete()
            PageLink.objects.bulk_create(rows, batch_size=BATCH, ignore_conflicts=True)
        count += len(rows)
    PageLink.objects.exclude(revision__in=select_current_revisions().values("pk")).delete()
    return count
