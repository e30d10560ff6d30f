"""The first promise: whatever is in the database, visitors read only signed words.

All of it is read with the store of rendered pages, of which a part is read a second time.
"""

import itertools
import re
from dataclasses import dataclass
from urllib.parse import urlencode

import pytest
from django.apps import apps
from django.contrib.auth.models import User
from django.db import IntegrityError, models, transaction
from django.template.loader import render_to_string
from django.urls import URLResolver, get_resolver, reverse
from django.utils import timezone
from taggit.models import Tag

from articles.content import kinds
from articles.content.review_line import PageMetadata
from articles.feedback.actions import close_report
from articles.models import (
    AboutPage,
    Article,
    CopyrightNotice,
    EmergencyPage,
    Image,
    PublicationEvent,
    PublishedImage,
    Redirect,
    Reference,
    Revision,
    Topic,
    TopicEntry,
)
from articles.page_store.following import follower
from articles.public import pages as published
from articles.public.page_cache import page_cache
from articles.publishing.actions import change_slug, publish_metadata, record_revisions
from config.public import sitemap
from reviews.models import Mail, MailItem, MedicalReview, Reviewer
from reviews.signing import reader_reports
from reviews.signing.actions import request_review, withdraw_page
from symptoms.models import BodySystem, Cause, CauseAddress, MergedCause, PublishedCause, Symptom
from tests import factories
from tests.factories import add_figure, get_file_path, get_person, get_public_path, store_image
from tests.merging import merge_causes, merge_symptoms

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("page_store")]

OURS = ("articles", "symptoms", "reviews")
NOT_PUBLIC = ("admin/", "accounts/", "desk/")
# The database refuses every change of these rows; tests/articles/db/test_triggers.py proves it.
APPEND_ONLY = {
    *("articles.Revision", "articles.Authorship", "articles.PublicationEvent", "articles.Image"),
    "articles.PhraseEvent",
    "reviews.LedgerEntry",
}
WORDLESS = (
    models.AutoField,
    models.IntegerField,
    models.BooleanField,
    models.DateField,
    models.UUIDField,
    models.ForeignKey,
    models.BinaryField,  # of stored pages: numbers, a code, and the very bytes that visitors get
)
SLUGGED = (
    Article,
    PublicationEvent,
    Redirect,
    Topic,
    TopicEntry,
    Cause,
    PublishedCause,
    CauseAddress,
    MergedCause,
    Reviewer,
)
# What the database refuses to change in place: the address, the kind and the language of a page
# that was ever published, kind and language of every page, and a review once it is decided. The
# projections are made anew from the log and not edited; whoever has signed keeps an address.
REFUSED = {
    ("articles.AuditEvent", "kind"),
    ("articles.AuditEvent", "subject"),
    ("articles.AuditEvent", "record"),
    ("articles.AuditEvent", "previous_hash"),
    ("articles.AuditEvent", "hash"),
    ("articles.AuditPrivateValue", "name"),
    ("articles.AuditPrivateValue", "salt"),
    ("articles.AuditPrivateValue", "value"),
    ("reviews.Mail", "error"),  # of one that no mail server refused
    ("articles.PublishedEmergency", "subject"),
    ("articles.PublishedImage", "sha256"),
    ("articles.TopicEntry", "slug"),
    ("articles.TopicEntry", "name"),
    ("articles.TopicEntry", "sort_key"),
    ("symptoms.PublishedCause", "slug"),
    ("symptoms.PublishedCause", "name"),
    ("symptoms.PublishedCause", "sort_key"),
    ("symptoms.PublishedCause", "name_key"),
    ("symptoms.PublishedRelation", "system"),
    ("symptoms.PublishedRelation", "label"),
    ("symptoms.PublishedName", "name"),
    ("symptoms.PublishedName", "sort_key"),
    ("symptoms.PublishedName", "letter"),
    ("symptoms.PublishedExcerpt", "text"),
    ("articles.SearchEntry", "kind"),
    ("articles.SearchEntry", "language"),
    ("articles.SearchEntry", "slug"),
    ("articles.SearchEntry", "title"),
    ("articles.SearchEntry", "sort_key"),
    ("articles.SearchEntry", "title_words"),
    ("articles.SearchEntry", "name_words"),
    ("articles.SearchEntry", "text_words"),
    ("articles.SearchEntry", "spoken"),
    ("articles.SearchKey", "key"),
    ("articles.SearchStart", "start"),
    ("articles.SearchStart", "name"),
    ("symptoms.CauseAddress", "slug"),
    ("reviews.Reviewer", "slug"),
    ("articles.ReaderReport", "outcome"),  # of one that is still open
    ("articles.Article", "slug"),
    ("articles.Article", "kind"),
    ("articles.Article", "language"),
    ("reviews.MedicalReview", "note"),
    ("reviews.MedicalReview", "correction"),
    ("reviews.MedicalReview", "override"),
    ("reviews.MedicalReview", "overridden"),
    ("reviews.MedicalReview", "comment"),
    ("reviews.MedicalReview", "interval_rule"),
}


