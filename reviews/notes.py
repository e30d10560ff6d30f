"""What is worth a mail today: who is to be told what, whether or not they were told before.

A new kind of mail is one more function in ``SOURCES``, with its ``Mail.Kind`` and a line in ``letters.WHY``.
"""

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from django.conf import settings
from django.contrib.auth import get_user_model
from django.db.models import Exists, F, OuterRef, Subquery
from django.urls import reverse
from django.utils import timezone

from articles import kinds
from articles.models import Article, Publication
from reviews.eligibility import pages_with_own_words
from reviews.models import Comment, Mail, MedicalReview, Reviewer, Standing

MODEL_BACKEND = "django.contrib.auth.backends.ModelBackend"
BEFORE_DUE, BEFORE_LAPSE, AFTER_LAPSE = (-30, -7), (-60, -14), 1  # days
DECIDED_FOR = dt.timedelta(days=30)  # what was decided longer ago is no news


@dataclass(frozen=True)
class Line:
    """One line of a mail, under a heading; ``path`` leads to the task."""

    heading: str
    title: str
    said: str
    path: str = ""


@dataclass(frozen=True)
class Note:
    """One thing to tell one person. ``alone`` is the mail's subject where it is all there is to tell."""

    user: object
    kind: str
    subject: str
    stage: int
    alone: str
    lines: tuple[Line, ...]


class People:
    """Who there is on a day: reviewers, those of them who can sign, and managing editors."""

    def __init__(self, today: dt.date):
        self.today = today
        self.reviewers = list(Reviewer.objects.select_related("user"))
        signers = set(self._with("reviews.sign_review").values_list("pk", flat=True))
        self.signing = [one for one in self.reviewers if one.user_id in signers]
        self.able = {one.pk: one for one in self.signing if not one.why_not(today)}
        # Told nothing, but not passed over in silence: the run says that their account is closed.
        self.named = self.able | {one.pk: one for one in self.reviewers if not one.user.is_active}
        self.managing = list(self._with("articles.withdraw_article"))

    def _with(self, right: str):
        users = get_user_model().objects
        return users.with_perm(right, backend=MODEL_BACKEND, include_superusers=False).order_by("pk")


def requests(people: People) -> Iterator[Note]:
    """Reviews that wait, to whom they were given; those open to any reviewer, to all who can sign them."""
    given, anybody = defaultdict(list), []
    for review in waiting():
        if review.reviewer_id is None:
            anybody.append(review)
        else:
            given[review.reviewer_id].append(review)
    for key, reviewer in people.named.items():
        theirs = given[key] + (_open_to(reviewer, anybody) if key in people.able else [])
        yield from (_request(review, reviewer.user, people.today) for review in theirs)


def _open_to(reviewer: Reviewer, reviews: list[MedicalReview]) -> list[MedicalReview]:
    barred = pages_with_own_words([review.article_id for review in reviews], reviewer.user) if reviews else set()
    return [review for review in reviews if review.article_id not in barred]


def waiting() -> Iterable[MedicalReview]:
    """Open requests that their page has not moved on from, safety alerts first, as ``why_outdated`` tells it."""
    newest = Publication.objects.filter(article=OuterRef("article")).order_by("-id")
    asked = (
        MedicalReview.objects.waiting()
        .filter(article__discarded_at__isnull=True)
        .annotate(
            newest=Subquery(newest.values("pk")[:1]),
            newest_kind=Subquery(newest.values("kind")[:1]),
            newest_number=Subquery(newest.values("revision__number")[:1]),
        )
    )
    asked = asked.select_related("article", "revision", "reviewer__user", "requested_by").order_by("requested_at", "pk")
    withdrawn = Publication.Kind.WITHDRAW
    sound = [
        review
        for review in asked
        if not (review.newest_kind == withdrawn and review.newest != review.basis_id)
        and (review.newest_number or 0) <= review.revision.number
    ]
    return sorted(sound, key=lambda review: review.trigger != MedicalReview.Trigger.SAFETY)


def _request(review: MedicalReview, user, today: dt.date) -> Note:
    asked_on, title = timezone.localdate(review.requested_at), review.article.title
    days, every = (today - asked_on).days, settings.REVIEW_REMINDER_DAYS
    stage = days // every * every if every and days >= every else 0
    who = review.requested_by.get_full_name() or review.requested_by.get_username()
    said = f"{review.get_trigger_display()}, asked for by {who} on {asked_on:%-d %B %Y}"
    said += "." if review.reviewer_id else "; open to any reviewer."
    line = Line(
        "Still waiting" if stage else "New", title, said, reverse("reviews:review", kwargs={"uuid": review.uuid})
    )
    alone = f"Still waiting for your review: {title}" if stage else f"Please review: {title}"
    return Note(user, Mail.Kind.REQUEST, f"request {review.pk}", stage, alone, (line,))


