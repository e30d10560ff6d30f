"""Public pages of plain articles and of topics."""

from django.contrib.auth.decorators import login_required, permission_required
from django.core.paginator import EmptyPage
from django.http import Http404
from django.urls import reverse
from django.views.decorators.http import require_safe

from articles import crumbs, images, json_ld, kinds, pages, topics
from articles import history as histories
from articles.models import Article, Image, Publication, PublishedImage
from articles.shelf import CACHE_CONTROL, Leaf, public_page


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
    data = json_ld.collection("Articles", crumbs.to_list("article"))
    return Leaf("articles/index.html", {"entries": entries()}, site_revision, data=data)


@public_page
def topic(request, slug, number=1):
    line = topics.at_address(slug)
    if line is None:
        raise Http404
    try:
        page = topics.filed_under(slug, number)
    except EmptyPage as empty:
        raise Http404 from empty
    way, here = crumbs.to(line.name, topics.address(slug)), topics.address(slug, number)
    context = {
        "name": line.name,
        "crumbs": way,
        "page": page,
        "entries": [topics.entry(*row) for row in page],
        "page_urls": pages.around(page, lambda number: topics.address(slug, number)),
    }
    data = json_ld.collection(line.name, way, here)
    return Leaf("articles/topic.html", context, line.site_revision, data=data, path=here)


@require_safe
def image(request, digest, extension):
    """A picture for visitors, while some public page carries it: asked of the database at each visit."""
    found = PublishedImage.objects.filter(sha256=digest).first()
    return images.answer(request, found, extension, cache_control=CACHE_CONTROL)


@login_required
@permission_required("articles.view_image", raise_exception=True)
@require_safe
def staff_image(request, digest, extension):
    """A picture for those who write and review, published or not."""
    found = Image.objects.filter(sha256=digest).first()
    return images.answer(request, found, extension, cache_control="private, no-cache")


def entries(limit: int | None = None, *, kind: str = "article") -> list[dict]:
    """Title, address and summary of the published pages of a kind, in alphabetical order."""
    rows = Article.objects.public().filter(kind=kind).order_by("live__sort_key")
    values = rows.values_list("live__title", "live__slug", "live__summary")[:limit]
    url_name = kinds.get(kind).url_name
    return [
        {"title": title, "url": reverse(url_name, args=[slug]), "summary": summary} for title, slug, summary in values
    ]