def text_fields(model) -> list[models.Field]:
    """Every field that can hold words of somebody's own; a field of an unknown sort stops the
    test.
    """
    found = []
    for field in model._meta.local_concrete_fields:
        if isinstance(field, models.CharField | models.TextField | models.JSONField):
            if not field.choices:  # the words of a fixed list are in the code
                found.append(field)
        elif not isinstance(field, WORDLESS):
            pytest.fail(
                f"{model._meta.label}.{field.name}: say here whether a {type(field).__name__} holds"
                " words"
            )
    return sorted(found, key=lambda field: field.primary_key)  # the key by which it is found last


MARKER_WORD = re.compile(r"zq\d{4}w")


class MarkerWords:
    """Writes a word of its own into each text field of each row, past every form and every save."""

    def __init__(self):
        self.words: dict[str, tuple[str, str, int]] = {}
        self.refused: set[tuple[str, str, int]] = set()
        self._numbers = itertools.count(1)

    def write_everywhere(self) -> None:
        ours = [model for model in apps.get_models() if model._meta.app_label in OURS]
        for model in [*ours, Tag, User]:
            if model._meta.label not in APPEND_ONLY:
                for pk, field in itertools.product(
                    model.objects.values_list("pk", flat=True), text_fields(model)
                ):
                    self._mark(model, pk, field)

    def _mark(self, model, pk, field) -> None:
        word = f"zq{next(self._numbers):04}w"
        value = f"https://{word}.example/" if isinstance(field, models.URLField) else word
        value = value[: field.max_length]
        place = (model._meta.label, field.name, pk)
        try:
            with transaction.atomic():
                assert model.objects.filter(pk=pk).update(**{field.name: value}) == 1
        except IntegrityError:
            self.refused.add(place)
        else:
            self.words[word] = place

    def get_words(self, label: str, *names: str) -> set[str]:
        return {
            word
            for word, (model, name, _) in self.words.items()
            if model == label and name in names
        }


