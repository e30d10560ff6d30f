"""What an editor reads after saving a cause: which pages wait for a signature now."""

from collections.abc import Iterator

from django.contrib import messages
from django.db.models import F, OuterRef, QuerySet, Subquery
from django.urls import reverse
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from articles.models import Revision
from symptoms.models import Cause, Symptom, SymptomCause

MAX_NAMED_PAGES = 5


def find_changed_pages(cause: Cause) -> QuerySet[Symptom]:
    """The public pages with a cause whose latest text is not the one that was signed."""
    latest = Revision.objects.filter(article=OuterRef("pk")).order_by("-number").values("pk")[:1]
    named = SymptomCause.objects.filter(cause=cause).values("symptom")
    pages = Symptom.objects.active().filter(pk__in=named, live__isnull=False)
    return pages.annotate(latest=Subquery(latest)).exclude(latest=F("live__revision"))


def describe_changed_pages(cause: Cause) -> Iterator[tuple[int, SafeString]]:
    """How many public pages now differ from what was signed, with links to the first."""
    pages = find_changed_pages(cause).order_by("sort_key", "pk")
    count = pages.count()
    if not count:
        return
    links = []
    for page in pages[:MAX_NAMED_PAGES]:
        links.append((reverse("admin:symptoms_symptom_change", args=[page.pk]), page.title))
    more = ""
    if count > MAX_NAMED_PAGES:
        more = " " + _("and %(count)s more") % {"count": count - MAX_NAMED_PAGES}
    start = ngettext(
        "%(count)s page now differs from what was signed:",
        "%(count)s pages now differ from what was signed:",
        count,
    )
    end = ngettext(
        "Visitors see the change once it is signed.",
        "Visitors see the change once these are signed.",
        count,
    )
    named = format_html_join(", ", '<a href="{}">{}</a>', links)
    yield messages.INFO, format_html("{} {}{}. {}", start % {"count": count}, named, more, end)


def describe_grave_catch_all(cause: Cause) -> Iterator[tuple[int, SafeString]]:
    """That a cause is a catch-all now, and life-threatening on some page."""
    rows = SymptomCause.objects.filter(cause=cause, seriousness="life-threatening")
    count = rows.count()
    if cause.catch_all and count:
        message = ngettext(
            "“%(name)s” is life-threatening on %(count)s page. As a catch-all it comes last among "
            "the causes that explain as many symptoms. If it should not, clear “catch-all”.",
            "“%(name)s” is life-threatening on %(count)s pages. As a catch-all it comes last among "
            "the causes that explain as many symptoms. If it should not, clear “catch-all”.",
            count,
        )
        yield messages.WARNING, format_html("{}", message % {"name": cause.name, "count": count})
