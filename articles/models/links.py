"""The links of pages, for the report of broken ones, and what asking for those outside found."""

from typing import Self

from django.db import models
from django.db.models import Exists, F, OuterRef, Q, Subquery
from django.db.models.functions import Coalesce

from articles.content import kinds
from articles.fields import build_length_checks
from articles.models.article import Article
from articles.models.history import PublicationEvent, Revision
from articles.models.metadata import Redirect


class OutsideAddress(models.Model):
    """A web address to which pages link, and whether it answered when it was asked last.

    ``key`` is the SHA-256 of the address. ``failing_since`` is empty while nothing is wrong.
    """

    key = models.CharField(max_length=64, unique=True)
    url = models.TextField()
    status = models.CharField(max_length=200, blank=True)
    checked_at = models.DateTimeField(null=True)
    failing_since = models.DateTimeField(null=True)
    failures = models.PositiveSmallIntegerField(default=0)
    next_check_at = models.DateTimeField(null=True, db_index=True)

    class Meta:
        constraints = build_length_checks("outside_address", key=64, status=200)

    def __str__(self) -> str:
        return self.url


class LinkProblem(models.TextChoices):
    """What is wrong with a link."""

    ADDRESS = "address", "An address that no link may have"
    SECTION = "section", "No such section"
    MISSING = "missing", "No such page"
    DRAFT = "draft", "Not public yet"
    WITHDRAWN = "withdrawn", "Withdrawn"
    MOVED = "moved", "Moved"
    OUTSIDE = "outside", "Outside: does not answer"


def _select_targets(rows: models.QuerySet) -> models.QuerySet:
    """The rows at the address that a link of the outer query names."""
    return rows.filter(kind=OuterRef("target_kind"), slug=OuterRef("target_slug"))


def _annotate_state(rows: models.QuerySet, prefix: str, public: str) -> models.QuerySet:
    """Rows with what visitors find at their page: ``public``, or why they cannot read it."""
    logged = PublicationEvent.objects.filter(article=OuterRef(f"{prefix}pk"))
    state = models.Case(
        models.When(**{f"{prefix}live__isnull": False}, then=models.Value(public)),
        models.When(Exists(logged), then=models.Value(LinkProblem.WITHDRAWN)),
        default=models.Value(LinkProblem.DRAFT),
        output_field=models.CharField(),
    )
    return rows.order_by().annotate(state=state)


def _is_readable(target: kinds.LinkTarget) -> Q:
    """Whether visitors find what is no page, such as a cause, where a link names it."""
    found = Q()
    for rows in target.readable():
        found |= Q(Exists(rows.order_by().filter(slug=OuterRef("target_slug"))))
    return found


class PageLinkQuerySet(models.QuerySet["PageLink"]):
    def current(self) -> Self:
        """Links of the texts that visitors read, and of the texts that were saved last."""
        later = Revision.objects.filter(
            article=OuterRef("revision__article"), number__gt=OuterRef("revision__number")
        )
        pages = self.filter(revision__article__discarded_at__isnull=True)
        return pages.filter(Q(revision__article__live__revision=F("revision")) | ~Exists(later))

    def broken(self) -> Self:
        """Those that lead nowhere, elsewhere, or to what visitors cannot read: see ``problem``."""
        present = _annotate_state(_select_targets(Article.objects.active()), "", "public")
        old = Redirect.objects.filter(article__discarded_at__isnull=True)
        moved = _annotate_state(_select_targets(old), "article__", LinkProblem.MOVED)
        failing = OutsideAddress.objects.filter(failing_since__isnull=False)
        candidates = self.filter(
            ~Q(fault="") | ~Q(target_kind="") | Q(outside_key__in=failing.values("key"))
        )
        since = failing.filter(key=OuterRef("outside_key")).values("failing_since")
        rows = candidates.annotate(
            target_state=Coalesce(
                Subquery(present.values("state")[:1]),
                Subquery(moved.values("state")[:1]),
                models.Value(LinkProblem.MISSING),
            ),
            failing_since=Subquery(since[:1]),
        )
        readable = [
            models.When(Q(target_kind=name) & _is_readable(target), then=models.Value(""))
            for name, target in kinds.get_link_targets().items()
        ]
        problem = models.Case(
            *readable,
            models.When(~Q(fault=""), then=F("problem_of_address")),
            models.When(~Q(target_kind="") & ~Q(target_state="public"), then=F("target_state")),
            models.When(Q(failing_since__isnull=False), then=models.Value(LinkProblem.OUTSIDE)),
            default=models.Value(""),
            output_field=models.CharField(),
        )
        return rows.annotate(problem=problem).exclude(problem="")


class PageLink(models.Model):
    """A link of one revision: where it stands, its words, and what it leads to.

    ``fault`` says in words what is wrong with the address itself; ``problem_of_address`` is its
    ``LinkProblem``. The rows are rebuilt from the revisions, of which they are an index.
    """

    revision = models.ForeignKey(Revision, models.CASCADE, related_name="page_links")
    position = models.PositiveIntegerField()
    section = models.CharField(max_length=200)
    words = models.CharField(max_length=200, blank=True)
    href = models.TextField()
    fault = models.CharField(max_length=300, blank=True)
    problem_of_address = models.CharField(max_length=20, blank=True)
    target_kind = models.CharField(max_length=20, blank=True)
    target_slug = models.CharField(max_length=200, blank=True)
    outside_key = models.CharField(max_length=64, blank=True, db_index=True)

    objects = PageLinkQuerySet.as_manager()

    class Meta:
        ordering = ["revision", "position"]
        indexes = [models.Index(fields=["target_kind", "target_slug"], name="page_link_target")]
        constraints = [
            models.UniqueConstraint(fields=["revision", "position"], name="page_link_once"),
            *build_length_checks("page_link", section=200, words=200, fault=300, outside_key=64),
        ]

    def __str__(self) -> str:
        return f"{self.words}: {self.href}"