@pytest.fixture(scope="module")
def built_site(module_db) -> Article:
    """Pages of every kind, with every part: published, published and drafted again, moved,
    withdrawn, never signed.
    """
    ann, ravi, morgan = map(get_person, ("ann", "ravi", "morgan"))
    factories.make_notice()
    CopyrightNotice.objects.update(
        agreement_title="Terms", agreement_url="https://example.org/terms"
    )
    drafts = [factories.make_symptom(ann, slug=f"draft-{n}", title=f"Draft {n}") for n in range(2)]
    neighbour = factories.make_complete_symptom(ann, slug="tics", title="Tics")
    gone = factories.make_complete_symptom(ann, slug="gone", title="Gone")
    moved = factories.make_complete_symptom(ann, slug="old-ache", title="Ache")
    whole = factories.make_complete_symptom(ann, others=[neighbour, drafts[0], gone, moved])
    articles = [
        factories.make_article(ann, slug=f"diary-{n}", title=f"Diary {n}") for n in range(3)
    ]
    about = [
        factories.make_about_page(ann, slug=f"about-{n}", title=f"About {n}") for n in range(2)
    ]
    urgent = [factories.make_emergency(ann, subject=name) for name in ("stroke", "choking")]
    for page, colour in zip([whole, gone, drafts[0]], ["navy", "red", "green"], strict=True):
        image = store_image(ann, name=f"zqfile-{colour}.png", colour=colour)
        add_figure(page, by=ann, image=image, alt=f"Zqalt, all {colour}.")
    for page in [neighbour, gone, moved, whole, *articles[:2], about[0], urgent[0]]:
        page.topics.add(factories.make_topic())
        factories.sign_page(page, by=ravi, asked_by=ann)
    merge(ann, ravi, morgan, "twitch", into=moved)
    merge(ann, ravi, morgan, "pulls", into=neighbour)
    factories.sign_page(
        neighbour, by=ravi, asked_by=ann
    )  # under the name of the page that was merged into it, too
    lost, kept = (Cause.objects.get(slug=f"cause-2-of-{slug}") for slug in ("tics", "old-ache"))
    merge_causes(lost, kept, by=morgan)
    add_figure(
        whole,
        by=ann,
        image=store_image(ann, name="zqfile-gold.png", colour="gold"),
        alt="Zqalt, all gold.",
    )
    factories.edit_page(whole, by=ann, summary="Changed since.")
    factories.report_problem(whole)
    reader_reports.open_review(factories.report_problem(articles[0]), by=ann, reason="Look at it.")
    close_report(factories.report_problem(neighbour), by=ann, outcome="Nothing to do.")
    request_review(whole, by=ann, note="Please look.")
    for page in (gone, articles[1]):
        withdraw_page(page, reason="wrong", by=morgan)
    change_slug(moved, slug="ache", by=morgan)
    refused = {"attempted_at": timezone.now(), "refused_at": timezone.now(), "error": "550"}
    mail = Mail.objects.create(
        kind="due", recipient=ravi, content=[], made_at=timezone.now(), **refused
    )
    MailItem.objects.create(mail=mail, recipient=ravi, subject="due", stage=0)
    return whole


@pytest.fixture
def whole_site(built_site, db) -> Article:
    return built_site


def merge(ann, ravi, morgan, slug, *, into) -> None:
    """A published page gives way to another; what it lists goes into the other's draft."""
    lost = factories.make_symptom(ann, slug=slug, title=slug.title())
    factories.add_facts(lost, ann)
    factories.sign_page(lost, by=ravi, asked_by=ann)
    merge_symptoms(lost, into, by=morgan)


@pytest.fixture
def markers(whole_site, ann, morgan) -> MarkerWords:
    """Every word stained and recorded in new revisions; then a page moves, so that an honest old
    address stands.
    """
    stain = MarkerWords()
    stain.write_everywhere()
    for model in (Symptom, Article, AboutPage, EmergencyPage):
        record_revisions(model.objects.filter(kind=kinds.get_for_model(model).name), by=ann)
    change_slug(Article.objects.get(kind="article", slug="diary-0"), slug="diary-zero", by=morgan)
    page_cache.clear()
    return stain


def public_patterns(resolver=None, prefix: str = "", namespace: str = ""):
    """Route and name of every public pattern of the URL map, at any depth."""
    for entry in (resolver or get_resolver()).url_patterns:
        route = prefix + str(entry.pattern)
        if route.startswith(NOT_PUBLIC):
            continue
        if isinstance(entry, URLResolver):
            inner = f"{namespace}{entry.namespace}:" if entry.namespace else namespace
            yield from public_patterns(entry, route, inner)
        else:
            yield route, f"{namespace}{entry.name or ''}"


