"""The files of images: each is the one of its digest; one is missing only where no text can be read that shows it."""

from collections.abc import Iterator

from articles import images
from articles.models import Figure, Image, Revision
from reviews.verification.batches import Seen, batches


def stored():
    return Image.objects.order_by("id").only("sha256", "media_type")


def faults(seen: Seen) -> Iterator[str]:
    for batch in batches(stored(), seen):
        for image in batch:
            try:
                images.read(image)
            except images.Missing as error:
                if _shown(image):
                    yield f"articles_image {image.pk}: {error}"
            except images.Unreadable as error:
                yield f"articles_image {image.pk}: {error}"


def _shown(image: Image) -> bool:
    """Whether a text that was not expunged shows it, or a page that is being written."""
    texts = Revision.objects.filter(document__contains=image.sha256)
    return texts.exists() or Figure.objects.filter(image=image).exists()
