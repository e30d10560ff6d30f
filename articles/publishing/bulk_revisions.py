"""First revisions of many new pages, from memory: an import's pages are not read back."""

from django.contrib.auth.models import User
from django.db import transaction
from django.utils import timezone

from articles.audit import authorship
from articles.content import kinds
from articles.content.document import Document, canonicalize_together, digest
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
    documents = [kind.compose(page) for page in pages]
    pairs: list[tuple[Document, None]] = [(document, None) for document in documents]
    texts = canonicalize_together(documents)
    authors = zip(kind.authors(pairs), store.find_uploaders(pairs), strict=True)
    revisions: list[Revision] = []
    user_ids: dict[int, set[int]] = {}
    for page, text, (author_ids, uploader_ids) in zip(pages, texts, authors, strict=True):
        revision = Revision(
            article_id=page.pk,
            number=1,
            document=text.decode(),
            digest=digest(text),
            saved_by=by,
            saved_at=now,
        )
        user_ids[page.pk] = {by.pk, page.writer_id, *author_ids, *uploader_ids}
        revision.authorship_hash = authorship.compute_hash(
            revision, page.uuid, authors=user_ids[page.pk]
        )
        revisions.append(revision)
    bulk_insert.insert_objects(Revision, revisions)
    stored = Revision.objects.filter(article__id__any_of=[page.pk for page in pages])
    revision_ids = dict(stored.values_list("article", "pk"))
    indexed: list[tuple[Revision, Document]] = []
    rows: list[tuple[int, int]] = []
    for page, document in zip(pages, documents, strict=True):
        revision_id = revision_ids[page.pk]
        indexed.append((Revision(pk=revision_id), document))
        rows += [(revision_id, user_id) for user_id in user_ids[page.pk]]
    index.add_first_revisions(indexed)
    bulk_insert.insert_rows(Authorship, ["revision", "user"], rows)
    return revision_ids
