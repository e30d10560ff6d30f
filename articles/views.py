"""Public pages of plain articles and of topics."""

from django.core.paginator import EmptyPage
from django.http import Http404
from django.urls import reverse

from articles import history as histories
from articles import kinds, pages, topics
from articles.models import Article, Publication
from articles.shelf import Leaf, public_page


@public_page
def article(request, slug):
    return pages.leaf(kind="article", slug=slug, template="articles/article.html", url_name="articles:article")


@public_page
def history(request, slug, number=1):
    return histories.leaf(kind="article", slug=slug, number=number, url_name="articles:history")


@public_page
def version(request, slug, number):
    return histories.version(kind="article", slug=slug, number=number, url_name="articles:version")


@public_page
def index(request):
    site_revision = Publication.objects.site_revision()
    return Leaf("articles/index.html", {"entries": entries()}, site_revision)


@public_page
def topic(request, slug, number=1):
    line = topics.at_address(slug)
    if line is None:
        raise Http404
    try:
        page = topics.filed_under(slug, number)
    except EmptyPage as empty:
        raise Http404 from empty
    context = {
        "name": line.name,
        "page": page,
        "entries": [topics.entry(*row) for row in page],
        "page_urls": pages.around(page, lambda number: topics.address(slug, number)),
    }
    return Leaf("articles/topic.html", context, line.site_revision)


def entries(limit: int | None = None, *, kind: str = "article") -> list[dict]:
    """Title, address and summary of the published pages of a kind, in alphabetical order."""
    rows = Article.objects.public().filter(kind=kind).order_by("live__sort_key")
    values = rows.values_list("live__title", "live__slug", "live__summary")[:limit]
    url_name = kinds.get(kind).url_name
    return [
        {"title": title, "url": reverse(url_name, args=[slug]), "summary": summary} for title, slug, summary in values
    ]
