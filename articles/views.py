"""Public pages of plain articles."""

from django.urls import reverse

from articles import pages
from articles.models import Article, Publication
from articles.shelf import Leaf, public_page


@public_page
def article(request, slug):
    return pages.leaf(kind="article", slug=slug, template="articles/article.html", url_name="articles:article")


@public_page
def index(request):
    site_revision = Publication.objects.site_revision()
    return Leaf("articles/index.html", {"entries": entries()}, site_revision)


def entries(limit: int | None = None) -> list[dict]:
    """Title, address and summary of the published articles, in alphabetical order."""
    rows = Article.objects.public().filter(kind="article").order_by("live__sort_key")
    values = rows.values_list("live__title", "live__slug", "live__summary")[:limit]
    return [
        {"title": title, "url": reverse("articles:article", args=[slug]), "summary": summary}
        for title, slug, summary in values
    ]
