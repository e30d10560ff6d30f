"""Public pages of reviewers."""

from functools import partial

from django.core.paginator import EmptyPage
from django.http import Http404, HttpRequest

from articles.public import json_ld, pages
from articles.public.breadcrumbs import Breadcrumb
from articles.public.page_cache import PublicPage, public_page
from reviews.public import reviewer_profile


@public_page
def reviewer_list(request: HttpRequest, number: int = 1) -> PublicPage:
    """The clinicians whose signature is on a public page."""
    try:
        page = reviewer_profile.get_reviewers_page(number)
    except EmptyPage as empty:
        raise Http404 from empty
    trail = reviewer_profile.build_list_trail()
    path = reviewer_profile.get_list_url(number)
    context = {
        "breadcrumbs": trail,
        "page": page,
        "reviewers": reviewer_profile.build_reviewer_entries(page),
        "page_urls": pages.get_adjacent_urls(page, reviewer_profile.get_list_url),
    }
    data = json_ld.build_collection_graph("Reviewers", trail, path)
    return PublicPage("reviews/reviewers.html", context, data=data, path=path)


@public_page
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
    trail = (*reviewer_profile.build_list_trail(), Breadcrumb(actor.name, first_url))
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
    return PublicPage("reviews/reviewer.html", context, data=data, path=url)
