"""What the dialog for a link asks: pages of the site by title, and whether an address is valid."""

from django.db.models import Case, Exists, OuterRef, Q, Value, When
from django.http import JsonResponse

from articles.admin.composition import READ_ONLY, AdminView
from articles.admin.request_validation import MAX_SEARCH_LENGTH
from articles.content import kinds
from articles.links.addresses import MAX_LENGTH, InvalidLink, LinkKind, parse_address
from articles.links.pages import (
    STATE_LABELS,
    PageState,
    find_pages_of_links,
    get_present_href,
)
from articles.links.validation import NO_SUCH_PAGE
from articles.models import Article, PublicationEvent
from articles.names import fold

MAX_CHOICES = 20
MAX_WORDS = 8


def answer_link_dialog(page_admin, request):
    """JSON: the address ``href`` as it is stored, or its fault; else the pages found by ``q``."""
    if "href" in request.GET:
        return JsonResponse(_check_href(request.GET["href"][: MAX_LENGTH + 1]))
    return JsonResponse({"pages": _find_pages(request.user, request.GET.get("q", ""))})


def _check_href(href: str) -> dict[str, str]:
    try:
        address = parse_address(href)
    except InvalidLink as fault:
        return {"fault": f"The address {fault}"}
    stored = address.href
    if address.kind == LinkKind.PAGE:
        pages = find_pages_of_links([stored])
        if stored in pages:
            page = pages[stored]
            if page is None:
                return {"fault": f"The address {NO_SUCH_PAGE}"}
            return {
                "href": get_present_href(stored, page),
                "title": page.title,
                "state": STATE_LABELS[page.state],
            }
    return {"href": stored}


def _find_pages(user, text: str) -> list[dict[str, str]]:
    """The likeliest pages for a text, public or not, of the kinds that a user may see."""
    typed = fold(text[:MAX_SEARCH_LENGTH])
    words = typed.split()[:MAX_WORDS]
    if not words:
        return []
    pages = Article.objects.linkable().filter(kind__in=_list_visible_kinds(user))
    for word in words:
        pages = pages.filter(Q(sort_key__contains=word) | Q(slug__contains=word))
    rank = Case(
        When(sort_key=typed, then=Value(0)),
        When(sort_key__startswith=typed, then=Value(1)),
        When(sort_key__contains=f" {typed}", then=Value(2)),
        default=Value(3),
    )
    ordered = pages.order_by(rank, "sort_key", "pk")
    keys = list(ordered.values_list("pk", flat=True)[:MAX_CHOICES])
    logged = Exists(PublicationEvent.objects.filter(article=OuterRef("pk")))
    rows = Article.objects.filter(pk__in=keys).annotate(is_logged=logged)
    values = rows.values_list("pk", "title", "kind", "slug", "live", "is_logged")
    choices = {row[0]: _build_choice(*row[1:]) for row in values}
    return [choices[key] for key in keys if key in choices]


def _list_visible_kinds(user) -> list[str]:
    names = []
    for kind in kinds.get_all():
        options = kind.model._meta
        if user.has_perm(f"{options.app_label}.view_{options.model_name}"):
            names.append(kind.name)
    return names


def _build_choice(title: str, kind: str, slug: str, live, is_logged: bool) -> dict[str, str]:
    state = PageState.DRAFT
    if live is not None:
        state = PageState.PUBLIC
    elif is_logged:
        state = PageState.WITHDRAWN
    return {
        "title": title,
        "kind": kinds.get_label(kind),
        "state": STATE_LABELS[state],
        "href": kinds.get_path(kind, slug),
    }


LINK_VIEW = AdminView("links", answer_link_dialog, "change", READ_ONLY)
