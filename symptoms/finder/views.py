"""The finder's one page: whole or, for htmx, the part of it that changed."""

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.cache import patch_vary_headers
from django_htmx.middleware import HtmxDetails

from articles.links.display import find_link_changes
from articles.page_store.replica import reads_replica
from articles.public.footer import footer_links
from articles.public.safe_only import safe_only
from articles.search.help_box import HelpBox, build_help_box, build_typed_box
from symptoms.finder import care_cards, forms, listings, name_lookup, ranking
from symptoms.finder.forms import MAX_SYMPTOMS, FinderQuery
from symptoms.finder.listings import SymptomListing
from symptoms.finder.name_lookup import SymptomMatch
from symptoms.finder.selection import ChosenSymptom, SymptomSelection, load_selection

PARTIALS = {"finder": "symptoms/_finder.html", "finder-matches": "symptoms/_finder_matches.html"}


class HtmxRequest(HttpRequest):
    """A request after the middleware of django-htmx."""

    htmx: HtmxDetails


@safe_only
@reads_replica
def find(request: HtmxRequest) -> HttpResponse:
    """Choose symptoms, read when to call for help, then the causes that signed pages name.

    Nothing of the request is stored.
    """
    if not settings.FINDER:
        raise Http404
    query = forms.parse_query(request.GET)
    target = request.htmx.target or "" if request.htmx else ""
    build_box = build_typed_box if target == "finder-matches" else build_help_box
    emergency_help = build_box(request.GET.get("q", ""))
    if target == "finder-matches":
        response = _render_matches(request, query, emergency_help, target)
    else:
        response = _render_finder(request, query, emergency_help, target)
    patch_vary_headers(response, ["HX-Request", "HX-Target"])
    return response


def _render_matches(
    request: HttpRequest, query: FinderQuery, emergency_help: HelpBox, target: str
) -> HttpResponse:
    """What the text typed so far may mean; before it what to do, if it is an emergency."""
    context = {"query": query, "typing": True, "help": emergency_help}
    context |= _match_text(query, query.slugs, emergency_help)
    return render(request, PARTIALS[target], context)


def _render_finder(
    request: HttpRequest, query: FinderQuery, emergency_help: HelpBox, target: str
) -> HttpResponse:
    submitted = request.GET.get("q") is not None
    if submitted and not (query.typed or query.malformed or query.left_out):
        # The form was sent with nothing typed: the address gets no needless parameters.
        return redirect(query.get_url())
    choice = load_selection(list(query.slugs))
    chosen = query.with_symptoms(choice.slugs)
    matched = _match_text(query, chosen.slugs, emergency_help)
    meant = matched.get("meant")
    if meant and not emergency_help.in_danger:
        return redirect(meant)
    context = {
        "query": query,
        "selection": chosen,
        "choice": choice,
        "max_symptoms": MAX_SYMPTOMS,
        "full": len(chosen.slugs) >= MAX_SYMPTOMS,
        "help": emergency_help,
        "footer_links": footer_links.get_last(),
    }
    context |= matched
    context |= _build_lists(query, chosen)
    context |= _build_results(query, chosen, choice)
    return render(request, PARTIALS.get(target, "symptoms/finder.html"), context)


def _match_text(query: FinderQuery, slugs: tuple[str, ...], emergency_help: HelpBox) -> dict:
    """What may be meant by the typed text; ``meant`` is the address that adds it, if it is sure."""
    if not query.typed or len(slugs) >= MAX_SYMPTOMS or emergency_help.hides_pages:
        return {}
    found = name_lookup.find_matches(query.typed, named_only=emergency_help.in_danger)
    selection = query.with_symptoms(slugs)
    matches: list[dict] = []
    for match in found:
        matches.append({"match": match, "url": _get_url_with(selection, match.slug)})
    meant = ""
    sure = _select_sure_match(found)
    if sure:
        meant = _get_url_with(selection, sure.slug) or selection.get_url()
    return {"matches": matches, "meant": meant}


