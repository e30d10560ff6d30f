"""Many annual reviews given out at once: the facts of a plan, and the plan carried out, whole or not at all."""

import datetime as dt
from dataclasses import dataclass, field

from django.db import transaction
from django.db.models import Count
from django.utils import timezone

from articles import kinds, quality
from articles.actions import Refused
from articles.content import canonical, digest
from articles.models import Article
from reviews import actions, capacity, eligibility, planning
from reviews.models import MedicalReview, Reviewer, Standing

MOST = 500  # each is asked for by itself, all in one transaction: a minute, in which SQLite lets nobody else write
SENT_BACK = "It was sent back, and its editors have not asked for it again."
IN_REVIEW = "In review already."
UNDATED = "Never signed, or withdrawn: ask for it by itself, from its form."


class CannotPlan(Refused):
    """Something stands in the way of the whole plan; nothing was done."""


@dataclass(frozen=True)
class Proposal:
    """A plan with what it was made from. ``seen`` tells whether any of that has changed since."""

    plan: planning.Plan
    pages: dict[int, Standing]
    titles: dict[int, str]
    readers: dict[int, Reviewer]
    facts: dict[int, planning.Reader]
    left_out: tuple[tuple[int, str], ...]
    more: int
    seen: dict[str, str] = field(default_factory=dict)


def propose(pages, today: dt.date) -> Proposal:
    """A plan for those of the pages that fall due first, in a number of queries that does not grow with them."""
    dated = Standing.objects.filter(article__in=pages.values("pk")).order_by("next_due", "article")
    due = {row.article_id: row for row in dated[:MOST]}
    more = dated.count() - len(due)
    left_out = [
        (key, IN_REVIEW)
        for key in MedicalReview.objects.waiting().filter(article__in=list(due)).values_list("article", flat=True)
    ]
    back = MedicalReview.objects.sent_back().filter(article__in=list(due))
    left_out += [(key, SENT_BACK) for key in back.values_list("article", flat=True)]
    left_out += _blocked([key for key in due if key not in dict(left_out)])
    undated = pages.exclude(pk__in=Standing.objects.values("article")).order_by("sort_key", "pk")
    left_out += [(key, UNDATED) for key in undated.values_list("pk", flat=True)[:MOST]]
    kept = {key: row for key, row in due.items() if key not in dict(left_out)}
    reviewers = {row.pk: row for row in eligibility.fit_to_sign().select_related("user")}
    wanted = _pages(kept, reviewers)
    readers = _readers(reviewers, max((page.due for page in wanted), default=today), today)
    titles = dict(Article.objects.filter(pk__in=[*due, *dict(left_out)]).values_list("pk", "title"))
    return Proposal(
        plan=planning.plan(wanted, readers, today),
        pages=kept,
        titles=titles,
        readers=reviewers,
        facts={reader.key: reader for reader in readers},
        left_out=tuple(left_out),
        more=more,
        seen={
            "day": today.isoformat(),
            "pages": _print(sorted((page.key, page.due.isoformat(), sorted(page.topics)) for page in wanted)),
            "words": _print(sorted((page.key, sorted(page.barred)) for page in wanted)),
            "readers": _print([[r.key, r.load, r.specialty, *r.days] for r in readers]),
        },
    )


def _blocked(keys: list[int]) -> list[tuple[int, str]]:
    """Pages that a check blocks, each with the first thing that it found.

    Those that stand as they were signed are among them, since a check may be younger than a signature: one such page
    would stop the whole plan.
    """
    found = []
    for kind in kinds.every():
        pages = kind.load(kind.model.objects.filter(pk__in=keys, kind=kind.name))
        for page in pages.select_related("writer", "notice").prefetch_related("topics"):
            problem = next(iter(quality.blocking(page, kind.compose(page))), None)
            if problem:
                found.append((page.pk, f"A check blocks it: {problem.message}"))
    return found


def _pages(kept: dict[int, Standing], reviewers: dict[int, Reviewer]) -> list[planning.Page]:
    barred, by_user = eligibility.barred_by_page(list(kept)), {row.user_id: row.pk for row in reviewers.values()}
    topics: dict[int, list[str]] = {}
    filed = Article.topics.through.objects.filter(article__in=list(kept))
    for key, name in filed.values_list("article", "topic__name"):
        topics.setdefault(key, []).append(name)
    return [
        planning.Page(
            key=key,
            due=row.next_due,
            topics=tuple(sorted(topics.get(key, ()))),
            barred=frozenset(by_user[user] for user in barred.get(key, ()) if user in by_user),
        )
        for key, row in kept.items()
    ]


def _readers(reviewers: dict[int, Reviewer], last: dt.date, today: dt.date) -> list[planning.Reader]:
    weeks = planning.weeks_until(last, today)
    away = capacity.absences(today, today + dt.timedelta(weeks=weeks))
    waiting = MedicalReview.objects.waiting().filter(reviewer__isnull=False).order_by()
    load = dict(waiting.values_list("reviewer").annotate(Count("pk")))
    return [
        planning.Reader(
            key=key,
            days=capacity.days_of_weeks(today, weeks, licence_expires=row.licence_expires, away=away.get(key, ())),
            specialty=row.specialty,
            load=load.get(key, 0),
        )
        for key, row in sorted(reviewers.items())
    ]


def _print(facts: list) -> str:
    return digest(canonical({"facts": facts}))


CHANGED = {
    "day": "a day has passed",
    "pages": "other pages fall due, or some of these were signed, withdrawn, filed elsewhere or asked for",
    "words": "somebody wrote in one of these pages",
    "readers": "a reviewer came, left, took or decided a review, is away on other days, or has another licence",
}


@transaction.atomic
def carry_out(pages, *, seen: dict[str, str], by) -> list[MedicalReview]:
    """Open the reviews of the plan that was shown. Raises CannotPlan, and does nothing, where it would differ now."""
    proposal = propose(pages, timezone.localdate())
    changed = [why for name, why in CHANGED.items() if proposal.seen[name] != seen.get(name)]
    if changed:
        raise CannotPlan(f"Nothing was done: since this plan was made, {' and '.join(changed)}. Here is a new plan.")
    if not proposal.plan.slots:
        raise CannotPlan("There is nothing to give out.")
    keys = [slot.page for slot in proposal.plan.slots]
    # Held in one order, so that two plans take turns.
    list(Article.objects.select_for_update().filter(pk__in=keys).order_by("pk").values_list("pk"))
    articles = Article.objects.in_bulk(keys)
    return [_ask(articles[slot.page], slot, proposal, by) for slot in proposal.plan.slots]


def _ask(page: Article, slot: planning.Slot, proposal: Proposal, by) -> MedicalReview:
    reviewer, standing = proposal.readers[slot.reader], proposal.pages[page.pk]
    trigger = MedicalReview.Trigger.FIRST if standing.recorded else MedicalReview.Trigger.ANNUAL
    try:
        return actions.request_review(
            page, by=by, trigger=trigger, reviewer=reviewer, note=note(slot.week, standing.next_due)
        )
    except Refused as refusal:
        raise CannotPlan(f"Nothing was done, because of “{page.title}”. {refusal}") from refusal


def note(week: dt.date, due: dt.date) -> str:
    """What a reviewer is told: the week, and the day where that comes before the week is over."""
    if due < timezone.localdate():
        late = f" It is overdue since {due:%-d %B}."
    else:
        late = f" Its review is due on {due:%-d %B}." if due < week + dt.timedelta(days=7) else ""
    return f"Please read it in the week of {week:%-d %B}.{late}"
