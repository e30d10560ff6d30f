"""Public pages of symptoms and of causes."""

from django.conf import settings
from django.core.paginator import EmptyPage
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect

from articles.page_store import subjects
from articles.public import breadcrumbs, json_ld, pages
from articles.public.page_cache import PublicPage, public_page
from symptoms.content import cause_pages
from symptoms.content.document import SymptomDocument
from symptoms.finder.forms import FinderQuery
from symptoms.projections import causes as published_causes
from symptoms.public import az_index, cause_index, cause_page


@public_page
def symptom(request: HttpRequest, slug: str) -> PublicPage | HttpResponse:
    page = pages.get_public_page(kind="symptom", slug=slug)
    if isinstance(page, PublicPage) and settings.FINDER:
        page.context["finder"] = FinderQuery(slugs=(slug,)).get_url()
    return page


@public_page
def causes(request: HttpRequest, slug: str, number: int | None = None) -> PublicPage | HttpResponse:
    """The causes with what the page says of each; on several pages if there are very many."""
    is_repeated = number == 1  # the first page has an address without a number
    number = 1 if number is None else number
    page = pages.get_public_page(
        kind="symptom",
        slug=slug,
        template="symptoms/causes.html",
        section="Causes",
        subpath=f"causes/{number}/" if number > 1 else "causes/",
        number=number,
    )
    if isinstance(page, PublicPage) and page.status == 200:
        if is_repeated:
            return pages.redirect_permanently(cause_pages.get_url(slug))
        page.context.update(_build_causes_context(page.context["document"], slug, number))
    return page


def _build_causes_context(document: SymptomDocument, slug: str, number: int) -> dict:
    """One page of the causes. Raises Http404 if there is none of this number, or no cause."""
    try:
        causes_page = cause_pages.get_page(document, number)
    except EmptyPage as empty:
        raise Http404 from empty
    if not causes_page:
        raise Http404

    def get_url(number: int) -> str:
        return cause_pages.get_url(slug, number)

    contents: list[tuple[str, str]] = []
    for place, heading, _causes in causes_page:
        if heading:
            contents.append((f"causes-{place}", heading))
    return {
        "causes_page": causes_page,
        "causes_contents": contents,
        "causes_urls": [(number, get_url(number)) for number in causes_page.paginator.page_range],
        "page_urls": pages.get_adjacent_urls(causes_page, get_url),
    }


@public_page
def cause(request: HttpRequest, slug: str, number: int | None = None) -> PublicPage | HttpResponse:
    """A cause: its name and address are those signed last, its words those of signed pages."""
    found = published_causes.get_by_slug(slug)
    if found is None:
        current_slug = published_causes.get_current_slug(slug)
        if current_slug is None:
            raise Http404
        return pages.redirect_permanently(published_causes.get_url(current_slug))
    if number == 1:
        return pages.redirect_permanently(published_causes.get_url(slug))
    try:
        return cause_page.build_page(found, 1 if number is None else number)
    except EmptyPage as empty:
        raise Http404 from empty


@public_page
def cause_list(request: HttpRequest) -> PublicPage:
    """All public causes, or their letters where they are too many for one page."""
    letters = cause_index.get_letters()
    total = sum(letter.count for letter in letters)
    subjects.name(subjects.page_list("cause"))  # how many there are
    groups = []
    if total <= cause_index.ENTRIES_PER_PAGE:
        groups = cause_index.group_by_letter()
    context = {"letters": letters, "groups": groups, "total": total}
    data = json_ld.build_collection_graph("Causes A–Z", cause_page.LIST_TRAIL)
    return PublicPage("symptoms/cause_index.html", context, data=data)


@public_page
def cause_letter(
    request: HttpRequest, key: str, number: int | None = None
) -> PublicPage | HttpResponse:
    """The public causes under one letter."""
    if key != key.lower() or number == 1:
        return pages.redirect_permanently(cause_index.get_url(key.lower(), number or 1))
    letters = {letter.key: letter for letter in cause_index.get_letters()}
    if key not in letters:
        raise Http404
    chosen = letters[key]
    try:
        page = cause_index.get_letter_page(chosen, 1 if number is None else number)
    except EmptyPage as empty:
        raise Http404 from empty

    def get_url(number: int) -> str:
        return cause_index.get_url(key, number)

    entries = [cause_index.build_entry(name, slug) for name, slug in page]
    trail = (*cause_page.LIST_TRAIL, breadcrumbs.Breadcrumb(chosen.label, get_url(1)))
    path = get_url(page.number)
    context = {
        "letters": list(letters.values()),
        "letter": chosen,
        "breadcrumbs": trail,
        "groups": [(chosen.label, entries)] if entries else [],
        "page": page,
        "page_urls": pages.get_adjacent_urls(page, get_url),
    }
    data = json_ld.build_collection_graph(f"Causes starting with {chosen.label}", trail, path)
    return PublicPage("symptoms/cause_index.html", context, data=data, path=path)


@public_page
def index(request: HttpRequest) -> PublicPage:
    letters = az_index.get_letters()
    subjects.name(subjects.page_list("symptom"))  # how many there are
    groups = []
    if sum(letter.count for letter in letters) <= az_index.ENTRIES_PER_PAGE:
        groups = az_index.group_by_letter()
    context = {
        "letters": letters,
        "groups": groups,
        "total": sum(letter.symptoms for letter in letters),
    }
    data = json_ld.build_collection_graph("Symptoms A–Z", breadcrumbs.build_list_trail("symptom"))
    return PublicPage("symptoms/index.html", context, data=data)


@public_page
def letter(request: HttpRequest, key: str, number: int = 1) -> PublicPage | HttpResponse:
    if key != key.lower():
        return redirect(request.path.lower(), permanent=True)
    letters = {letter.key: letter for letter in az_index.get_letters()}
    if key not in letters:
        raise Http404
    chosen = letters[key]
    try:
        page = az_index.get_letter_page(chosen, number)
    except EmptyPage as empty:
        raise Http404 from empty

    def get_url(number: int) -> str:
        return az_index.get_url(key, number)

    entries = az_index.build_entries(page)
    trail = (
        *breadcrumbs.build_list_trail("symptom"),
        breadcrumbs.Breadcrumb(chosen.label, get_url(1)),
    )
    path = get_url(number)
    context = {
        "letters": list(letters.values()),
        "letter": chosen,
        "breadcrumbs": trail,
        "groups": [(chosen.label, entries)] if entries else [],
        "page": page,
        "page_urls": pages.get_adjacent_urls(page, get_url),
    }
    data = json_ld.build_collection_graph(f"Symptoms starting with {chosen.label}", trail, path)
    return PublicPage("symptoms/index.html", context, data=data, path=path)