def samples() -> dict[str, list[dict]]:
    """Values for each public pattern: every address there is, was or is drafted, every letter, two
    pages. What belongs to a page, such as its history, is asked for with the slugs of all pages.
    """
    slugs = set()
    for model in SLUGGED:
        slugs.update(model.objects.values_list("slug", flat=True))
    pages = set().union(*map(list_slugs, ("about", "article", "emergency", "symptom")))
    each_page = [{"slug": slug} for slug in sorted(pages)]
    each_page_list = [{"slug": slug, "number": 1} for slug in sorted(pages)]
    each_list = [{"slug": slug, "number": 1} for slug in sorted(slugs)]
    rows = [*Image.objects.all(), *PublishedImage.objects.all()]
    pictures = {(row.sha256, row.extension) for row in rows}
    letters = {key: [{"key": key}] for key in [*"abcdefghijklmnopqrstuvwxyz", "other"]}
    each_text = [{"revision": key} for key in Revision.objects.values_list("uuid", flat=True)]
    each_slug = [{"slug": slug} for slug in sorted(slugs)]
    files = ["site", *sitemap.SECTIONS]
    return {
        "": [{}],
        "healthz": [{}],
        "healthz/live": [{}],
        "healthz/ready": [{}],
        "metrics": [{}],
        "status.json": [{}],
        "feeds/reviewed.atom": [{}],
        "sitemap.xml": [{}],
        "sitemap/<slug:name>-<int:number>.xml": [
            {"name": name, "number": n} for name, n in itertools.product(files, (1, 2))
        ],
        "robots.txt": [{}],
        ".well-known/security.txt": [{}],
        "emergencies/": [{}],
        "emergencies/<slug:slug>/": each_slug,
        "emergencies/<slug:slug>/history/": each_page,
        "emergencies/<slug:slug>/history/page/<int:number>/": each_page_list,
        "emergencies/<slug:slug>/history/<int:number>/": list_versions("emergency", pages),
        "about/": [{}],
        "about/<slug:slug>/": each_slug,
        "about/<slug:slug>/history/": each_page,
        "about/<slug:slug>/history/page/<int:number>/": each_page_list,
        "about/<slug:slug>/history/<int:number>/": list_versions("about", pages),
        **{
            f"feedback/<uuid:revision>/{what}/": each_text
            for what in ("helpful", "problem", "thanks")
        },
        "articles/": [{}],
        "articles/<slug:slug>/": each_slug,
        "articles/<slug:slug>/history/": each_page,
        "articles/<slug:slug>/history/page/<int:number>/": each_page_list,
        "articles/<slug:slug>/history/<int:number>/": list_versions("article", pages),
        "finder/": [{}],
        "search/": [{}],
        "search/suggestions/": [{}],
        "images/<slug:digest>.<slug:extension>": [
            {"digest": name, "extension": end} for name, end in pictures
        ],
        "causes/": [{}],
        "causes/a-z/<slug:key>/": list(itertools.chain.from_iterable(letters.values())),
        "causes/a-z/<slug:key>/<int:number>/": [{"key": key, "number": 1} for key in letters],
        "causes/<slug:slug>/": each_slug,
        "causes/<slug:slug>/<int:number>/": each_list,
        "reviewers/": [{}],
        "reviewers/page/<int:number>/": [{"number": 1}],
        "topics/": [{}],
        "topics/page/<int:number>/": [{"number": 1}],
        "reviewers/<slug:slug>/": each_slug,
        "reviewers/<slug:slug>/<int:number>/": each_list,
        "topics/<slug:slug>/": each_slug,
        "topics/<slug:slug>/<int:number>/": each_list,
        "symptoms/": [{}],
        "symptoms/<slug:slug>/": each_slug,
        "symptoms/<slug:slug>/causes/": each_page,
        "symptoms/<slug:slug>/causes/<int:number>/": each_page_list,
        "symptoms/<slug:slug>/history/": each_page,
        "symptoms/<slug:slug>/history/page/<int:number>/": each_page_list,
        "symptoms/<slug:slug>/history/<int:number>/": list_versions("symptom", pages),
        "symptoms/a-z/<slug:key>/": list(itertools.chain.from_iterable(letters.values())),
        "symptoms/a-z/<slug:key>/<int:number>/": [
            {"key": key, "number": n} for key, n in itertools.product(letters, (1, 2))
        ],
    }


def list_slugs(kind: str) -> set[str]:
    """Every address that a page of a kind has or had."""
    pages = Article.objects.filter(kind=kind)
    return {
        *pages.values_list("slug", flat=True),
        *PublicationEvent.objects.filter(article__in=pages).values_list("slug", flat=True),
        *Redirect.objects.filter(article__in=pages).values_list("slug", flat=True),
    }


