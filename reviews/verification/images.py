"""The files of images: each has its digest, and none is missing that a text shows."""

from collections.abc import Iterable, Iterator

from django.db.models import QuerySet

from articles.images import store
from articles.models import Figure, Image, Revision


def get_images() -> QuerySet[Image]:
    return Image.objects.order_by("id").only("sha256", "media_type")


def find_faults(batches: Iterable[list[Image]]) -> Iterator[str]:
    for batch in batches:
        for image in batch:
            try:
                store.read_image(image)
            except store.MissingImageFile as error:
                if _is_used(image):
                    yield f"articles_image {image.pk}: {error}"
            except store.UnreadableImage as error:
                yield f"articles_image {image.pk}: {error}"


def _is_used(image: Image) -> bool:
    """Whether a text that was not expunged, or a draft, shows it."""
    texts = Revision.objects.filter(document__contains=image.sha256)
    return texts.exists() or Figure.objects.filter(image=image).exists()
