"""The finder's face: one page at one address, whole or, for htmx, the part of it that changed."""

from django.conf import settings
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.cache import patch_vary_headers
from django.views.decorators.http import require_safe

from articles.search.emergency import Help, look_for_help
from symptoms import finder, finder_forms, finder_lists, names
from symptoms.finder_forms import MOST, Asked
from symptoms.finder_lists import Listing

PARTS = {"finder": "symptoms/_finder.html", "finder-matches": "symptoms/_finder_matches.html"}


@require_safe
def find(request) -> HttpResponse:
    """Choose symptoms, read when to call for help, then the causes that signed pages name. Kept nowhere."""
    if not settings.FINDER:
        raise Http404
    asked, calls_for = finder_forms.read(request.GET), look_for_help(request.GET.get("q", ""))
    part = request.htmx.target if request.htmx else ""
    answer = _matches if part == "finder-matches" else _whole
    response = answer(request, asked, calls_for, part)
    patch_vary_headers(response, ["HX-Request", "HX-Target"])
    return response


def _matches(request, asked: Asked, calls_for: Help, part: str) -> HttpResponse:
    """What is typed so far may mean these symptoms; before them what to do, if it is an emergency."""
    context = {"asked": asked, "typing": True, "help": calls_for}
    return render(request, PARTS[part], context | _typed(asked, asked.slugs, calls_for))


def _whole(request, asked: Asked, calls_for: Help, part: str) -> HttpResponse:
    if request.GET.get("q") is not None and not (asked.typed or asked.malformed or asked.left_out):
        return redirect(asked.address())  # pressed with nothing typed: an address to share says no more than it must
    choice = finder.choose(list(asked.slugs))
    kept = asked.having(choice.slugs)
    typed = _typed(asked, kept.slugs, calls_for)
    if (meant := typed.get("meant")) and not calls_for.first:
        return redirect(meant)
    context = {"asked": asked, "kept": kept, "choice": choice, "most": MOST, "full": len(kept.slugs) >= MOST}
    context |= {"help": calls_for} | typed | _lists(asked, kept) | _results(asked, kept, choice)
    return render(request, PARTS.get(part, "symptoms/finder.html"), context)


def _typed(asked: Asked, slugs: tuple[str, ...], calls_for: Help) -> dict:
    """Whatever may be meant by what was typed; ``meant`` is the address with the one that surely is."""
    if not asked.typed or len(slugs) >= MOST:
        return {}
    found = names.matching(asked.typed, named_only=calls_for.first)
    kept = asked.having(slugs)
    exact = [match for match in found if match.exact]
    surely = exact if len(exact) == 1 else [match for match in found if match.whole and len(found) == 1]
    return {
        "matches": [{"match": match, "url": _with(kept, match.slug)} for match in found],
        "meant": _with(kept, surely[0].slug) or kept.address() if surely else "",
    }


def _with(kept: Asked, slug: str) -> str:
    """The address with one symptom more; empty where it is chosen already or there is no room."""
    if slug in kept.slugs or len(kept.slugs) >= MOST:
        return ""
    return kept.having([*kept.slugs, slug]).address()


def _lists(asked: Asked, kept: Asked) -> dict:
    """The body systems, and the symptoms of the one that is looked at."""
    systems = [*finder_lists.systems(), (finder_lists.ALL, "All symptoms, A to Z")]
    label = dict(systems).get(asked.system, "")
    found = finder_lists.listing(asked.system, asked.letter, asked.page) if label else None
    return {
        "systems": [
            {"label": text, "current": key == asked.system, "url": kept.address(system=key, letter="", page=1)}
            for key, text in systems
        ],
        "system_label": label,
        "listing": found and _listing(found, kept),
    }


def _listing(found: Listing, kept: Asked) -> dict:
    page, letter, system = found.page, found.letter, kept.system
    return {
        "symptoms": [{"title": title, "slug": slug, "url": _with(kept, slug)} for title, slug in page.object_list],
        "page": page,
        "letters": [
            {"key": key, "current": key == letter, "url": kept.address(system=system, letter=key, page=1)}
            for key in found.letters
        ],
        "previous": page.has_previous() and kept.address(letter=letter, page=page.number - 1),
        "next": page.has_next() and kept.address(letter=letter, page=page.number + 1),
        "close": kept.address(system="", letter="", page=1),
    }


def _results(asked: Asked, kept: Asked, choice: finder.Choice) -> dict:
    """When to call for help, and the causes in their order."""
    symptoms, today = choice.symptoms, timezone.localdate()
    if not symptoms:
        return {}
    both, watch = finder.alarms(symptoms)
    causes = finder.explanations(symptoms, asked.causes, [alarm.uuid for alarm in both + watch])
    return {
        "chosen": [
            {"symptom": symptom, "late": symptom.late(today), "without": _without(kept, symptom.slug)}
            for symptom in symptoms
        ],
        "calls": finder.calls(symptoms),
        "silent": [symptom for symptom in symptoms if not symptom.document.advice],
        "both": both,
        "watch": watch,
        "causes": causes,
        "before": causes.before and f"{kept.address(causes=causes.before)}#causes",
        "after": causes.after and f"{kept.address(causes=causes.after)}#causes",
        "causeless": [symptom for symptom in symptoms if not symptom.document.causes],
    }


def _without(kept: Asked, slug: str) -> str:
    return kept.having([other for other in kept.slugs if other != slug]).address()
