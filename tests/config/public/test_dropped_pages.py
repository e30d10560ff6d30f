"""Which stored pages go for which event, on a site of some forty pages: those, and no others."""

from collections.abc import Callable

import pytest
from django.db import transaction
from django.test import Client
from django.test.utils import override_settings
from django.urls import reverse

from articles.audit import recording
from articles.audit.page_kinds import PAGE
from articles.emergencies import phrases
from articles.links import index as link_index
from articles.models import Article, Topic
from articles.public.page_cache import page_cache
from articles.publishing import bulk_actions
from articles.publishing.actions import change_slug, publish_metadata
from reviews.signing.actions import request_review, verify_reviewer, withdraw_page
from symptoms.actions import record_cause
from symptoms.models import Cause, SymptomCause
from tests import factories
from tests.factories import get_person
from tests.page_store_follows import list_stored

THANKS = "/feedback/ache/thanks/"
ACHE = {"/symptoms/ache/", "/symptoms/ache/causes/", "/symptoms/ache/history/", THANKS}
# What prints words of it, or of its review line.
QUOTING = {"/causes/gout/", "/feeds/reviewed.atom", "/reviewers/ravi-rao/"}
SIGNED = {"/", "/reviewers/", "/sitemap.xml"}
LISTING = {"/symptoms/", "/topics/head/"}
CRAMP = {"/symptoms/cramp/", "/symptoms/cramp/history/"}
FILING = {"/", "/feeds/reviewed.atom", "/reviewers/ravi-rao/", "/sitemap.xml", "/topics/"}
# What leads to it: its related page, and with another address a page with a link in its text.
LEADING = {"/symptoms/bruise/", "/symptoms/bruise/causes/"}
# What has the row of letters.
LETTERED = {"/", "/symptoms/", *(f"/symptoms/a-z/{key}/" for key in "abdz")}


@pytest.fixture(scope="module")
def site(module_db) -> None:
    """Thirty symptoms to which nothing happens, and a few pages to which it does."""
    ann, ravi = get_person("ann"), get_person("ravi")
    factories.publish_symptoms(30, by=ann, signer=ravi, title="Zz {}", causes=0, related=0)
    head = factories.make_topic("Head", "head")
    gout = factories.make_cause(ann, name="Gout", slug="gout")
    pages: list[Article] = []
    for title in ("Ache", "Bruise"):
        page = factories.make_symptom(ann, slug=title.lower(), title=title)
        SymptomCause.objects.create(symptom=page, cause=gout, text="<p>It may.</p>")
        pages.append(page)
    text = '<p>It is no <a href="/symptoms/ache/">ache</a>.</p>'
    pages.append(factories.make_symptom(ann, slug="cramp", title="Cramp", body=text))
    factories.make_topic("Neck", "neck")
    text = '<p>See what is filed under <a href="/topics/neck/">necks</a>.</p>'
    pages.append(factories.make_article(ann, slug="diary", title="Diary", body=text))
    for page in pages:
        page.topics.set([head] if page.title in ("Ache", "Bruise") else [])
    pages.append(factories.make_about_page(ann, slug="privacy", title="Privacy"))
    pages.append(factories.make_about_page(ann, slug="who", title="Who we are"))
    for page in pages:
        factories.sign_page(page, by=ravi, asked_by=ann)
    factories.make_symptom(ann, slug="draft", title="A draft").topics.set([])


@pytest.fixture
def filled(site, db) -> set[str]:
    """Every page of it is stored."""
    urls = {f"/symptoms/zz-{number}/" for number in range(1, 31)}
    for slug in ("ache", "bruise", "cramp"):
        urls |= {f"/symptoms/{slug}/", f"/symptoms/{slug}/history/", f"/symptoms/{slug}/causes/"}
    urls |= {"/articles/diary/", "/about/privacy/", "/about/who/", "/causes/gout/"}
    urls |= {"/", "/symptoms/", "/articles/", "/about/", "/emergencies/", "/causes/", "/topics/"}
    urls |= {"/reviewers/", "/reviewers/ravi-rao/", "/topics/head/", "/sitemap.xml"}
    urls |= {"/feeds/reviewed.atom", "/causes/a-z/g/", "/symptoms/a-z/d/", get_thanks()}
    urls |= {f"/symptoms/a-z/{key}/" for key in "abz"}
    page_cache.clear()
    with override_settings(PAGE_STORE=True):
        for url in sorted(urls):
            Client().get(url)
    return describe(list_stored())


def get_thanks() -> str:
    return reverse("feedback:thanks", args=[get("ache").live.revision.uuid])


def describe(urls: set[str]) -> set[str]:
    return {THANKS if "thanks" in url else url for url in urls}


def get(slug: str) -> Article:
    return Article.objects.select_related("live__revision").get(slug=slug)


def edit_and_sign(slug: str, **fields) -> None:
    sign(factories.edit_page(get(slug), by=get_person("ann"), **fields))


def sign(page: Article, **asked) -> None:
    factories.sign_page(page, by=get_person("ravi"), asked_by=get_person("morgan"), **asked)


def withdraw(slug: str) -> None:
    withdraw_page(get(slug), reason="wrong", by=get_person("morgan"))