def list_versions(kind: str, pages: set[str]) -> list[dict]:
    """Every number of the pages of a kind, and one after the last. Pages of other kinds have no
    version there, so they are asked for their first only.
    """
    last = Revision.objects.aggregate(last=models.Max("number"))["last"] or 0
    return [
        {"slug": slug, "number": number}
        for slug, number in itertools.product(sorted(list_slugs(kind)), range(1, last + 2))
    ] + [{"slug": slug, "number": 1} for slug in sorted(pages - list_slugs(kind))]


def list_queries(route: str) -> list[str]:
    """What is asked of an address that answers questions: every symptom, alone and together, and
    every list.
    """
    if route.startswith("search/"):
        words = (
            "zq",
            "zq0",
            "zq00",
            "facial spasms",
            "tics",
            "ache",
            "draft",
            "gone",
            "cause",
            "diary",
            "911",
            "R25.3",
            "my dad has a stroke",
            "choking",
        )
        return [
            "",
            *(
                f"?{urlencode({'q': word, 'topic': topic})}"
                for word, topic in itertools.product(words, ("", "zq"))
            ),
        ]
    if route != "finder/":
        return [""]
    slugs = sorted(list_slugs("symptom"))
    asked = [{"s": slug} for slug in slugs] + [
        {"s": slugs[:10]},
        {"s": slugs[10:20]},
        {"system": "all"},
    ]
    asked += [{"system": system} for system in BodySystem.values]
    asked += [{"q": word} for word in ("zq", "e", "facial", "draft", "gone")]
    return ["", *(f"?{urlencode(question, doseq=True)}" for question in asked)]


@dataclass
class Answer:
    """What a test keeps of an answer: thousands of them would fill the memory."""

    status_code: int
    location: str
    words: set[str]


def list_addresses() -> list[tuple[str, str]]:
    """Every public address, behind its pattern."""
    values, addresses = samples(), []
    for route, name in public_patterns():
        assert route in values, (
            f"{name} ({route}) is public and has no sample: add one to samples()"
        )
        questions = list_queries(route)
        for kwargs, question in itertools.product(values[route], questions):
            addresses.append((route, reverse(name, kwargs=kwargs) + question))
    return addresses


def read_response(answer) -> str:
    """All that a visitor receives: the first line, the headers, cookies and the text."""
    headers = "\n".join(f"{name}: {value}" for name, value in answer.items())
    body = answer.content.decode(errors="replace")  # a picture is no text
    return f"{answer.status_code} {answer.reason_phrase}\n{headers}\n{answer.cookies}\n{body}"


def walk(client, addresses: list[tuple[str, str]] | None = None) -> dict[str, Answer]:
    """The answer of every public address, with the words of ``MarkerWords`` in it. A HEAD request
    is answered by the same view: one address of each pattern and status is asked so too, by a
    worker that knows only what is in the store.
    """
    answers: dict[str, Answer] = {}
    asked = set()
    for route, path in addresses or list_addresses():
        response = client.get(path)
        status = response.status_code
        kept = Answer(status, response.get("Location", ""), find_markers(response))
        answers[path] = kept
        if (route, status) not in asked:
            asked.add((route, status))
            page_cache.memory.clear()
            follower.clear()
            assert find_markers(client.get(path)) == kept.words
            head = client.head(path)
            assert head.status_code == status
            kept.words |= find_markers(head)
    return answers


def find_markers(response) -> set[str]:
    return set(MARKER_WORD.findall(read_response(response)))


def find_leaks(answers: dict[str, Answer], words: set[str]) -> set[tuple[str, str]]:
    leaks = set()
    for path, answer in answers.items():
        leaks.update((path, word) for word in answer.words & words)
    return leaks


@pytest.fixture(scope="module")
def walks() -> dict:
    """What several tests read of the whole site, before and after every word was marked."""
    return {}


@pytest.fixture
def answers(markers, client, walks) -> dict[str, Answer]:
    if "marked" not in walks:
        walks["marked"] = walk(client)
    return walks["marked"]


def read_everything(client) -> bytes:
    """The bytes of all public addresses; equal ones once."""
    return b" ".join({client.get(path).content for _, path in list_addresses()})


def list_profile_words(markers) -> set[str]:
    return markers.get_words("reviews.Reviewer", "biography", "disclosures")


