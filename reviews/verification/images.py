"""Images: each file has its digest, and each that a text shows has its file and its row."""

from collections.abc import Iterable, Iterator
from itertools import chain

from django.db.models import QuerySet

from articles.content.document import DocumentFigure
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


def get_texts_with_images() -> QuerySet[Revision]:
    """The texts that show an image. None of them is expunged."""
    texts = Revision.objects.filter(document__contains=store.FIGURES_MARK)
    return texts.order_by("id").only("uuid", "document")


def find_missing_rows(batches: Iterable[list[Revision]]) -> Iterator[str]:
    """Images that a text names, and that have no row, or a row that says something else.

    Whoever deletes the row, the file and the figure together leaves the text that shows them.
    """
    for batch in batches:
        figures = {revision.pk: _read_figures(revision) for revision in batch}
        digests = {figure.sha256 for figure in chain.from_iterable(figures.values())}
        rows = {image.sha256: image for image in Image.objects.filter(sha256__in=digests)}
        for revision in batch:
            for figure in figures[revision.pk]:
                fault = _compare_figure(figure, rows.get(figure.sha256))
                if fault:
                    yield f"articles_revision {revision.pk} ({revision.uuid}): {fault}"


def _read_figures(revision: Revision) -> tuple[DocumentFigure, ...]:
    try:
        return revision.read().figures
    except ValueError:
        return ()  # ``texts`` reports a text that cannot be read


def _compare_figure(figure: DocumentFigure, row: Image | None) -> str:
    if row is None:
        return f"it shows the image {figure.sha256}, whose row is gone"
    shown = (figure.media_type, figure.width, figure.height)
    if shown != (row.media_type, row.width, row.height):
        return f"it shows articles_image {row.pk} as another kind or size than the row says"
    return ""
