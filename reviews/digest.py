"""The weekly digest to managing editors: what is late, what will be, what lies where, and whose licence lapses."""

import datetime as dt
from collections.abc import Iterator

from django.db.models import Exists, OuterRef
from django.urls import reverse
from django.utils import timezone

from articles.models import Article, ReaderReport
from reviews.models import Mail, MedicalReview, Standing
from reviews.notes import BEFORE_DUE, BEFORE_LAPSE, Line, Note, People, form

SHOWN = 10  # lines under a heading; the heading says how many there are


def digest(people: People) -> Iterator[Note]:
    """One a week and managing editor, also where nothing is late: silence would look like a command that stopped."""
    if not people.managing:
        return
    monday = people.today - dt.timedelta(days=people.today.weekday())
    alone, lines = f"Reviews in the week of {monday:%-d %B %Y}", tuple(_lines(people))
    lines = lines or (Line("All is well", "Nothing is late", "No page is overdue, in review or due within 30 days."),)
    for user in people.managing:
        yield Note(user, Mail.Kind.DIGEST, "digest", monday.toordinal() // 7, alone, lines)


def _lines(people: People) -> Iterator[Line]:
    today, dated = people.today, Standing.objects.select_related("article__live", "reviewer")
    dated = dated.order_by("next_due", "article")
    late = dated.past_grace(today)
    yield from _section("Past grace", late, lambda row: _standing(row, people))
    overdue = dated.overdue(today).exclude(pk__in=late.order_by().values("pk"))
    yield from _section("Overdue", overdue, lambda row: _standing(row, people))
    soon = dated.due_within(-BEFORE_DUE[0], today)
    yield from _section("Due within 30 days", soon, lambda row: _standing(row, people))
    reviews = MedicalReview.objects.select_related("article", "reviewer").order_by("requested_at", "pk")
    yield from _section("In review", reviews.waiting(), lambda row: _waiting(row, people))
    newer = MedicalReview.objects.filter(article=OuterRef("article"), pk__gt=OuterRef("pk"))
    back = reviews.filter(outcome=MedicalReview.Outcome.CHANGES, article__discarded_at__isnull=True)
    yield from _section("Sent back", back.exclude(Exists(newer)), _sent_back)
    asked = MedicalReview.objects.waiting().filter(article=OuterRef("pk"))
    drafts = Article.objects.kept().filter(publications__isnull=True).exclude(Exists(asked)).order_by("-created_at")
    yield from _section("Never signed", drafts, _draft)
    yield from _reports()
    yield from _licences(people)


def _reports() -> Iterator[Line]:
    """How many reports wait, and where: never a word of a reader's."""
    if count := ReaderReport.objects.open().count():
        said = "They wait for an editor." if count > 1 else "It waits for an editor."
        heading, path = f"Reader reports ({count})", f"{reverse('admin:articles_readerreport_changelist')}?state=open"
        yield Line(heading, "What readers reported", said, path)


def _section(name: str, rows, line) -> Iterator[Line]:
    count = rows.count()
    heading = f"{name} ({count})"
    for row in rows[:SHOWN]:
        title, said, path = line(row)
        yield Line(heading, title, said, path)
    if count > SHOWN:
        yield Line(heading, f"and {count - SHOWN} more", "")


def _standing(row: Standing, people: People) -> tuple[str, str, str]:
    if row.recorded:
        said = f"Due {row.next_due:%-d %B %Y}; recorded from a previous system, and not yet reviewed here."
        return row.article.live.title, said, form(row.article)
    said = f"Due {row.next_due:%-d %B %Y}; last reviewed by {row.reviewer or 'somebody who is no reviewer now'}"
    said += "." if row.reviewer_id in people.able else ", who cannot sign now."
    return row.article.live.title, said, form(row.article)


def _waiting(review: MedicalReview, people: People) -> tuple[str, str, str]:
    said = f"{review.get_trigger_display()}, since {timezone.localdate(review.requested_at):%-d %B %Y}"
    said += f", with {review.reviewer or 'any reviewer'}"
    lost = review.reviewer_id and review.reviewer_id not in people.able
    return review.article.title, f"{said}, who cannot sign now." if lost else f"{said}.", form(review.article)


def _sent_back(review: MedicalReview) -> tuple[str, str, str]:
    said = f"By {review.reviewer} on {timezone.localdate(review.decided_at):%-d %B %Y}, and not asked for since."
    return review.article.title, said, form(review.article)


def _draft(page: Article) -> tuple[str, str, str]:
    return page.title, f"Begun {timezone.localdate(page.created_at):%-d %B %Y}.", form(page)


def _licences(people: People) -> Iterator[Line]:
    soon = people.today - dt.timedelta(days=BEFORE_LAPSE[0])
    rows = sorted((one.licence_expires, one.pk, one) for one in people.signing if one.licence_expires <= soon)
    for day, key, reviewer in rows:
        said = f"{'Lapsed' if day < people.today else 'Lapses'} on {day:%-d %B %Y}."
        path = reverse("admin:reviews_reviewer_change", args=[key])
        yield Line(f"Licences about to lapse ({len(rows)})", str(reviewer), said, path)