def _select_sure_match(found: list[SymptomMatch]) -> SymptomMatch | None:
    """The one that is surely meant: the only exact match, or the only match with all words."""
    exact = [match for match in found if match.exact]
    if len(exact) == 1:
        return exact[0]
    if len(found) == 1 and found[0].has_all_words:
        return found[0]
    return None


def _get_url_with(selection: FinderQuery, slug: str) -> str:
    """The address with one symptom more; empty if it is chosen already or no more can be chosen."""
    if slug in selection.slugs or len(selection.slugs) >= MAX_SYMPTOMS:
        return ""
    return selection.with_symptoms([*selection.slugs, slug]).get_url()


def _get_url_without(selection: FinderQuery, slug: str) -> str:
    others = [other for other in selection.slugs if other != slug]
    return selection.with_symptoms(others).get_url()


def _build_lists(query: FinderQuery, selection: FinderQuery) -> dict:
    """The body systems, and the symptoms of the open one."""
    label = ""
    systems: list[dict] = []
    for key, text in [*listings.get_body_systems(), (listings.ALL, "All symptoms, A to Z")]:
        current = key == query.system
        if current:
            label = text
        url = selection.get_url(system=key, letter="", page=1)
        systems.append({"label": text, "current": current, "url": url})
    listing = None
    if label:
        listing = listings.get_listing(query.system, query.letter, query.page)
    return {
        "systems": systems,
        "system_label": label,
        "listing": listing and _build_listing_context(listing, selection),
    }


def _build_listing_context(listing: SymptomListing, selection: FinderQuery) -> dict:
    page = listing.page
    symptoms: list[dict] = []
    for title, slug in page.object_list:
        symptoms.append({"title": title, "slug": slug, "url": _get_url_with(selection, slug)})
    letters: list[dict] = []
    for key in listing.letters:
        url = selection.get_url(letter=key, page=1)
        letters.append({"key": key, "current": key == listing.letter, "url": url})
    context = {
        "symptoms": symptoms,
        "page": page,
        "letters": letters,
        "close": selection.get_url(system="", letter="", page=1),
    }
    if page.has_previous():
        context["previous"] = selection.get_url(letter=listing.letter, page=page.number - 1)
    if page.has_next():
        context["next"] = selection.get_url(letter=listing.letter, page=page.number + 1)
    return context


def _build_results(query: FinderQuery, selection: FinderQuery, choice: SymptomSelection) -> dict:
    """The care cards, gravest first, and the causes in their order."""
    symptoms = choice.symptoms
    if not symptoms:
        return {}
    cards = care_cards.merge_cards(symptoms)
    others = care_cards.list_other_emergencies(cards)
    causes = ranking.get_cause_ranking(symptoms, query.causes, others)
    return {
        "chosen": _build_chosen(symptoms, selection),
        "link_changes": find_link_changes(care_cards.list_texts(cards)),
        "cards": cards,
        "shows_crisis_line": any(symptom.document.shows_crisis_line for symptom in symptoms),
        "without_advice": [symptom for symptom in symptoms if not symptom.document.advice],
        "causes": causes,
        "first": _get_causes_url(selection, 1),
        "before": _get_causes_url(selection, causes.previous_number),
        "after": _get_causes_url(selection, causes.next_number),
        "without_causes": [symptom for symptom in symptoms if not symptom.document.causes],
    }


def _build_chosen(symptoms: list[ChosenSymptom], selection: FinderQuery) -> list[dict]:
    """The chosen symptoms, each with how late its review is and the address without it."""
    today = timezone.localdate()
    chosen: list[dict] = []
    for symptom in symptoms:
        lateness = symptom.get_lateness(today)
        without = _get_url_without(selection, symptom.slug)
        chosen.append({"symptom": symptom, "late": lateness, "without": without})
    return chosen


def _get_causes_url(selection: FinderQuery, number: int | None) -> str:
    """The address of one page of the causes; empty if there is no such page."""
    if number is None:
        return ""
    return f"{selection.get_url(causes=number)}#causes"
