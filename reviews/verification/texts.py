"""The frozen texts: each is the text of its digest."""

from collections.abc import Iterator

from articles.content import digest
from articles.models import Revision
from reviews.verification.batches import Seen, batches


def texts():
    return Revision.objects.order_by("id").only("uuid", "document", "digest")


def faults(seen: Seen) -> Iterator[str]:
    for batch in batches(texts(), seen):
        for revision in batch:
            if digest(revision.document.encode(errors="surrogatepass")) != revision.digest:
                yield f"articles_revision {revision.pk} ({revision.uuid}): its text is not the text of its digest"
