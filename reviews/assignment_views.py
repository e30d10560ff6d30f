"""The plan of who reads what in which week: shown, then carried out whole."""

import datetime as dt
from itertools import groupby

from django.contrib import messages
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from articles.actions import Refused
from reviews import assignment
from reviews.radar import Sieve
from reviews.radar_views import for_managing_editors, link, read_sieve

SPAN = dt.timedelta(days=90)


@for_managing_editors
@require_http_methods(["GET", "HEAD", "POST"])
def plan(request):
    """Without a filter the plan is for what falls due in the next 90 days."""
    sieve, topics, _ = read_sieve(request)
    today = timezone.localdate()
    wanted = sieve if sieve.address() else Sieve(until=today + SPAN)
    pages = wanted.pages(today)
    refused = ""
    if request.method == "POST":
        seen = {name: request.POST.get(f"seen_{name}", "") for name in assignment.CHANGED}
        try:
            opened = assignment.carry_out(pages, seen=seen, by=request.user)
        except Refused as refusal:
            refused = str(refusal)
        else:
            many = "1 review is" if len(opened) == 1 else f"{len(opened)} reviews are"
            messages.success(request, f"{many} open, each with its reviewer and its week.")
            return redirect(f"{reverse('reviews:radar')}{link({'state': 'waiting'}, 'pages')}")
    proposal = assignment.propose(pages, today)
    context = {
        "sieve": sieve,
        "slips": sieve.slips,
        "until": wanted.until,
        "topics": topics,
        "refused": refused,
        "proposal": proposal,
        "totals": _totals(proposal),
        "weeks": _weeks(proposal),
        "not_placed": _not_placed(proposal),
        "back": f"{reverse('reviews:radar')}{link(sieve.address(), 'pages')}",
    }
    return render(request, "reviews/plan.html", context, status=409 if refused else 200)


def _totals(proposal: assignment.Proposal) -> list[dict]:
    """What each reviewer gets, beside what they have and the weeks they are there."""
    planned: dict[int, int] = {}
    for slot in proposal.plan.slots:
        planned[slot.reader] = planned.get(slot.reader, 0) + 1
    found = []
    for key, reviewer in proposal.readers.items():
        reader, count = proposal.facts[key], planned.get(key, 0)
        weekly = f"{(reader.load + count) / reader.weeks:.1f}" if reader.weeks else "—"
        found.append(
            {
                "reviewer": reviewer,
                "open": reader.load,
                "planned": count,
                "weeks": f"{reader.weeks:g}",
                "a_week": weekly,
            }
        )
    return found


def _weeks(proposal: assignment.Proposal) -> list[dict]:
    """The plan by week, then by reviewer."""
    found = []
    for week, slots in groupby(proposal.plan.slots, key=lambda slot: slot.week):
        readers = [
            {
                "reviewer": proposal.readers[reader],
                "pages": [(proposal.titles[slot.page], proposal.pages[slot.page].next_due) for slot in given],
            }
            for reader, given in groupby(slots, key=lambda slot: slot.reader)
        ]
        found.append({"week": week, "readers": readers, "count": sum(len(row["pages"]) for row in readers)})
    return found


def _not_placed(proposal: assignment.Proposal) -> list[tuple[str, list[str]]]:
    """Why some pages are not in the plan, and which."""
    reasons: dict[str, list[str]] = {}
    for key, why in [*proposal.plan.unplaced, *proposal.left_out]:
        reasons.setdefault(why, []).append(proposal.titles[key])
    return list(reasons.items())
