"""Images from upload to visitor: stored once, checked when read, public while on a public page."""

import logging
from collections.abc import Iterable

from django.contrib.auth.models import User
from django.core.files.base import ContentFile, File
from django.core.files.storage import storages
from django.db import IntegrityError, transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.cache import get_conditional_response

from articles import characters, full_disk
from articles.content.document import Document, DocumentFigure, digest
from articles.content.kinds import DocumentPairs
from articles.images import processing
from articles.models import Image, PublicationEvent, PublishedImage
from articles.page_store import subjects

MAX_NAME_LENGTH = 200
BATCH = 500
FIGURES_MARK = '"figures":['  # it is in the text of all documents with pictures, and no others
StoredImage = Image | PublishedImage | DocumentFigure
logger = logging.getLogger(__name__)


class UnreadableImage(Exception):
    """The file of an image is missing, or its content is not that of its digest."""


class MissingImageFile(UnreadableImage):
    pass


def get_file_name(image: StoredImage) -> str:
    """The name of an image's file, for a row or for a figure of a document."""
    return f"{image.sha256}.{image.extension}"


def store_upload(upload: File, *, by: User) -> Image:
    """Store an uploaded file and its row, once even if it is uploaded again. Raises UnusableImage.

    The file is stored first: a crash in between leaves an unused file, but no row without a file.
    """
    name = characters.remove_bad(upload.name or "")[-MAX_NAME_LENGTH:] or "image"
    assert upload.size is not None  # Django has counted it
    if upload.size > processing.MAX_UPLOAD_SIZE:
        raise processing.UnusableImage(processing.format_too_large(name, upload.size))
    picture = processing.process_upload(name, upload.read())
    row = Image(
        sha256=digest(picture.data),
        media_type=picture.media_type,
        width=picture.width,
        height=picture.height,
        length=len(picture.data),
        name=name,
        uploaded_by=by,
        uploaded_at=timezone.now(),
    )
    _store_file(row, picture.data)
    return _get_or_save(row)


def _store_file(row: Image, data: bytes) -> None:
    storage = storages["images"]
    try:
        if not storage.exists(get_file_name(row)):
            storage.save(get_file_name(row), ContentFile(data))
    except OSError as error:
        if not full_disk.is_full(error):
            raise
        logger.error("There is no room left for pictures.")
        raise processing.UnusableImage(
            f"The server has no room left for “{row.name}”. Tell whoever runs this site."
        ) from error
    try:
        read_image(row)
    except UnreadableImage as error:
        logger.error("%s", error)
        raise processing.UnusableImage(
            f"“{row.name}” was uploaded before, and its file is damaged now. "
            "Tell whoever runs this site."
        ) from error


def _get_or_save(row: Image) -> Image:
    """The row of a digest: the one that is there already, or this one, saved."""
    known = Image.objects.filter(sha256=row.sha256)
    existing = known.first()
    if existing:
        return existing
    try:
        with transaction.atomic():
            row.save(force_insert=True)
    except IntegrityError:  # somebody uploaded the same file at the same moment
        return known.get()
    return row


def read_image(image: StoredImage) -> bytes:
    """The bytes of an image, compared with its digest. Raises UnreadableImage."""
    try:
        with storages["images"].open(get_file_name(image)) as file:
            data = file.read()
    except OSError as error:
        raise MissingImageFile(f"the file {get_file_name(image)} is missing") from error
    if digest(data) != image.sha256:
        raise UnreadableImage(f"the file {get_file_name(image)} is not the one of its digest")
    return data


def build_image_response(
    request: HttpRequest,
    image: Image | PublishedImage | None,
    extension: str,
    *,
    cache_control: str,
) -> HttpResponse:
    """An image as a response, or that it has not changed. Raises Http404 if it cannot be read."""
    if image is None or extension != image.extension:
        raise Http404
    try:
        response = HttpResponse(read_image(image), content_type=image.media_type)
    except UnreadableImage as error:
        logger.error("%s", error)
        raise Http404 from error
    response["ETag"] = f'"{image.sha256}"'
    response["Cache-Control"] = cache_control
    conditional = get_conditional_response(request, etag=response["ETag"], response=response)
    assert conditional  # at least the response itself
    return conditional


def get_image_urls(document: Document, state: str) -> dict[str, str]:
    """Digest → URL of each picture of a document, for readers of a page in some state.

    An older text, which visitors can read, only shows the pictures that are on a public page.
    """
    digests = _get_digests(document)
    if state == "superseded" and digests:
        subjects.name(*map(subjects.image, digests))
        public = PublishedImage.objects.filter(sha256__in=digests)
        digests = set(public.values_list("sha256", flat=True))
    name = "articles:image" if state in ("", "superseded") else "staff_images:image"
    urls = {}
    for figure in document.figures:
        if figure.sha256 in digests:
            urls[figure.sha256] = reverse(name, args=[figure.sha256, figure.extension])
    return urls


def on_publish(publication: PublicationEvent, document: Document) -> set[str]:
    """Make the pictures of a signed page public, and no longer those that it had before."""
    changed = on_withdraw(publication)
    rows = _build_rows(publication.article_id, document)
    PublishedImage.objects.bulk_create(rows)
    return changed ^ {subjects.image(row.sha256) for row in rows}


def on_withdraw(withdrawal: PublicationEvent) -> set[str]:
    """Make the pictures of a withdrawn page no longer public, unless other pages have them."""
    rows = PublishedImage.objects.filter(article=withdrawal.article_id)
    digests = list(rows.values_list("sha256", flat=True))
    if digests:
        rows.delete()
    return set(map(subjects.image, digests))


def build_published_images() -> Iterable[PublishedImage]:
    """All rows that there should be by the log: the pictures of the texts that are public now."""
    events = PublicationEvent.objects.live().filter(revision__document__contains=FIGURES_MARK)
    events = events.select_related("revision").order_by("pk")
    for event in events.iterator(BATCH):
        yield from _build_rows(event.article_id, event.revision.read())


def _build_rows(article_id: int, document: Document) -> list[PublishedImage]:
    """A row for each picture of a document, once if it shows it several times."""
    rows = {}
    for figure in document.figures:
        rows[figure.sha256] = PublishedImage(
            article_id=article_id, sha256=figure.sha256, media_type=figure.media_type
        )
    return list(rows.values())


def find_uploaders(document_pairs: DocumentPairs[Document]) -> list[set[int]]:
    """For each document, the ids of who uploaded the pictures that the one before did not have."""
    new_digests = []
    for document, before in document_pairs:
        new_digests.append(_get_digests(document) - _get_digests(before))
    all_digests = set().union(*new_digests)
    if not all_digests:
        return [set() for _ in new_digests]
    images = Image.objects.filter(sha256__in=all_digests)
    uploaders = dict(images.values_list("sha256", "uploaded_by"))
    found = []
    for digests in new_digests:
        known = digests & uploaders.keys()
        found.append({uploaders[sha256] for sha256 in known})
    return found


def _get_digests(document: Document | None) -> set[str]:
    if document is None:
        return set()
    return {figure.sha256 for figure in document.figures}
