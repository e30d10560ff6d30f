"""What an evidence pack is about: one page, a range of days, or both."""

import datetime as dt
from dataclasses import dataclass
from urllib.parse import urlsplit

from django.db.models import Q, QuerySet
from django.urls import Resolver404, resolve
from django.utils import timezone

from articles.content import kinds
from articles.models import Article, PublicationEvent, Redirect
from reviews.models import LedgerEntry


@dataclass(frozen=True)
class EvidenceScope:
    """Days are those of the site's time zone, the first and the last included."""

    page: Article | None = None
    first_day: dt.date | None = None
    last_day: dt.date | None = None

    def entries(self) -> QuerySet[LedgerEntry]:
        """The entries concerned, in order, and those that expunged what one of them was about."""
        rows = LedgerEntry.objects.filter(self._build_query())
        expunging = LedgerEntry.objects.filter(
            outcome=LedgerEntry.EntryOutcome.EXPUNGED, revision__in=rows.values("revision")
        )
        return LedgerEntry.objects.filter(
            Q(pk__in=rows.values("pk")) | Q(pk__in=expunging.values("pk"))
        ).in_order()

    def publications(self) -> QuerySet[PublicationEvent]:
        """The publication events of the same page and days."""
        return PublicationEvent.objects.filter(self._build_query()).order_by("id")

    def _build_query(self) -> Q:
        within = Q(article=self.page) if self.page else Q()
        if self.first_day:
            within &= Q(at__gte=_get_midnight(self.first_day))
        if self.last_day:
            within &= Q(at__lt=_get_midnight(self.last_day + dt.timedelta(days=1)))
        return within

    def to_dict(self) -> dict[str, str | None]:
        scope: dict[str, str | None] = {"article": None, "page": None, "from": None, "to": None}
        if self.page:
            scope["article"] = str(self.page.uuid)
            scope["page"] = self.page.path
        if self.first_day:
            scope["from"] = str(self.first_day)
        if self.last_day:
            scope["to"] = str(self.last_day)
        return scope


def _get_midnight(day: dt.date) -> dt.datetime:
    return timezone.make_aware(dt.datetime.combine(day, dt.time()))


def find_page(address: str) -> Article | None:
    """The page at a public address, now or once; a withdrawn one too."""
    try:
        match = resolve(urlsplit(address).path)
    except Resolver404:
        return None
    for kind in kinds.get_all():
        if kind.url_name == match.view_name:
            return _find_page_of_kind(kind.name, match.kwargs["slug"])
    return None


def _find_page_of_kind(kind: str, slug: str) -> Article | None:
    page = Article.objects.with_slug(kind=kind, slug=slug).first()
    if page:
        return page
    redirects = Redirect.objects.filter(kind=kind, slug=slug).select_related("article")
    redirect = redirects.first()
    return redirect.article if redirect else None
