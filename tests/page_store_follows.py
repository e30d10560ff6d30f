"""A site that changes at random: after each change, what is kept must be what a render gives.

``tests/config/public/test_page_store_follows.py`` makes so many changes as ``FOLLOWS_EVENTS`` says,
from ``FOLLOWS_SEED``, on the engine of ``DATABASE_URL``, and says which of them left an old page.
"""

import datetime as dt
import random
import string
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import count, zip_longest
from typing import Any

import time_machine
from django.db import transaction
from django.db.models import F
from django.test import Client
from django.test.utils import override_settings
from django.urls import reverse
from django.utils import timezone

from articles.audit import recording
from articles.audit.page_kinds import PAGE
from articles.content import kinds
from articles.emergencies import phrases
from articles.links import index as link_index
from articles.links.checking import update_addresses
from articles.models import (
    Article,
    CopyrightNotice,
    MergedPage,
    OutsideAddress,
    PublicationEvent,
    Redirect,
    Revision,
    StoredPage,
    Topic,
    TopicEntry,
)
from articles.page_store.following import follower
from articles.public.footer import footer_links
from articles.public.page_cache import page_cache
from articles.publishing import bulk_actions, projections, related_pages
from articles.publishing.actions import (
    ActionRefused,
    change_slug,
    discard,
    publish_metadata,
    record_revision,
    restore,
)
from articles.publishing.copyright_notices import retire_notice, roll_copyright_year
from config import groups
from config.public import sitemap
from reviews.imported_reviews.actions import attest_all
from reviews.models import LedgerEntry, Reviewer
from reviews.recalls.actions import open_recall
from reviews.scheduling.overdue_policy import apply_policy
from reviews.signing import actions as signing
from reviews.signing import disputes
from symptoms.actions import delete_cause, record_cause
from symptoms.models import (
    Cause,
    CauseAddress,
    OtherName,
    RelatedSymptom,
    Symptom,
    SymptomCause,
)
from tests import factories
from tests.merging import merge_causes, merge_symptoms

NOT_COMPARED = {"ETag", "Last-Modified", "X-Request-ID"}
TITLES = ("Ache", "Bruise", "Cramp", "Dizziness", "Earache", "Fever", "Ærger", "9 lives", "Itch")
CAUSES = (
    "Stroke",
    "Gout",
    "Migraine",
    "Bell’s palsy",
    "Anxiety",
    "Ødema",
    "Side effects",
    "Choking",
)
START = dt.datetime(2026, 3, 1, 9, tzinfo=dt.UTC)
BROWSER = Client()
DRAWN = 20  # addresses beside those that an event names
ALL_EVERY = 50


# What a process knows of pages


@dataclass(frozen=True)
class GivenAnswer:
    status: int
    headers: tuple[tuple[str, str], ...]
    body: bytes


class Worker:
    """One process: what it remembers of pages, given to the program while it answers."""

    PARTS: tuple[Any, ...] = (follower, page_cache.memory, footer_links)

    def __init__(self, *, store: bool = True) -> None:
        self.store = store
        self._states = [dict(vars(part)) for part in self.PARTS]
        with self._at_work():
            for part in self.PARTS:
                part.clear()

    @contextmanager
    def _at_work(self) -> Iterator[None]:
        kept = [dict(vars(part)) for part in self.PARTS]
        self._put(self._states)
        try:
            with override_settings(PAGE_STORE=self.store):
                yield
        finally:
            self._states = [dict(vars(part)) for part in self.PARTS]
            self._put(kept)

    def _put(self, states: list[dict]) -> None:
        for part, state in zip(self.PARTS, states, strict=True):
            vars(part).clear()
            vars(part).update(state)

    def wait_a_second(self) -> None:
        """What it knew of changes is too old now."""
        self._states[0]["_read_at"] = float("-inf")

    def get(self, address: str) -> GivenAnswer:
        with self._at_work():
            response = BROWSER.get(address)
            headers = {name: value for name, value in response.items() if name not in NOT_COMPARED}
            return GivenAnswer(
                response.status_code, tuple(sorted(headers.items())), response.content
            )


