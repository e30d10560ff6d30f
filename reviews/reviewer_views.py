"""Public pages of reviewers."""

from django.core.paginator import EmptyPage
from django.http import Http404

from articles import crumbs, json_ld, pages
from articles.shelf import Leaf, public_page
from reviews import profile


@public_page(shelved=False)
def reviewer(request, slug, number=1):
    found = profile.at_address(slug)
    if found is None:
        raise Http404
    person, actor = found
    try:
        page = profile.signed_by(person, number)
    except EmptyPage as empty:
        raise Http404 from empty
    way, here = crumbs.to(actor.name, profile.address(slug)), profile.address(slug, number)
    context = {
        "actor": actor,
        "crumbs": way,
        "biography": person.biography.strip(),
        "disclosures": person.disclosures.strip(),
        "page": page,
        "entries": [profile.entry(signature) for signature in page],
        "page_urls": pages.around(page, lambda number: profile.address(slug, number)),
    }
    data = json_ld.profile(actor.as_printed(), way, here)
    return Leaf("reviews/reviewer.html", context, site_revision=0, data=data, path=here)
