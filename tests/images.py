"""Pictures of the tests: made on the spot, uploaded as an editor would, and put on pages."""

from io import BytesIO

from django.core.files.storage import storages
from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import Image as Pixels

from articles.images import store
from articles.models import Article, Figure, Image
from articles.publishing.actions import record_revision

ALT = "Two lines that meet at a corner of the eye."


def draw(kind: str = "PNG", *, size=(60, 40), colour="navy", mode: str = "RGB", **how) -> bytes:
    """The bytes of a picture; each colour and each size is another one."""
    out = BytesIO()
    Pixels.new(mode, size, colour).save(out, kind, **how)
    return out.getvalue()


def make_upload(name: str = "eye.png", data: bytes | None = None) -> SimpleUploadedFile:
    """A picture as a browser sends it."""
    return SimpleUploadedFile(name, draw() if data is None else data, "application/octet-stream")


def store_image(by, *, name: str = "eye.png", **how) -> Image:
    return store.store_upload(make_upload(name, draw(**how)), by=by)


def add_figure(page: Article, *, by, image: Image | None = None, **texts) -> Figure:
    """A picture on a page, in a new revision."""
    values = {
        "alt": ALT,
        "caption": "Where the lids meet.",
        "credit": "Drawn for this test.",
    } | texts
    figure = Figure.objects.create(article_id=page.pk, image=image or store_image(by), **values)
    record_revision(page, by=by)
    return figure


def get_public_path(image) -> str:
    return f"/images/{store.get_file_name(image)}"


def get_staff_path(image) -> str:
    return f"/desk{get_public_path(image)}"


def get_file_path(image) -> str:
    return storages["images"].path(store.get_file_name(image))
