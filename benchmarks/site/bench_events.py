"""Counts the stored pages that go for events of ten kinds. Each event is taken back."""

import json
import os
import sys
from collections.abc import Callable

import django

os.environ["DJANGO_SETTINGS_MODULE"] = "bench_settings"
sys.path.insert(0, os.getcwd())
django.setup()

from django.contrib.auth.models import User  # noqa: E402 - models need the settings first
from django.db import transaction  # noqa: E402

from articles.audit import recording  # noqa: E402
from articles.audit.page_kinds import PAGE  # noqa: E402
from articles.models import Article, StoredPage, Topic  # noqa: E402
from articles.page_store import changes  # noqa: E402
from articles.publishing import bulk_actions  # noqa: E402
from articles.publishing.actions import change_slug, record_revision  # noqa: E402
from reviews.models import Reviewer  # noqa: E402
from reviews.signing.actions import withdraw_page  # noqa: E402
from symptoms.actions import record_cause  # noqa: E402
from symptoms.models import Symptom  # noqa: E402
from tests import factories  # noqa: E402


class Events:
    """What may happen to one page of many."""

    def __init__(self) -> None:
        names = ["ann", "ravi", "morgan"]
        people = User.objects.in_bulk(names, field_name="username")
        self.ann, self.ravi, self.morgan = (people[name] for name in names)
        pages = Symptom.objects.filter(slug__startswith="bench-", live__isnull=False)
        self.page = pages.order_by("pk")[7]

    def list_all(self) -> dict[str, Callable[[], object]]:
        return {
            "a change of the text is signed": lambda: self.sign(body="<p>It hurts more.</p>"),
            "the summary is signed": lambda: self.sign(summary="It hurts less."),
            "another title is signed": lambda: self.sign(title=f"{self.page.title} again"),
            "the page is withdrawn": self.withdraw,
            "the page moves": lambda: change_slug(self.page, slug="bench-moved", by=self.morgan),
            "the page is filed elsewhere": self.file,
            "the risk of the page changes": self.set_risk,
            "a shared cause is signed under another name": self.rename_cause,
            "a reviewer discloses something": self.disclose,
            "a draft is saved": lambda: self.save(title="Unsigned"),
            "lists are rebuilt: everything": lambda: changes.announce(["everything"]),
        }

    def save(self, **fields: str) -> None:
        for name, value in fields.items():
            setattr(self.page, name, value)
        self.page.save()
        record_revision(self.page, by=self.ann)

    def sign(self, **fields: str) -> None:
        self.save(**fields)
        factories.sign_despite_checks(self.page, by=self.ravi, manager=self.morgan)

    def withdraw(self) -> None:
        withdraw_page(self.page, reason="wrong", by=self.morgan)

    def file(self) -> None:
        pages = Article.objects.filter(pk=self.page.pk)
        topic = Topic.objects.exclude(pk__in=self.page.topics.all()).order_by("pk")[0]
        bulk_actions.add_to_topic(pages, topic=topic, by=self.morgan)

    def set_risk(self) -> None:
        Article.objects.filter(pk=self.page.pk).update(risk=Article.Risk.HIGH)
        recording.record(PAGE, [Article.objects.get(pk=self.page.pk)], by=self.ann)

    def rename_cause(self) -> None:
        cause = self.page.symptom_causes.order_by("position")[0].cause
        cause.name = f"{cause.name} again"
        cause.save()
        record_cause(cause, by=self.ann)
        factories.sign_despite_checks(self.page, by=self.ravi, manager=self.morgan)

    def disclose(self) -> None:
        Reviewer.objects.filter(user=self.ravi).update(disclosures="Shares.")
        recording.record("reviewer", [self.ravi.reviewer], by=self.morgan)


def main() -> dict[str, int | dict[str, int]]:
    """How many pages are stored, and how many of them nobody is shown after each event."""
    stored = StoredPage.objects.count()
    gone = {}
    for name in Events().list_all():
        with transaction.atomic():
            Events().list_all()[name]()
            _, everything = changes.get_newest()
            gone[name] = stored - StoredPage.objects.filter(revision__gte=everything).count()
            transaction.set_rollback(True)
    return {"stored": stored, "gone": gone}


if __name__ == "__main__":
    print(json.dumps(main()))