@pytest.mark.both_engines
def test_nothing_unsigned_is_public(markers, answers):
    # What reviewers say of themselves is frame: unsigned by design, and shown on their own pages
    # only.
    assert find_leaks(answers, markers.words.keys() - list_profile_words(markers)) == set()
    assert {path for path, _ in find_leaks(answers, list_profile_words(markers))} <= {
        "/reviewers/ravi-rao/",
        "/reviewers/ravi-rao/1/",
    }


def test_a_public_pattern_without_a_sample_is_noticed():
    routes = {route for route, _ in public_patterns(get_resolver("benchmarks.urls"))}
    assert routes - samples().keys() == {"bare/"}


def test_the_walk_meets_pages_of_every_state_and_reads_signed_words(markers, answers, client):
    assert {answer.status_code for answer in answers.values()} == {200, 301, 302, 404, 410}
    for signed in (
        "Facial spasms",
        "Tics",
        "Ache",
        "Cause 1 of Facial spasms",
        "if one side of your face droops",
        "Life-threatening",
    ):
        assert signed in client.get("/finder/?s=facial-spasms&s=tics&s=ache&system=all").text
    page = client.get("/symptoms/facial-spasms/")
    for signed in (
        "Facial spasms",
        "A muscle tightens by itself.",
        "Ann Archer",
        "Ravi Rao",
        "Full House",
        "muscle",
    ):
        assert signed in page.text
    assert client.get("/articles/diary-0/")["Location"] == "/articles/diary-zero/"
    assert answers["/symptoms/pulls/"].location == "/symptoms/tics/"
    assert answers["/symptoms/twitch/"].status_code == 410
    assert "/symptoms/ache/" in client.get("/symptoms/twitch/").text
    assert (
        answers["/symptoms/gone/"].status_code == answers["/articles/diary-1/"].status_code == 410
    )


def test_what_is_told_to_machines_has_signed_words_and_public_addresses_only(markers, client):
    page = client.get("/symptoms/facial-spasms/").text
    data = page[page.index("ld+json") :].partition("</script>")[0]
    for signed in (
        "Cause 0 of Facial spasms",
        "Fasciculation",
        "spasms by another name",
        "Call 911 if one side",
    ):
        assert signed in data
    feed, listed = client.get("/feeds/reviewed.atom").text, client.get("/sitemap.xml").text
    assert "Call 911 if one side" in feed
    assert "Facial spasms are movements" in feed
    assert "/symptoms/facial-spasms/causes/" in listed
    drafts = Article.objects.filter(publications__isnull=True).values_list("slug", flat=True)
    assert {markers.words[slug][:2] for slug in drafts} == {("articles.Article", "slug")}
    assert not [
        slug
        for slug in (*drafts, "gone", "diary-1", "old-ache", "diary-0")
        if f"/{slug}/" in listed
    ]


def test_pages_kept_on_the_shelf_from_before_show_no_draft_word_either(
    whole_site, ann, client, walks
):
    addresses = list_addresses()
    walks["unmarked"] = read_everything(client)
    stain = MarkerWords()
    stain.write_everywhere()
    record_revisions(Symptom.objects.all(), by=ann)
    answers = walk(client, addresses)
    assert find_leaks(answers, stain.words.keys() - list_profile_words(stain)) == set()


@pytest.mark.both_engines
def test_the_database_refuses_what_must_not_change_in_place(markers):
    found = {(label, name) for label, name, _ in markers.refused}
    assert (found - REFUSED, REFUSED - found) == (set(), set())
    ever_published = set(
        Article.objects.filter(publications__isnull=False).values_list("pk", flat=True)
    )
    assert {
        pk for label, name, pk in markers.refused if (label, name) == ("articles.Article", "slug")
    } == ever_published
    for name, rows in (
        ("note", MedicalReview.objects.all()),
        ("comment", MedicalReview.objects.decided()),
    ):
        assert {pk for _, refused, pk in markers.refused if refused == name} == set(
            rows.values_list("pk", flat=True)
        )