def due(people: People) -> Iterator[Note]:
    """Pages that fall due or are late, to who reviewed them last, unless they cannot sign or a review is open."""
    reading = MedicalReview.objects.waiting().filter(article=OuterRef("article"), trigger__in=MedicalReview.WHOLE_PAGE)
    soon = Standing.objects.filter(next_due__lte=people.today - dt.timedelta(days=BEFORE_DUE[0]))
    rows = soon.filter(reviewer__in=people.named).exclude(Exists(reading)).select_related("article__live")
    theirs = defaultdict(list)
    for standing in rows.order_by("next_due", "article"):
        theirs[standing.reviewer_id].append(standing)
    for key, standings in theirs.items():
        user = people.named[key].user
        barred = pages_with_own_words([standing.article_id for standing in standings], user)
        yield from (_due(one, user, people.today) for one in standings if one.article_id not in barred)


def _due(standing: Standing, user, today: dt.date) -> Note:
    live, day, late = standing.article.live, standing.next_due, (today - standing.next_due).days
    path = reverse(kinds.get(standing.article.kind).url_name, args=[live.slug])
    if late > 0:
        heading, alone, said = "Overdue", f"Overdue: {live.title}", f"Its annual review was due on {day:%-d %B %Y}."
    elif late == 0:
        heading, alone, said = "Due today", f"Due today: {live.title}", "Its annual review is due today."
    else:
        heading, said = "Due soon", f"Its annual review is due on {day:%-d %B %Y}."
        alone = f"Due on {day:%-d %B}: {live.title}"
    lines = (Line(heading, live.title, said, path),)
    subject = f"due {standing.article_id} {day}"
    return Note(user, Mail.Kind.DUE, subject, stage(late, BEFORE_DUE), alone, lines)


def stage(days: int, before: tuple[int, ...]) -> int:
    """The newest stage so many days after a date: one of those before it, the date itself, then each week."""
    return days // 7 * 7 if days >= 0 else max(step for step in before if step <= days)


def decided(people: People) -> Iterator[Note]:
    """What became of a request, to who asked."""
    outcomes = MedicalReview.Outcome
    news = MedicalReview.objects.decided().filter(decided_at__gte=timezone.now() - DECIDED_FOR)
    news = news.exclude(decided_by=F("requested_by")).exclude(outcome=outcomes.CANCELLED)
    for review in news.select_related("article", "requested_by", "decided_by").order_by("decided_at", "pk"):
        title, how, path = review.article.title, review.get_outcome_display(), form(review.article)
        who = review.decided_by.get_full_name() or review.decided_by.get_username()
        on = timezone.localdate(review.decided_at)
        said = f"{review.get_trigger_display()}: {how.lower()} by {who} on {on:%-d %B %Y}."
        if review.outcome != outcomes.APPROVED:
            said += " What they wrote stands on the page’s form."
        lines = (Line(how, title, said, path),)
        yield Note(review.requested_by, Mail.Kind.DECIDED, f"decided {review.pk}", 0, f"{how}: {title}", lines)


def form(page: Article) -> str:
    """Where editors work on a page."""
    opts = kinds.get(page.kind).model._meta
    return reverse(f"admin:{opts.app_label}_{opts.model_name}_change", args=[page.pk])


def licences(people: People) -> Iterator[Note]:
    """A licence about to lapse, and one that has, to its reviewer."""
    for reviewer in people.signing:
        day = reviewer.licence_expires
        late = (people.today - day).days
        if late < BEFORE_LAPSE[0]:
            continue
        if late > 0:
            alone, step = f"Your licence lapsed on {day:%-d %B %Y}", AFTER_LAPSE
            said = "You cannot sign until a managing editor has recorded the renewal. Please send it to them."
        else:
            alone = f"Your licence lapses on {day:%-d %B %Y}"
            step = max(step for step in BEFORE_LAPSE if step <= late)
            said = "After that day you cannot sign. Please send the renewal to a managing editor, who records it."
        lines = (Line("Your licence", alone, said, reverse("reviews:queue")),)
        yield Note(reviewer.user, Mail.Kind.LICENCE, f"licence {reviewer.pk} {day}", step, alone, lines)


def answers(people: People) -> Iterator[Note]:
    """What editors answered to a reviewer's comments, to whoever pinned them."""
    news = Comment.objects.answered().filter(answered_at__gte=timezone.now() - DECIDED_FOR)
    news = news.exclude(answered_by=F("by")).select_related("by", "answered_by", "review__article")
    for comment in news.order_by("answered_at", "pk"):
        title, path = comment.review.article.title, reverse("reviews:review", args=[comment.review.uuid])
        who = comment.answered_by.get_full_name() or comment.answered_by.get_username()
        on = timezone.localdate(comment.answered_at)
        line = Line("Answered", title, f"On “{comment.label}”, by {who} on {on:%-d %B %Y}.", path)
        yield Note(comment.by, Mail.Kind.ANSWER, f"answer {comment.pk}", 0, f"Answered: {title}", (line,))


SOURCES = (requests, due, decided, answers, licences)
