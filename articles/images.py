"""Images from upload to visitor: kept once, read back whole, and public while a public page carries them."""

import logging
from collections.abc import Iterable

from django.contrib.auth.models import AbstractUser
from django.core.files.base import ContentFile
from django.core.files.storage import storages
from django.db import IntegrityError, transaction
from django.http import Http404, HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.cache import get_conditional_response

from articles import pictures
from articles.content import Document, digest
from articles.fields import UNPRINTABLE
from articles.models import Image, Publication, PublishedImage

LONGEST_NAME = 200
BATCH = 500
WRITTEN = '"figures":['  # stands in the text of every document with a picture, and in no other's
logger = logging.getLogger(__name__)


class Unreadable(Exception):
    """The file of an image is not there, or is not the one that its name says."""


class Missing(Unreadable):
    pass


def file_name(image) -> str:
    """What the file of an image is called, be it a row or a figure of a document."""
    return f"{image.sha256}.{image.extension}"


def keep(upload, *, by: AbstractUser) -> Image:
    """Store an uploaded file and its row, once however often it comes. Raises ``pictures.Unusable``.

    The file comes first: a crash in between leaves a file that nobody asks for, and no row without its file.
    """
    name = UNPRINTABLE.sub("", upload.name)[-LONGEST_NAME:] or "image"
    if upload.size > pictures.LARGEST:
        raise pictures.Unusable(pictures.too_large(name, upload.size))
    picture = pictures.prepare(name, upload.read())
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
    _store(row, picture.data)
    return _once(row)


def _store(row: Image, data: bytes) -> None:
    storage = storages["images"]
    if not storage.exists(file_name(row)):
        storage.save(file_name(row), ContentFile(data))
    try:
        read(row)
    except Unreadable as error:
        logger.error("%s", error)
        raise pictures.Unusable(
            f"“{row.name}” was uploaded before, and its file is damaged now. Tell whoever runs this site."
        ) from error


def _once(row: Image) -> Image:
    """The row of a digest: the one that is there, or this one."""
    known = Image.objects.filter(sha256=row.sha256)
    if found := known.first():
        return found
    try:
        with transaction.atomic():
            row.save(force_insert=True)
    except IntegrityError:  # somebody uploaded the same file at the same moment
        return known.get()
    return row


def read(image) -> bytes:
    """The bytes of an image, compared with its digest at each reading. Raises Unreadable."""
    try:
        with storages["images"].open(file_name(image)) as file:
            data = file.read()
    except OSError as error:
        raise Missing(f"the file {file_name(image)} is missing") from error
    if digest(data) != image.sha256:
        raise Unreadable(f"the file {file_name(image)} is not the one of its digest")
    return data


def answer(request, image, extension: str, *, cache_control: str) -> HttpResponse:
    """An image as a response, or that it has not changed. Raises Http404 where it cannot be read."""
    if image is None or extension != image.extension:
        raise Http404
    try:
        response = HttpResponse(read(image), content_type=image.media_type)
    except Unreadable as error:
        logger.error("%s", error)
        raise Http404 from error
    response["ETag"] = f'"{image.sha256}"'
    response["Cache-Control"] = cache_control
    return get_conditional_response(request, etag=response["ETag"], response=response)


def addresses(document: Document, state: str) -> dict[str, str]:
    """Digest → address of the pictures of a document for whoever reads it in some state of its page.

    A text of old, which visitors can read, shows those pictures that are on a public page still.
    """
    figures = {figure.sha256: figure for figure in document.figures}
    if state == "superseded" and figures:
        public = set(PublishedImage.objects.filter(sha256__in=figures).values_list("sha256", flat=True))
        figures = {sha256: figure for sha256, figure in figures.items() if sha256 in public}
    name = "articles:image" if state in ("", "superseded") else "staff_images:image"
    return {sha256: reverse(name, args=[sha256, figure.extension]) for sha256, figure in figures.items()}


def show(publication: Publication, document: Document) -> None:
    """A page was signed: its pictures are public, and those that it had before are not by it."""
    PublishedImage.objects.filter(article=publication.article_id).delete()
    PublishedImage.objects.bulk_create(_rows(publication.article_id, document))


def hide(withdrawal: Publication) -> None:
    PublishedImage.objects.filter(article=withdrawal.article_id).delete()


def rows() -> Iterable[PublishedImage]:
    """All that the log says of pictures: those of the texts that visitors read now."""
    lines = Publication.objects.live().filter(revision__document__contains=WRITTEN).select_related("revision")
    for line in lines.order_by("pk").iterator(BATCH):
        yield from _rows(line.article_id, line.revision.read())


def _rows(article_id: int, document: Document) -> list[PublishedImage]:
    types = {figure.sha256: figure.media_type for figure in document.figures}
    return [
        PublishedImage(article_id=article_id, sha256=sha256, media_type=media_type)
        for sha256, media_type in types.items()
    ]


def uploaders(steps: list[tuple[Document, Document | None]]) -> list[set[int]]:
    """For each document, ids of whoever uploaded the pictures that it has and the one before it had not."""
    new = [_digests(document) - (_digests(before) if before else set()) for document, before in steps]
    wanted = set().union(*new)
    known = dict(Image.objects.filter(sha256__in=wanted).values_list("sha256", "uploaded_by")) if wanted else {}
    return [{known[sha256] for sha256 in digests if sha256 in known} for digests in new]


def _digests(document: Document) -> set[str]:
    return {figure.sha256 for figure in document.figures}
