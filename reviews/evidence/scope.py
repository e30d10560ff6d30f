"""What an evidence pack is about: one page, a stretch of days, or both."""

import datetime as dt
from dataclasses import dataclass
from urllib.parse import urlsplit

from django.db.models import Q
from django.urls import Resolver404, resolve
from django.utils import timezone

from articles import kinds
from articles.models import Article, Publication, Redirect
from reviews.models import Signature


@dataclass(frozen=True)
class Scope:
    """Days are those of the site's time zone, the first and the last included."""

    page: Article | None = None
    first_day: dt.date | None = None
    last_day: dt.date | None = None

    def entries(self):
        """The entries concerned, in order, and those that expunged what one of them was about."""
        rows = Signature.objects.filter(self._within())
        expunging = Signature.objects.filter(outcome=Signature.Outcome.EXPUNGED, revision__in=rows.values("revision"))
        return Signature.objects.filter(Q(pk__in=rows.values("pk")) | Q(pk__in=expunging.values("pk"))).in_order()

    def publications(self):
        """The lines of the publication log that show these entries or stand between them."""
        return Publication.objects.filter(self._within()).order_by("id")

    def _within(self) -> Q:
        within = Q(article=self.page) if self.page else Q()
        if self.first_day:
            within &= Q(at__gte=_midnight(self.first_day))
        if self.last_day:
            within &= Q(at__lt=_midnight(self.last_day + dt.timedelta(days=1)))
        return within

    def as_told(self) -> dict:
        return {
            "article": str(self.page.uuid) if self.page else None,
            "page": self.page.path if self.page else None,
            "from": str(self.first_day) if self.first_day else None,
            "to": str(self.last_day) if self.last_day else None,
        }


def _midnight(day: dt.date) -> dt.datetime:
    return timezone.make_aware(dt.datetime.combine(day, dt.time()))


def find_page(address: str) -> Article | None:
    """The page at a public address, now or once; a withdrawn one too."""
    try:
        match = resolve(urlsplit(address).path)
    except Resolver404:
        return None
    kind = next((kind for kind in kinds.every() if kind.url_name == match.view_name), None)
    if kind is None:
        return None
    slug = match.kwargs["slug"]
    page = Article.objects.at_address(kind=kind.name, slug=slug).first()
    old = None if page else Redirect.objects.filter(kind=kind.name, slug=slug).select_related("article").first()
    return old.article if old else page