def render(address: str) -> GivenAnswer:
    """What a process answers that keeps nothing and has no store."""
    return Worker(store=False).get(address)


# The addresses of the site


def list_addresses() -> list[str]:
    """Every address that is public, was, or may be: pages, their parts, lists and files."""
    found = {reverse(name) for name in sitemap.LIST_URL_NAMES}
    found |= {
        "/feeds/reviewed.atom",
        "/sitemap.xml",
        "/sitemap/pages-1.xml",
        "/sitemap/topics-1.xml",
    }
    found |= {"/topics/page/2/", "/reviewers/page/2/", "/sitemap/site-1.xml"}
    for key in (*string.ascii_lowercase, "other"):
        found |= {reverse("symptoms:letter", args=[key]), reverse("causes:letter", args=[key])}
    pages = set(Article.objects.values_list("kind", "slug"))
    for kind, slug in pages.union(Redirect.objects.values_list("kind", "slug")):
        path = kinds.get_path(kind, slug)
        found |= {path, f"{path}history/"}
        if kind == "symptom":
            found |= {f"{path}causes/", f"{path}causes/2/"}
    for kind, slug, number in Revision.objects.values_list(
        "article__kind", "article__slug", "number"
    ):
        found.add(f"{kinds.get_path(kind, slug)}history/{number}/")
    for uuid in PublicationEvent.objects.values_list("revision__uuid", flat=True).distinct():
        found.add(reverse("feedback:thanks", args=[uuid]))
    causes = {
        *CauseAddress.objects.values_list("slug", flat=True),
        *Cause.objects.values_list("slug", flat=True),
    }
    for slug in causes:
        found |= {reverse("causes:cause", args=[slug]), reverse("causes:cause", args=[slug, 2])}
    for slug in {
        *Topic.objects.values_list("slug", flat=True),
        *TopicEntry.objects.values_list("slug", flat=True),
    }:
        found.add(reverse("articles:topic", args=[slug]))
    for slug in Reviewer.objects.values_list("slug", flat=True):
        found |= {f"/reviewers/{slug}/", f"/reviewers/{slug}/2/"}
    return sorted(found)


def list_stored() -> set[str]:
    """The addresses that the store has a page of."""
    found = set()
    for address in StoredPage.objects.values_list("address", flat=True):
        found.add("/" + address.split("/", 3)[3])
    return found


# What may happen to it


class NothingToDo(Exception):
    """There is no row to which an event could happen now."""


