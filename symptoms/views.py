"""Public pages of symptoms and of causes."""

from django.conf import settings
from django.core.paginator import EmptyPage
from django.http import Http404
from django.shortcuts import redirect

from articles import crumbs, json_ld, pages
from articles import history as histories
from articles.models import Publication
from articles.shelf import Leaf, public_page
from symptoms import az, cause_pages
from symptoms import causes as named
from symptoms.finder_forms import Asked


@public_page
def symptom(request, slug):
    leaf = pages.leaf(kind="symptom", slug=slug, template="symptoms/symptom.html", url_name="symptoms:symptom")
    if isinstance(leaf, Leaf) and settings.FINDER:
        leaf.context["finder"] = Asked(slugs=(slug,)).address()
    return leaf


@public_page
def causes(request, slug, number=1):
    """The causes with what is said of each: on one page, or on several where a symptom names very many."""
    address = {"slug": slug, "url_name": "symptoms:causes"} | ({"number": number} if number > 1 else {})
    leaf = pages.leaf(kind="symptom", template="symptoms/causes.html", below="Causes", **address)
    if isinstance(leaf, Leaf) and leaf.status == 200:
        document = leaf.context["document"]
        try:
            shown = cause_pages.page(document, number)
        except EmptyPage as empty:
            raise Http404 from empty
        if not shown:
            raise Http404
        leaf.context["causes_page"] = shown
        leaf.context["causes_contents"] = [(f"causes-{place}", heading) for place, heading, _ in shown if heading]
        numbers = shown.paginator.page_range
        leaf.context["causes_urls"] = [(number, cause_pages.address(slug, number)) for number in numbers]
        leaf.context["page_urls"] = pages.around(shown, lambda number: cause_pages.address(slug, number))
    return leaf


@public_page
def history(request, slug, number=1):
    return histories.leaf(kind="symptom", slug=slug, number=number, url_name="symptoms:history")


@public_page
def version(request, slug, number):
    return histories.version(kind="symptom", slug=slug, number=number, url_name="symptoms:version")


@public_page
def cause(request, slug, number=1):
    """A cause has no text of its own: its name and address are those signed last, and it lists who names it."""
    row = named.at_address(slug)
    if row is None:
        now = named.moved_to(slug)
        if now is None:
            raise Http404
        return pages.led_on(named.address(now))
    try:
        page = named.named_by(row, number)
    except EmptyPage as empty:
        raise Http404 from empty
    way, here = crumbs.to(row.name, named.address(slug)), named.address(slug, number)
    context = {
        "name": row.name,
        "crumbs": way,
        "page": page,
        "entries": named.entries(page),
        "page_urls": pages.around(page, lambda number: named.address(slug, number)),
    }
    data = json_ld.collection(row.name, way, here)
    return Leaf("symptoms/cause.html", context, row.site_revision, data=data, path=here)


@public_page
def index(request):
    site_revision = Publication.objects.site_revision()
    letters = az.letters()
    total = sum(letter.count for letter in letters)
    groups = az.everything() if total <= az.ENTRIES_A_PAGE else []
    context = {"letters": letters, "groups": groups, "total": total}
    data = json_ld.collection("Symptoms A–Z", crumbs.to_list("symptom"))
    return Leaf("symptoms/index.html", context, site_revision, data=data)


@public_page
def letter(request, key, number=1):
    if key != key.lower():
        return redirect(request.path.lower(), permanent=True)
    site_revision = Publication.objects.site_revision()
    letters = az.letters()
    chosen = next((letter for letter in letters if letter.key == key), None)
    try:
        page = az.under(chosen, number) if chosen else None
    except EmptyPage:
        page = None
    if page is None:
        raise Http404
    groups = [(chosen.label, [az.entry(title, slug) for title, slug in page])] if page.object_list else []
    way = (*crumbs.to_list("symptom"), crumbs.Crumb(chosen.label, az.address(key)))
    context = {
        "letters": letters,
        "letter": chosen,
        "crumbs": way,
        "groups": groups,
        "page": page,
        "page_urls": pages.around(page, lambda number: az.address(key, number)),
    }
    here = az.address(key, number)
    data = json_ld.collection(f"Symptoms starting with {chosen.label}", way, here)
    return Leaf("symptoms/index.html", context, site_revision, data=data, path=here)
