"""Composes documents from working copies and restores them: the fields that all pages share."""

from collections.abc import Iterable
from operator import attrgetter
from typing import TypedDict
from uuid import UUID

from django.db.models import Prefetch, QuerySet

from articles.content.document import (
    AboutDocument,
    Advice,
    ArticleDocument,
    Document,
    DocumentFigure,
    DocumentReference,
)
from articles.content.kinds import DocumentPairs, PageT
from articles.fields import mark_as_stored
from articles.models import Article, ArticleTag, CareCard, Image
from articles.models import Figure as FigureRow
from articles.models import Reference as ReferenceRow

FIGURE_TEXT_FIELDS = ("alt", "caption", "credit", "place")


class CommonFields(TypedDict):
    """The fields of ``Document`` except ``kind``."""

    uuid: UUID
    language: str
    title: str
    headline: str
    summary: str
    written_by: str
    advice: Advice | None
    body: str
    references: tuple[DocumentReference, ...]
    tags: tuple[str, ...]
    figures: tuple[DocumentFigure, ...]
    further_advice: tuple[Advice, ...]
    same_for_everyone: bool
    shows_crisis_line: bool


def load(pages: QuerySet[PageT]) -> QuerySet[PageT]:
    """A queryset of pages, with all that ``compose_common_fields`` reads."""
    return pages.select_related("writer").prefetch_related(
        "references",
        "care_cards",
        Prefetch("tag_links", ArticleTag.objects.select_related("tag")),
        Prefetch("figures", FigureRow.objects.select_related("image")),
    )


def compose_common_fields(page: Article) -> CommonFields:
    """The fields that all kinds share, from a loaded page. It makes no query."""
    cards = compose_care_cards(page)
    return {
        "uuid": page.uuid,
        "language": page.language,
        "title": page.title,
        "headline": page.headline or page.title,
        "summary": page.summary,
        "written_by": _get_writer_name(page),
        "advice": cards[0] if cards else None,
        "body": page.body,
        "references": tuple(map(_compose_reference, page.references.all())),
        "tags": tuple(sorted(link.tag.name for link in page.tag_links.all())),
        "figures": tuple(map(_compose_figure, page.figures.all())),
        "further_advice": tuple(cards[1:]),
        "same_for_everyone": page.same_for_everyone and bool(cards),
        "shows_crisis_line": page.shows_crisis_line,
    }


def compose_care_cards(page: Article) -> list[Advice]:
    """The cards of a page, the gravest first, wherever they are stored.

    One level has one card: should it be stored twice, its texts are joined, so that none is lost.
    """
    stored = [(row.level, row.heading, row.html) for row in page.care_cards.all()]
    if page.advice_level:
        stored.insert(0, (page.advice_level, page.advice_heading, page.advice))
    cards: dict[str, dict[str, str]] = {}
    for level, heading, html in stored:
        card = cards.setdefault(level, {"level": level, "heading": heading, "html": ""})
        card["html"] += html
    return sorted(map(Advice.model_validate, cards.values()), key=attrgetter("gravity"))


def _get_writer_name(page: Article) -> str:
    """The writer as named in signed documents, whatever other pages show."""
    return page.writer.get_full_name() or page.writer.get_username()


def _compose_reference(row: ReferenceRow) -> DocumentReference:
    return DocumentReference(title=row.title, publisher=row.publisher, url=row.url, year=row.year)


def _compose_figure(row: FigureRow) -> DocumentFigure:
    image = row.image
    return DocumentFigure.model_validate(
        {
            "sha256": image.sha256,
            "media_type": image.media_type,
            "width": image.width,
            "height": image.height,
            "alt": row.alt,
            "caption": row.caption,
            "credit": row.credit,
            "place": row.place,
        }
    )


def compose_article(page: Article) -> ArticleDocument:
    return ArticleDocument(**compose_common_fields(page))


def compose_about(page: Article) -> AboutDocument:
    return AboutDocument(**compose_common_fields(page))


def restore_common(page: Article, document: Document, *, default_headline: str) -> list[str]:
    """Write the common fields of a document into the working copy, as they stand there.

    ``default_headline`` is the one that composing would make: it is not stored as if it had been
    typed. Returns a sentence for each thing that could not be restored.
    """
    page.title = document.title
    page.summary = document.summary
    page.body = document.body
    page.headline = "" if document.headline == default_headline else document.headline
    set_gravest_card(page, document.advice)
    page.same_for_everyone = document.same_for_everyone
    page.shows_crisis_line = document.shows_crisis_line
    mark_as_stored(page)
    replace_further_cards(page, [_restore_card(page, card) for card in document.further_advice])
    _restore_references(page, document)
    page.tags.set(document.tags)
    report = _restore_figures(page, document)
    if document.written_by != _get_writer_name(page):
        report.append(
            f"The page was written by {document.written_by}; the writer was left as it is now."
        )
    return report


def _restore_card(page: Article, card: Advice) -> CareCard:
    row = CareCard(article_id=page.pk, level=card.level, heading=card.heading, html=card.html)
    mark_as_stored(row)
    return row


def set_gravest_card(page: Article, card: Advice | CareCard | None) -> None:
    """Give a page its gravest card, or none. It is not saved."""
    page.advice_level = card.level if card else ""
    page.advice_heading = card.heading if card else ""
    page.advice = card.html if card else ""


def replace_further_cards(page: Article, cards: Iterable[CareCard]) -> None:
    """Store the further cards of a page in place of those there."""
    page.care_cards.all().delete()
    CareCard.objects.bulk_create(cards)


def _restore_references(page: Article, document: Document) -> None:
    rows = []
    for position, reference in enumerate(document.references):
        row = ReferenceRow(article_id=page.pk, position=position, **reference.model_dump())
        mark_as_stored(row)
        rows.append(row)
    page.references.all().delete()
    ReferenceRow.objects.bulk_create(rows)


def _restore_figures(page: Article, document: Document) -> list[str]:
    """Put the pictures of a document on the page again. Returns a sentence for each missing one."""
    digests = [figure.sha256 for figure in document.figures]
    images = Image.objects.in_bulk(digests, field_name="sha256")
    rows: list[FigureRow] = []
    report: list[str] = []
    for position, figure in enumerate(document.figures):
        image = images.get(figure.sha256)
        if image is None:
            report.append(
                f"The image “{figure.alt}” is not here any more (SHA-256 {figure.sha256[:12]}…)."
            )
            continue
        row = FigureRow(article_id=page.pk, image=image, position=position)
        for name in FIGURE_TEXT_FIELDS:
            setattr(row, name, getattr(figure, name))
        mark_as_stored(row)
        rows.append(row)
    page.figures.all().delete()
    FigureRow.objects.bulk_create(rows)
    return report


def restore_article(page: Article, document: Document) -> list[str]:
    report = restore_common(page, document, default_headline=document.title)
    page.save()
    return report


def find_no_authors(document_pairs: DocumentPairs[Document]) -> list[set[int]]:
    """Authors of shared rows, for a kind of page that has none."""
    return [set() for _ in document_pairs]
