"""Public pages of reviewers."""

from functools import partial

from django.core.paginator import EmptyPage
from django.http import Http404, HttpRequest

from articles.public import breadcrumbs, json_ld, pages
from articles.public.page_cache import PublicPage, public_page
from reviews.public import reviewer_profile


@public_page(cached=False)
def reviewer(request: HttpRequest, slug: str, number: int = 1) -> PublicPage:
    found = reviewer_profile.get_reviewer(slug)
    if found is None:
        raise Http404
    person, actor = found
    try:
        page = reviewer_profile.get_signatures(person, number)
    except EmptyPage as empty:
        raise Http404 from empty
    first_url = reviewer_profile.get_url(slug)
    url = reviewer_profile.get_url(slug, number)
    trail = breadcrumbs.build_trail(actor.name, first_url)
    context = {
        "actor": actor,
        "breadcrumbs": trail,
        "biography": person.biography.strip(),
        "disclosures": person.disclosures.strip(),
        "page": page,
        "entries": [reviewer_profile.build_entry(signature) for signature in page],
        "page_urls": pages.get_adjacent_urls(page, partial(reviewer_profile.get_url, slug)),
    }
    data = json_ld.build_profile_graph(actor.to_person(), trail, url)
    return PublicPage("reviews/reviewer.html", context, site_revision=0, data=data, path=url)
