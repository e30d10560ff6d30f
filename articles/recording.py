"""First revisions of many new pages, frozen from memory: what an import writes is not read back to be composed."""

from django.contrib.auth.models import AbstractUser
from django.db import transaction
from django.utils import timezone

from articles import bulk, images, kinds
from articles.content import canonical, digest
from articles.models import Article, Authorship, Revision


@transaction.atomic
def record_first_revisions(pages: list[Article], *, by: AbstractUser) -> dict[int, int]:
    """Freeze pages of one kind that were never frozen; returns the key of each page's revision.

    Each page carries, as if it had been prefetched, all that composing reads, and that is what the database holds.
    """
    if not pages:
        return {}
    kind, now, steps, made = kinds.of(type(pages[0])), timezone.now(), [], []
    for page in pages:
        document = kind.compose(page)
        text = canonical(document)
        frozen = {"document": text.decode(), "digest": digest(text), "saved_by": by, "saved_at": now}
        made.append(Revision(article_id=page.pk, number=1, **frozen))
        steps.append((document, None))
    bulk.insert_objects(Revision, made)
    keys = dict(Revision.objects.filter(article__in=[page.pk for page in pages]).values_list("article", "pk"))
    wrote = zip(pages, kind.authors(steps), images.uploaders(steps), strict=True)
    rows = [(keys[page.pk], author) for page, *others in wrote for author in {by.pk, page.writer_id}.union(*others)]
    bulk.insert(Authorship, ["revision", "user"], rows)
    return keys
