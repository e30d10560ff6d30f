"""First revisions of many new pages, from memory: an import's pages are not read back."""

from django.contrib.auth.models import User
from django.db import transaction
from django.utils import timezone

from articles.content import kinds
from articles.content.document import Document, canonicalize, digest
from articles.db import bulk_insert
from articles.images import store
from articles.links import index
from articles.models import Article, Authorship, Revision


@transaction.atomic
def record_first_revisions(pages: list[Article], *, by: User) -> dict[int, int]:
    """Freeze pages of one kind that have no revision. Returns page id → revision id.

    Each page carries all that composing reads, as if it had been prefetched, and the same as is in
    the database.
    """
    if not pages:
        return {}
    kind = kinds.get_for_model(type(pages[0]))
    now = timezone.now()
    revisions: list[Revision] = []
    document_pairs: list[tuple[Document, None]] = []
    for page in pages:
        document = kind.compose(page)
        text = canonicalize(document)
        revision = Revision(
            article_id=page.pk,
            number=1,
            document=text.decode(),
            digest=digest(text),
            saved_by=by,
            saved_at=now,
        )
        revisions.append(revision)
        document_pairs.append((document, None))
    bulk_insert.insert_objects(Revision, revisions)
    stored = Revision.objects.filter(article__in=[page.pk for page in pages])
    revision_ids = dict(stored.values_list("article", "pk"))
    authors = kind.authors(document_pairs)
    uploaders = store.find_uploaders(document_pairs)
    indexed: list[tuple[Revision, Document]] = []
    for page, (document, _) in zip(pages, document_pairs, strict=True):
        indexed.append((Revision(pk=revision_ids[page.pk]), document))
    index.add_revisions(indexed)
    rows: list[tuple[int, int]] = []
    for page, author_ids, uploader_ids in zip(pages, authors, uploaders, strict=True):
        for user_id in {by.pk, page.writer_id, *author_ids, *uploader_ids}:
            rows.append((revision_ids[page.pk], user_id))
    bulk_insert.insert_rows(Authorship, ["revision", "user"], rows)
    return revision_ids
