"""Public pages about the site itself: a list of them, and each one as it was signed."""

from articles import crumbs, json_ld, pages
from articles import history as histories
from articles.models import Publication
from articles.shelf import Leaf, public_page
from articles.views import entries


@public_page
def index(request):
    site_revision = Publication.objects.site_revision()
    data = json_ld.collection("About this site", crumbs.to_list("about"))
    return Leaf("articles/about_index.html", {"entries": entries(kind="about")}, site_revision, data=data)


@public_page
def page(request, slug):
    return pages.leaf(kind="about", slug=slug, template="articles/about.html", url_name="about:page")


@public_page
def history(request, slug, number=1):
    return histories.leaf(kind="about", slug=slug, number=number, url_name="about:history")


@public_page
def version(request, slug, number):
    return histories.version(kind="about", slug=slug, number=number, url_name="about:version")