class Scene:
    """A small site of every kind of page, and what people may do to it."""

    def __init__(self, seed: int, clock: time_machine.Traveller) -> None:
        self.random = random.Random(seed)
        self.clock = clock
        self.numbers = count(1)
        names = ("ann", "ravi", "fiona", "morgan", "olga")
        self.ann, self.ravi, self.fiona, self.morgan, self.olga = map(factories.get_person, names)
        self.signers = [self.ravi, self.fiona]
        for user in self.signers:
            factories.change_reviewer(user, licence_expires=dt.date(2036, 1, 1))
        self._build()

    # The site

    def _build(self) -> None:
        for name in ("Head and face", "Bones"):
            factories.make_topic(name, name.lower().replace(" ", "-"))
        for name in CAUSES:
            factories.make_cause(self.ann, name=name, slug=f"cause-{next(self.numbers)}")
        pages: list[Article] = []
        for _ in range(12):
            pages.append(self._write_symptom())
        for _ in range(5):
            pages.append(self._write_article())
        for slug in ("contact", "privacy", "our-team"):
            pages.append(factories.make_about_page(self.ann, slug=slug, title=slug.capitalize()))
        for subject in ("stroke", "choking"):
            page = factories.make_emergency(self.ann, subject=subject, next_page=pages[0])
            pages.append(page)
        gout = Cause.objects.get(name="Gout")
        gout.description = Article.objects.filter(kind="article").first()
        gout.save()
        for page in pages[:-3]:
            self._sign(page)
        self._sign(pages[-2])

    def _write_symptom(self) -> Article:
        title = f"{self.random.choice(TITLES)} {next(self.numbers)}"
        page = factories.make_symptom(
            self.ann, slug=f"symptom-{next(self.numbers)}", title=title, body=self._write_text()
        )
        self._set_causes(page)
        self._set_related(page)
        self._set_names(page)
        record_revision(page, by=self.ann)
        return page

    def _write_article(self) -> Article:
        title = f"{self.random.choice(TITLES)} diary {next(self.numbers)}"
        slug = f"article-{next(self.numbers)}"
        return factories.make_article(self.ann, slug=slug, title=title, body=self._write_text())

    def _write_text(self) -> str:
        """A text with a link to a page, a cause or a topic, public or not, moved or not."""
        rows = [*Article.objects.values_list("kind", "slug")]
        paths = [kinds.get_path(kind, slug) for kind, slug in rows]
        paths += [reverse("causes:cause", args=[cause.slug]) for cause in Cause.objects.all()]
        paths += [reverse("articles:topic", args=[topic.slug]) for topic in Topic.objects.all()]
        path = self.random.choice(paths)
        return f'<p>Text {next(self.numbers)}: see <a href="{path}">this page</a>.</p>'

    def _set_causes(self, page: Article) -> None:
        SymptomCause.objects.filter(symptom=page.pk).delete()
        causes = list(Cause.objects.order_by("pk"))
        wanted = self.random.sample(causes, min(len(causes), self.random.randint(0, 3)))
        for place, cause in enumerate(wanted):
            SymptomCause.objects.create(
                symptom_id=page.pk,
                cause=cause,
                text=self._write_text(),
                seriousness=self.random.choice(["", "serious", "life-threatening"]),
                position=place,
            )

    def _set_related(self, page: Article) -> None:
        RelatedSymptom.objects.filter(symptom=page.pk).delete()
        others = list(Symptom.objects.active().exclude(pk=page.pk).order_by("pk"))
        wanted = self.random.sample(others, min(len(others), self.random.randint(0, 3)))
        for place, other in enumerate(wanted):
            RelatedSymptom.objects.create(
                symptom_id=page.pk, other=other, system="neurological", position=place
            )

    def _set_names(self, page: Article) -> None:
        OtherName.objects.filter(symptom=page.pk).delete()
        for _ in range(self.random.randint(0, 2)):
            name = f"{self.random.choice(TITLES)} of old {next(self.numbers)}"
            OtherName.objects.create(symptom_id=page.pk, name=name)

    # Choosing

    def _choose(self, rows: Any) -> Any:
        """One of some rows. Raises NothingToDo where there is none."""
        found = list(rows.order_by("pk"))
        if not found:
            raise NothingToDo
        return self.random.choice(found)

    def _choose_two(self, rows: Any) -> list[Any]:
        """Two of some rows. Raises NothingToDo where there are fewer."""
        found = list(rows.order_by("pk"))
        if len(found) < 2:
            raise NothingToDo
        return self.random.sample(found, 2)

    def _choose_page(self, **filters: Any) -> Article:
        return self._choose(Article.objects.public().filter(**filters))

    def _load(self, page: Article) -> Article:
        """The working copy, as its form has it."""
        return kinds.get(page.kind).model.objects.get(pk=page.pk)

    def _sign(self, page: Article, **asked: Any) -> LedgerEntry:
        signer = self.random.choice(self.signers)
        try:
            with transaction.atomic():
                return factories.sign_page(page, by=signer, asked_by=self.morgan, **asked)
        except ActionRefused:
            asked["override"] = "It is only a test."
            return factories.sign_page(page, by=signer, asked_by=self.morgan, **asked)

    def _edit(self, page: Article, **fields: Any) -> None:
        """Change the working copy of a public page and have the change signed."""
        page = factories.edit_page(self._load(page), by=self.ann, **fields)
        self._sign(page)

    # What happens

    def publish_change(self) -> None:
        self._edit(self._choose_page(), body=self._write_text())

    def publish_title(self) -> None:
        page = self._choose_page()
        self._edit(page, title=f"{self.random.choice(TITLES)} {next(self.numbers)}")

    def publish_summary(self) -> None:
        self._edit(self._choose_page(), summary=f"Summary {next(self.numbers)}.")

    def publish_facts(self) -> None:
        page = self._load(self._choose_page(kind="symptom"))
        change = self.random.choice([self._set_causes, self._set_related, self._set_names])
        change(page)
        self._edit(page)

    def publish_card(self) -> None:
        page = self._choose_page(kind="symptom")
        self._edit(page, advice=f"<p>Call 911 if {next(self.numbers)} times.</p>")

    def publish_figure(self) -> None:
        page = self._load(self._choose_page(kind__in=["symptom", "article"]))
        if page.figures.exists() and self.random.random() < 0.5:
            page.figures.all().delete()
            record_revision(page, by=self.ann)
        else:
            colour = self.random.choice(["navy", "red", "green"])
            image = factories.store_image(self.ann, colour=colour)
            factories.add_figure(page, by=self.ann, image=image)
        self._sign(page)

    def publish_draft(self) -> None:
        drafts = Article.objects.active().filter(live=None)
        self._sign(self._load(self._choose(drafts)))

    def publish_new_page(self) -> None:
        write = self.random.choice([self._write_symptom, self._write_article])
        self._sign(write())

    def write_draft(self) -> None:
        self.random.choice([self._write_symptom, self._write_article])()

    def edit_draft(self) -> None:
        page = self._load(self._choose(Article.objects.active()))
        factories.edit_page(page, by=self.ann, title=f"Unsigned {next(self.numbers)}")

    def sign_again(self) -> None:
        page = self._choose(Article.objects.public().as_signed())
        trigger = self.random.choice(["annual", ""])
        self._sign(self._load(page), trigger=trigger)

    def publish_correction(self) -> None:
        page = self._load(self._choose_page())
        factories.edit_page(page, by=self.ann, body=self._write_text())
        self._sign(page, correction=f"Fault {next(self.numbers)} is put right.")

    def change_emergency(self) -> None:
        """It leads on to another page, which may be withdrawn later."""
        self._edit(self._choose_page(kind="emergency"), next_page=self._choose_page())

    def withdraw(self) -> None:
        reason = self.random.choice(["wrong", "safety", "outdated"])
        signing.withdraw_page(self._choose_page(), reason=reason, by=self.morgan)

    @override_settings(OVERDUE_POLICY={"standard": "withdraw", "high": "withdraw"})
    def withdraw_late_pages(self) -> None:
        """As the nightly command does; those of today, where it is late enough for them."""
        self.clock.shift(dt.timedelta(days=30))
        list(apply_policy(timezone.localdate(), by=self.morgan))

    def publish_withdrawn(self) -> None:
        self._sign(self._load(self._choose(Article.objects.withdrawn().active())))

    def move(self) -> None:
        change_slug(self._choose_page(), slug=f"moved-{next(self.numbers)}", by=self.morgan)

    def move_back(self) -> None:
        old = self._choose(Redirect.objects.filter(article__live__isnull=False))
        change_slug(old.article, slug=old.slug, by=self.morgan)

    def move_draft(self) -> None:
        page = self._choose(Article.objects.active().unpublished())
        change_slug(page, slug=f"draft-{next(self.numbers)}", by=self.morgan)

    def merge_pages(self) -> None:
        lost, kept = self._choose_two(Symptom.objects.active())
        merge_symptoms(lost, kept, by=self.morgan)

    def publish_merged(self) -> None:
        """A page into which another was merged is signed with its name among its own."""
        self._edit(self._choose(MergedPage.objects).into)

    def merge_two_causes(self) -> None:
        lost, kept = self._choose_two(Cause.objects)
        merge_causes(lost, kept, by=self.morgan)

    def write_cause(self) -> None:
        """Others are merged and deleted: in the end there would be none."""
        number = next(self.numbers)
        name = f"{self.random.choice(TITLES)} disease {number}"
        factories.make_cause(self.ann, name=name, slug=f"cause-{number}")
        self._set_causes(page := self._load(self._choose_page(kind="symptom")))
        record_revision(page, by=self.ann)
        self._sign(page)

    def rename_cause(self) -> None:
        cause = self._choose(Cause.objects)
        cause.name = f"{self.random.choice(TITLES)} condition {next(self.numbers)}"
        if self.random.random() < 0.5:
            cause.slug = f"cause-{next(self.numbers)}"
        cause.save()
        record_cause(cause, by=self.ann)
        naming = Symptom.objects.public().filter(symptom_causes__cause=cause).distinct()
        for page in naming.order_by("pk")[: self.random.randint(0, 2)]:
            self._sign(page)

    def delete_cause(self) -> None:
        """One that no page names any more, but texts and the addresses of before may."""
        delete_cause(self._choose(Cause.objects.filter(symptom_causes=None)), by=self.ann)

    def exchange_cause_addresses(self) -> None:
        """A cause takes the address that another was signed under."""
        first, second = self._choose_two(Cause.objects)
        taken = first.slug
        first.slug = f"cause-{next(self.numbers)}"
        first.save()
        second.slug = taken
        second.save()
        for cause in (first, second):
            record_cause(cause, by=self.ann)
        naming = Symptom.objects.public().filter(symptom_causes__cause=second).distinct()
        for page in naming.order_by("pk")[:1]:
            self._sign(page)

    def describe_cause(self) -> None:
        cause = self._choose(Cause.objects)
        cause.description = self._choose(Article.objects.active().filter(kind="article"))
        cause.save()
        record_cause(cause, by=self.ann)
        naming = Symptom.objects.public().filter(symptom_causes__cause=cause).distinct()
        for page in naming.order_by("pk")[:1]:
            self._sign(page)

    def expunge(self) -> None:
        older = Revision.objects.exclude(article__live__revision=F("pk"))
        older = older.filter(publications__isnull=False).distinct()
        revision = self._choose(older)
        factories.expunge_revision(revision, asked_by=self.morgan, by=self.olga)

    def set_risk(self) -> None:
        page = self._load(self._choose_page())
        risks = {Article.Risk.STANDARD: Article.Risk.HIGH, Article.Risk.HIGH: Article.Risk.STANDARD}
        page.risk = risks[page.risk]
        page.save()
        recording.record(PAGE, [page], by=self.ann)

    def set_interval(self) -> None:
        page = self._load(self._choose_page())
        page.review_months = self.random.randint(1, 36)
        page.save()
        recording.record(PAGE, [page], by=self.ann)

    def change_reviewer(self) -> None:
        user = self.random.choice(self.signers)
        name = self.random.choice(
            ["biography", "disclosures", "specialty", "post_nominals", "name"]
        )
        factories.change_reviewer(user, **{name: f"Fact {next(self.numbers)}"})

    def change_licence(self) -> None:
        """It ends, or its number changes; the account may be closed with it."""
        user = self.random.choice(self.signers)
        if len(self.signers) == 1:
            factories.change_reviewer(user, licence_number=f"LIC-{next(self.numbers)}")
            return
        self.signers.remove(user)
        factories.change_reviewer(user, licence_expires=timezone.localdate() - dt.timedelta(days=1))
        if self.random.random() < 0.5:
            user.is_active = False
            user.save()

    def sign_as_newcomer(self) -> None:
        """A reviewer whom nobody has read of signs for the first time."""
        name = f"newcomer{next(self.numbers)}"
        user = factories.make_user(name, "Nora", name.capitalize(), group=groups.REVIEWERS)
        last = dt.date(2036, 1, 1)
        factories.make_reviewer(user, verified_by=self.morgan, licence_expires=last)
        page = self._load(self._choose(Article.objects.public().as_signed()))
        factories.sign_page(page, by=user, asked_by=self.morgan)
        self.signers.append(user)

    def dispute_signature(self) -> None:
        signatures = LedgerEntry.objects.signed().filter(by__in=self.signers)
        entry = self._choose(signatures)
        disputes.dispute(entry, by=entry.by)

    def rename_writer(self) -> None:
        self.ann.last_name = f"Writer {next(self.numbers)}"
        self.ann.save()

    def verify_reviewer(self) -> None:
        user = self.random.choice(self.signers)
        signing.verify_reviewer(user.reviewer, by=self.morgan)

    def rename_topic(self) -> None:
        topic = self._choose(Topic.objects)
        topic.name = f"{self.random.choice(TITLES)} topic {next(self.numbers)}"
        if self.random.random() < 0.3:
            topic.slug = f"topic-{next(self.numbers)}"
        topic.save()
        pages = Article.objects.filter(topics=topic)
        if self.random.random() < 0.7:
            publish_metadata(pages, by=self.morgan)

    def file_pages(self) -> None:
        pages = Article.objects.filter(pk__in=[self._choose_page().pk, self._choose_page().pk])
        act = self.random.choice([bulk_actions.add_to_topic, bulk_actions.remove_from_topic])
        act(pages, topic=self._choose(Topic.objects), by=self.morgan)

    def change_notice(self) -> None:
        if self.random.random() < 0.5:
            notices = list(CopyrightNotice.objects.filter(retired_at=None))
            year = min(notices[0].year + 1, timezone.localdate().year)
            roll_copyright_year(notices, year=year, by=self.morgan)
            return
        notice = CopyrightNotice.objects.create(holder=f"Holder {next(self.numbers)}", year=2026)
        pages = Article.objects.filter(pk=self._choose_page().pk)
        bulk_actions.set_notice(pages, notice=notice, by=self.morgan)

    def retire_notice(self) -> None:
        notices = list(CopyrightNotice.objects.active().order_by("pk"))
        if len(notices) < 2:
            raise NothingToDo
        old, new = self.random.sample(notices, 2)
        retire_notice(old, by=self.morgan, replacement=new)

    def delete_topic(self) -> None:
        """One that no working copy is filed under; it may be one that published pages are in."""
        self._choose(Topic.objects.filter(articles=None)).delete()

    def change_phrases(self) -> None:
        facts = {"meaning": "now", "subject": "stroke", "language": "en", "by": self.morgan}
        event = phrases.add_phrase(text=f"face number {next(self.numbers)}", **facts)
        if self.random.random() < 0.5:
            phrases.remove_phrase(event, by=self.morgan)

    def rename_about_page(self) -> None:
        page = self._choose_page(kind="about")
        slug = self.random.choice(["contact", "privacy", "accessibility", "who-we-are"])
        change_slug(page, slug=slug, by=self.morgan)

    def check_links(self) -> None:
        link_index.rebuild()
        update_addresses()
        OutsideAddress.objects.update(failing_since=timezone.now(), status="404")

    def discard_draft(self) -> None:
        discard(self._choose(Article.objects.active().unpublished()), by=self.morgan)

    def restore_text(self) -> None:
        page = self._choose_page()
        restore(self._choose(page.revisions), by=self.ann)
        self._sign(self._load(page))

    def recall(self) -> None:
        keys = [self._choose_page().pk]
        recalled = open_recall(keys, trigger="safety", reason="A warning.", by=self.morgan)
        for row in recalled.rows.all():
            signing.cancel_request(row.review, by=self.morgan)

    def ask_for_review(self) -> None:
        review = signing.request_review(self._load(self._choose_page()), by=self.morgan)
        signing.cancel_request(review, by=self.morgan)

    def record_earlier_review(self) -> None:
        claims = []
        for _ in range(self.random.randint(1, 3)):
            write = self.random.choice([self._write_symptom, self._write_article])
            claims.append(factories.make_claim(write()))
        attest_all(claims, by=self.morgan)

    def do_several_things(self) -> None:
        """They are one transaction, and may meet on one page."""
        things = [self.publish_change, self.withdraw, self.move, self.publish_title]
        things += [self.file_pages, self.set_risk, self.sign_again, self.publish_facts]
        for thing in self.random.sample(things, 3):
            thing()

    def import_ids(self) -> None:
        """An old address of another site leads to a page."""
        page = self._choose(Article.objects.active())
        slug = f"old-{next(self.numbers)}"
        row = Redirect.objects.create(
            language=page.language, kind=page.kind, slug=slug, article=page
        )
        recording.record("redirect", [row], by=self.morgan)

    def rebuild(self) -> None:
        projections.rebuild()

    def renew_related_pages(self) -> None:
        related_pages.renew()

    def let_days_pass(self) -> None:
        self.clock.shift(dt.timedelta(days=self.random.choice([1, 30, 120])))

    # One event after the other

    def list_events(self) -> list[Callable[[], None]]:
        often = [self.publish_change, self.sign_again, self.withdraw, self.publish_withdrawn]
        once = [
            *(self.publish_title, self.publish_summary, self.publish_facts, self.publish_card),
            *(self.publish_figure, self.publish_draft, self.publish_new_page, self.write_draft),
            *(self.edit_draft, self.move, self.move_back, self.move_draft, self.merge_pages),
            *(self.merge_two_causes, self.rename_cause, self.exchange_cause_addresses),
            *(self.describe_cause, self.expunge, self.set_risk, self.set_interval),
            *(self.change_reviewer, self.verify_reviewer, self.rename_topic, self.file_pages),
            *(self.change_notice, self.change_phrases, self.rename_about_page, self.check_links),
            *(self.discard_draft, self.restore_text, self.recall, self.ask_for_review),
            *(self.record_earlier_review, self.import_ids, self.rebuild, self.let_days_pass),
            *(self.renew_related_pages, self.publish_correction, self.change_emergency),
            *(self.withdraw_late_pages, self.delete_cause, self.write_cause),
            *(self.change_licence, self.sign_as_newcomer, self.dispute_signature),
            *(self.rename_writer, self.retire_notice, self.delete_topic, self.do_several_things),
        ]
        return [*once, *often, *often]

    def happen(self) -> str:
        """One event, whole or not at all. Gives its name, empty for one that was refused."""
        event = self.random.choice(self.list_events())
        try:
            with transaction.atomic():
                event()
        except (ActionRefused, NothingToDo):
            return ""
        return event.__name__