def test_every_word_of_a_page_could_have_leaked(markers):
    """The words are in the drafts, and a draft printed as visitors would see it shows them: the
    walk can fail.
    """
    shown = " ".join(print_draft(page) for page in Article.objects.active())
    in_drafts = {markers.words[word][:2] for word in markers.words if word in shown}
    expected = {
        ("articles.Article", name) for name in ("title", "headline", "summary", "advice", "body")
    } | {
        ("articles.Figure", name) for name in ("alt", "caption", "credit")
    } | {
        ("symptoms.Symptom", field.name) for field in text_fields(Symptom)
    } | {
        ("articles.Reference", field.name) for field in text_fields(Reference)
    } | {
        ("articles.Article", "advice_heading"),
        ("articles.CareCard", "heading"),
        ("articles.CareCard", "html"),
        ("articles.EmergencyPage", "act"),
        ("articles.Topic", "name"),
        ("articles.Topic", "slug"),
        ("auth.User", "first_name"),
        ("auth.User", "last_name"),
        ("symptoms.Cause", "name"),
        ("symptoms.Cause", "slug"),
        ("symptoms.Code", "code"),
        ("symptoms.Code", "display"),
        ("symptoms.OtherName", "name"),
        ("symptoms.SymptomCause", "group"),
        ("symptoms.SymptomCause", "text"),
        ("taggit.Tag", "name"),
    } | {
        ("articles.CopyrightNotice", field.name) for field in text_fields(CopyrightNotice)
    }  # fmt: skip
    assert in_drafts == expected


def print_draft(page: Article) -> str:
    """The newest draft of a page, with its working frame, through the templates that visitors
    get.
    """
    kind = kinds.get(page.kind)
    document = page.get_latest_revision().read()
    notice = page.notice.to_metadata() if page.notice else None
    frame = PageMetadata(
        notice=notice, filed_under=tuple(topic.to_metadata() for topic in page.topics.all())
    )
    context = published.build_context(page, document, None, frame)
    templates = [kind.template, *filter(None, [kind.causes_partial])]
    return " ".join(render_to_string(template, context) for template in templates)


def test_a_changed_frame_shows_only_once_it_is_logged(markers, morgan, client):
    notice = markers.get_words(
        "articles.CopyrightNotice", "holder", "statement", "agreement_title", "agreement_url"
    )
    filing = markers.get_words("articles.Topic", "name", "slug")
    before = PublicationEvent.objects.count()
    assert publish_metadata(Article.objects.all(), by=morgan)
    logged = " ".join(
        PublicationEvent.objects.order_by("id").values_list("metadata", flat=True)[before:]
    )
    page_cache.clear()
    words = markers.words.keys() - list_profile_words(markers)
    shown = {word for _, word in find_leaks(walk(client), words)}
    assert shown <= notice | filing
    assert shown & notice
    assert shown & filing
    assert all(word in logged for word in shown)


def test_a_draft_of_a_page_that_is_published_for_the_first_time_shows_after_its_signature_only(
    ann, ravi, client
):
    page = factories.make_symptom(ann, title="Zqnew", slug="zqnew")
    assert "Zqnew" not in client.get("/symptoms/").text
    factories.sign_page(page, by=ravi, asked_by=ann)
    page_cache.clear()
    assert "Zqnew" in client.get("/symptoms/").text


def test_of_all_pictures_only_those_of_signed_texts_are_public_in_bytes_and_words(
    whole_site, client, walks
):
    """Navy is on a public page, gold on its draft, red on a withdrawn page, green on a draft."""
    files = {image.name: image for image in Image.objects.all()}
    assert {
        name: client.get(get_public_path(image)).status_code for name, image in files.items()
    } == {
        "zqfile-navy.png": 200,
        "zqfile-gold.png": 404,
        "zqfile-red.png": 404,
        "zqfile-green.png": 404,
    }
    seen = walks.get("unmarked") or read_everything(client)
    assert b"Zqalt, all navy." in seen
    assert not [word for word in (b"all gold", b"all red", b"all green", b"zqfile") if word in seen]
    with open(get_file_path(files["zqfile-navy.png"]), "rb") as file:
        assert file.read() in seen
    for name in ("zqfile-gold.png", "zqfile-red.png", "zqfile-green.png"):
        with open(get_file_path(files[name]), "rb") as file:
            assert file.read() not in seen
        assert files[name].sha256.encode() not in seen
