"""Public pages about the site itself: a list of them, and each one as it was signed."""

from django.http import HttpRequest, HttpResponse

from articles.models import PublicationEvent
from articles.public import breadcrumbs, json_ld, pages
from articles.public import history as histories
from articles.public.page_cache import PublicPage, public_page
from articles.public.views import list_entries


@public_page
def index(request: HttpRequest) -> PublicPage:
    site_revision = PublicationEvent.objects.site_revision()
    data = json_ld.build_collection_graph("About this site", breadcrumbs.build_list_trail("about"))
    return PublicPage(
        "articles/about_index.html",
        {"entries": list_entries(kind="about")},
        site_revision,
        data=data,
    )


@public_page
def page(request: HttpRequest, slug: str) -> PublicPage | HttpResponse:
    return pages.get_public_page(
        kind="about", slug=slug, template="articles/about.html", url_name="about:page"
    )


@public_page
def history(request: HttpRequest, slug: str, number: int = 1) -> PublicPage | HttpResponse:
    return histories.get_history_page(
        kind="about", slug=slug, number=number, url_name="about:history"
    )


@public_page
def version(request: HttpRequest, slug: str, number: int) -> PublicPage | HttpResponse:
    return histories.get_version_page(
        kind="about", slug=slug, number=number, url_name="about:version"
    )
