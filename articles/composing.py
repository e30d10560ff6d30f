"""From the working copy to a document and back, for the parts that every kind of page shares."""

from django.db.models import Prefetch

from articles.content import AboutDocument, Advice, ArticleDocument, Document, Figure, Reference
from articles.models import Article, Image
from articles.models import Figure as FigureRow
from articles.models import Reference as ReferenceRow

SAID_OF_A_FIGURE = ("alt", "caption", "credit", "place")


def load(pages):
    """A queryset of pages with all that ``common_parts`` reads."""
    return pages.select_related("writer").prefetch_related(
        "references", "tag_links__tag", Prefetch("figures", FigureRow.objects.select_related("image"))
    )


def common_parts(page: Article) -> dict:
    """The fields of ``Document`` except ``kind``, from a loaded page; no query, no change."""
    return {
        "uuid": page.uuid,
        "language": page.language,
        "title": page.title,
        "headline": page.headline or page.title,
        "summary": page.summary,
        "written_by": page.writer.get_full_name() or page.writer.get_username(),
        "advice": Advice(level=page.advice_level, html=page.advice) if page.advice_level else None,
        "body": page.body,
        "references": tuple(
            Reference(title=row.title, publisher=row.publisher, url=row.url, year=row.year)
            for row in page.references.all()
        ),
        "tags": tuple(sorted(link.tag.name for link in page.tag_links.all())),
        "figures": tuple(_figure(row) for row in page.figures.all()),
    }


def _figure(row: FigureRow) -> Figure:
    said = {name: getattr(row, name) for name in SAID_OF_A_FIGURE}
    return Figure(**{name: getattr(row.image, name) for name in ("sha256", "media_type", "width", "height")}, **said)


def compose_article(page: Article) -> ArticleDocument:
    return ArticleDocument(**common_parts(page))


def compose_about(page: Article) -> AboutDocument:
    return AboutDocument(**common_parts(page))


def restore_common(page: Article, document: Document, *, made_headline: str) -> list[str]:
    """Write the shared parts of a document into the working copy.

    ``made_headline`` is the one that composing would make, so that it is not stored as if it had been typed.
    Returns a sentence for each thing that could not be restored.
    """
    page.title, page.summary, page.body = document.title, document.summary, document.body
    page.headline = "" if document.headline == made_headline else document.headline
    page.advice_level = document.advice.level if document.advice else ""
    page.advice = document.advice.html if document.advice else ""
    page.references.all().delete()
    ReferenceRow.objects.bulk_create(
        ReferenceRow(article_id=page.pk, position=place, **reference.model_dump())
        for place, reference in enumerate(document.references)
    )
    page.tags.set(document.tags)
    report = _restore_figures(page, document)
    if document.written_by != (page.writer.get_full_name() or page.writer.get_username()):
        report.append(f"The page was written by {document.written_by}; the writer was left as it is now.")
    return report


def _restore_figures(page: Article, document: Document) -> list[str]:
    """Put the pictures of a document on the page again, each found by its digest."""
    images = {image.sha256: image for image in Image.objects.filter(sha256__in={f.sha256 for f in document.figures})}
    page.figures.all().delete()
    FigureRow.objects.bulk_create(
        FigureRow(
            article_id=page.pk,
            image=images[figure.sha256],
            position=place,
            **{name: getattr(figure, name) for name in SAID_OF_A_FIGURE},
        )
        for place, figure in enumerate(document.figures)
        if figure.sha256 in images
    )
    gone = (figure for figure in document.figures if figure.sha256 not in images)
    return [f"The image “{figure.alt}” is not here any more (SHA-256 {figure.sha256[:12]}…)." for figure in gone]


def restore_article(page: Article, document: Document) -> list[str]:
    report = restore_common(page, document, made_headline=document.title)
    page.save()
    return report


def nobody(steps: list[tuple[Document, Document | None]]) -> list[set[int]]:
    """Authors of shared rows, for a kind of page that has none."""
    return [set() for _ in steps]