@dataclass
class Comparison:
    """Two workers and a store beside what a process answers that keeps nothing."""

    seed: int
    scene: Scene
    workers: tuple[Worker, Worker] = field(default_factory=lambda: (Worker(), Worker()))
    counts: Counter[str] = field(default_factory=Counter)
    compared: int = 0

    def run(self, events: int, *, draws: int = DRAWN, all_every: int = ALL_EVERY) -> Iterator[str]:
        """A line for each address at which a worker answers something old.

        What was an address once is asked for as long as the site lives.
        """
        known = set(list_addresses())
        yield from self.compare(sorted(known), "at the beginning")
        happened = 0
        while happened < events:
            stored = list_stored()
            event = self.scene.happen()
            if not event:
                continue
            happened += 1
            self.counts[event] += 1
            known.update(list_addresses())
            named = stored - list_stored()
            wanted = named.union(self.scene.random.sample(sorted(known), draws))
            if happened % all_every == 0:
                wanted.update(known)
                print(happened, "events,", self.compared, "answers")
            yield from self.compare(sorted(wanted), f"{happened}. {event}")

    def compare(self, addresses: Iterable[str], event: str) -> Iterator[str]:
        # One of them is asked for nothing now and then, and has more to follow the next time.
        awake = self.scene.random.choice([1, 2, 2, 2])
        for worker in self.workers:
            worker.wait_a_second()
        for address in addresses:
            self.compared += 1
            expected = render(address)
            for worker in self.scene.random.sample(self.workers[:awake], awake):
                answer = worker.get(address)
                if answer != expected:
                    yield f"seed {self.seed}, {event}: {address} {_describe(answer, expected)}"


def _describe(answer: GivenAnswer, expected: GivenAnswer) -> str:
    """The first difference between two answers."""
    if answer.status != expected.status:
        return f"is {answer.status} and not {expected.status}"
    lines = zip_longest(answer.body.splitlines(), expected.body.splitlines())
    for old, new in lines:
        if old != new:
            return f"says {old!r} and not {new!r}"
    return f"has the headers {answer.headers} and not {expected.headers}"
