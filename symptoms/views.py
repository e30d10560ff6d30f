"""Public pages of symptoms."""

from django.core.paginator import EmptyPage
from django.http import Http404
from django.shortcuts import redirect
from django.urls import reverse

from articles import pages
from articles.models import Publication
from articles.shelf import Leaf, public_page
from symptoms import az


@public_page
def symptom(request, slug):
    return pages.leaf(kind="symptom", slug=slug, template="symptoms/symptom.html", url_name="symptoms:symptom")


@public_page
def causes(request, slug):
    leaf = pages.leaf(kind="symptom", slug=slug, template="symptoms/causes.html", url_name="symptoms:causes")
    if isinstance(leaf, Leaf) and leaf.status == 200 and not leaf.context["document"].causes:
        raise Http404
    return leaf


@public_page
def index(request):
    site_revision = Publication.objects.site_revision()
    letters = az.letters()
    total = sum(letter.count for letter in letters)
    groups = az.everything() if total <= az.ENTRIES_A_PAGE else []
    return Leaf("symptoms/index.html", {"letters": letters, "groups": groups, "total": total}, site_revision)


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
    context = {
        "letters": letters,
        "letter": chosen,
        "groups": groups,
        "page": page,
        "page_urls": _around(key, page),
    }
    return Leaf("symptoms/index.html", context, site_revision)


def _around(key, page) -> dict:
    def url(number):
        return reverse("symptoms:letter", args=[key] if number == 1 else [key, number])

    return {
        "previous": url(page.previous_page_number()) if page.has_previous() else None,
        "next": url(page.next_page_number()) if page.has_next() else None,
    }