def file_cramp(topic: str) -> None:
    pages, topic = Article.objects.filter(slug="cramp"), Topic.objects.get(slug=topic)
    bulk_actions.add_to_topic(pages, topic=topic, by=get_person("morgan"))


def set_risk() -> None:
    page = get("ache")
    Article.objects.filter(pk=page.pk).update(risk=Article.Risk.HIGH)
    recording.record(PAGE, [page], by=get_person("ann"))


def rename_topic() -> None:
    Topic.objects.filter(slug="head").update(name="Head and neck")
    publish_metadata(Article.objects.all(), by=get_person("morgan"))


def rename_cause() -> None:
    cause = Cause.objects.get(slug="gout")
    cause.name = "Gouty pain"
    cause.save()
    record_cause(cause, by=get_person("ann"))
    sign(get("ache"))


def add_phrase() -> None:
    facts = {"meaning": "now", "subject": "stroke", "language": "en", "by": get_person("morgan")}
    phrases.add_phrase(text="his face went funny", **facts)


EVENTS: dict[str, tuple[Callable[[], object], set[str]]] = {
    "a change is signed": (
        lambda: edit_and_sign("ache", body="<p>It hurts more.</p>"),
        ACHE | QUOTING | SIGNED,
    ),
    "a page is signed again": (
        lambda: sign(get("ache"), trigger="annual"),
        ACHE | QUOTING | SIGNED,
    ),
    "a title is signed, of the same letter": (
        lambda: edit_and_sign("ache", title="Agony"),
        ACHE | QUOTING | SIGNED | LISTING | LEADING | {"/symptoms/a-z/a/"},
    ),
    "a summary is signed": (
        lambda: edit_and_sign("ache", summary="Another one."),
        ACHE | QUOTING | SIGNED | LISTING,
    ),
    "a page moves": (
        lambda: change_slug(get("ache"), slug="pain", by=get_person("morgan")),
        ACHE
        | QUOTING
        | LISTING
        | LEADING
        | {"/", "/symptoms/a-z/a/", "/symptoms/cramp/", "/sitemap.xml"},
    ),
    "the only page of a letter is withdrawn": (
        lambda: withdraw("ache"),
        ACHE | QUOTING | SIGNED | LISTING | LEADING | LETTERED | {"/topics/"},
    ),
    "a first page is signed": (
        lambda: sign(get("draft")),
        SIGNED | {"/symptoms/", "/symptoms/a-z/a/", "/feeds/reviewed.atom", "/reviewers/ravi-rao/"},
    ),
    "a page is filed elsewhere": (
        lambda: file_cramp("head"),
        CRAMP | FILING | {"/topics/head/"},
    ),
    "a page is the first of a topic to which a text leads": (
        lambda: file_cramp("neck"),
        CRAMP | FILING | {"/articles/diary/"},
    ),
    "a topic gets another name": (
        rename_topic,
        ACHE
        | QUOTING
        | LEADING
        | {"/", "/symptoms/bruise/history/", "/topics/", "/topics/head/", "/sitemap.xml"},
    ),
    "a cause is signed under another name": (
        rename_cause,
        ACHE | QUOTING | SIGNED | LEADING | {"/causes/", "/causes/a-z/g/"},
    ),
    "the risk of a page changes": (set_risk, ACHE | QUOTING | {"/"}),
    "a page about the site has another title": (
        lambda: edit_and_sign("who", title="Us"),
        SIGNED | {"/about/", "/about/who/", "/feeds/reviewed.atom", "/reviewers/ravi-rao/"},
    ),
    "a reviewer discloses something": (
        lambda: factories.change_reviewer(get_person("ravi"), disclosures="Shares."),
        {"/reviewers/ravi-rao/"},
    ),
    # Nobody reads these anywhere.
    "a reviewer has another specialty": (
        lambda: factories.change_reviewer(get_person("ravi"), specialty="Eyes"),
        set(),
    ),
    "a reviewer is verified": (
        lambda: verify_reviewer(get_person("ravi").reviewer, by=get_person("morgan")),
        set(),
    ),
    "a review is requested": (
        lambda: request_review(get("ache"), by=get_person("morgan"), trigger="annual"),
        set(),
    ),
    "a draft is saved": (
        lambda: factories.edit_page(get("ache"), by=get_person("ann"), title="Unsigned"),
        set(),
    ),
    "a phrase is added": (add_phrase, set()),
    "links are checked": (link_index.rebuild, set()),
}


def test_an_event_drops_the_pages_that_print_what_it_changed_and_no_others(filled):
    for name, (event, expected) in EVENTS.items():
        dropped = find_dropped(filled, event)
        assert dropped == expected, f"{name}: {sorted(dropped ^ expected)}"


def test_every_page_goes_with_a_link_of_its_footer(filled):
    """Files for machines, which have no footer, are dropped as lists of pages."""
    dropped = find_dropped(filled, lambda: withdraw("privacy"))
    assert filled - dropped == set()


def find_dropped(filled: set[str], event: Callable[[], object]) -> set[str]:
    """The pages that go for an event, which is then taken back."""
    with transaction.atomic():
        event()
        dropped = filled - describe(list_stored())
        transaction.set_rollback(True)
    return dropped
