"""From the working copy of an emergency page to its document, and back."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import replace
from uuid import UUID

from django.db.models import QuerySet

from articles.care.emergencies import EMERGENCIES
from articles.content.blocks import Block
from articles.content.diff import build_common_blocks
from articles.content.emergency_document import EmergencyDocument, NextPage
from articles.content.kinds import DocumentPairs
from articles.fields import mark_as_stored
from articles.models import Article, Authorship, EmergencyPage
from articles.publishing import composing, merging


def load(pages: QuerySet[EmergencyPage]) -> QuerySet[EmergencyPage]:
    return composing.load(pages).select_related("next_page__live")


def compose(page: EmergencyPage) -> EmergencyDocument:
    """The document of a working copy that went through ``load``. No query."""
    return EmergencyDocument(
        **composing.compose_common_fields(page),
        subject=page.subject,
        act=page.act,
        next_page=_compose_next_page(page.next_page),
    )


def _compose_next_page(page: Article | None) -> NextPage | None:
    """By the name that visitors know it by: a draft title of a public page is not composed."""
    if page is None:
        return None
    return NextPage(uuid=page.uuid, name=page.live.title if page.live else page.title)


def restore(page: EmergencyPage, document: EmergencyDocument) -> list[str]:
    """Write a document back into the working copy.

    Returns a sentence for each thing that could not be restored.
    """
    report = composing.restore_common(page, document, default_headline=document.title)
    page.subject = document.subject
    page.act = document.act
    page.next_page = None
    if document.next_page:
        page.next_page = _find_next_page(document.next_page, report)
    mark_as_stored(page)
    page.save()
    return report


def _find_next_page(named: NextPage, report: list[str]) -> Article | None:
    """The page that a document names, or the one that it was merged into."""
    row = Article.objects.filter(uuid=named.uuid).first()
    if row is None:
        report.append(f"The page to go on with, “{named.name}”, no longer exists.")
        return None
    target = merging.get_merge_targets([row.pk]).get(row.pk)
    if target is None:
        return row
    successor = Article.objects.get(pk=target)
    report.append(
        f"The page to go on with, “{named.name}”, was merged into “{successor.title}”, "
        "which replaces it."
    )
    return successor


def build_blocks(document: EmergencyDocument) -> Iterable[Block]:
    instructions = document.get_rich_texts()
    for block in build_common_blocks(document):
        # All running text of such a page says what to do.
        yield replace(block, topic="advice") if block.label in instructions else block
    name = EMERGENCIES.get(document.subject, document.subject)
    yield Block("subject", "Emergency", name, stored=document.subject)
    if document.next_page:
        page = document.next_page
        yield Block("next_page", "Page to go on with", page.name, str(page.uuid))
    yield Block("next_page", "Page to go on with", "", stored=document.next_page)


def find_shared_authors(document_pairs: DocumentPairs[EmergencyDocument]) -> list[set[int]]:
    """For each document, the authors of a title in it that was never signed by itself.

    It is that of the page to go on with, as long as that was not published. One query.
    """
    added: list[set[UUID]] = []
    for document, before in document_pairs:
        is_same = before is not None and before.next_page == document.next_page
        added.append(set() if is_same else document.linked)
    uuids = set().union(*added)
    authors: dict[UUID, set[int]] = defaultdict(set)
    if uuids:
        titles = Authorship.objects.filter(
            revision__article__uuid__in=uuids, revision__article__live__isnull=True
        )
        for uuid, user in titles.values_list("revision__article__uuid", "user_id").distinct():
            authors[uuid].add(user)
    return [set().union(*(authors[uuid] for uuid in named)) for named in added]
