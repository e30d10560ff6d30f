"""The demonstration is loaded once, signed like any page, and never mistaken for the real thing."""

import datetime as dt
import gzip
import re
from collections import Counter
from pathlib import Path

import brotli
import pytest
from django.contrib.auth.models import User
from django.contrib.staticfiles import finders
from django.core.management import CommandError, call_command
from django.db.models import Count
from django.utils import timezone

from articles import quality
from articles.care.phone_numbers import extract_words, find_numbers_to_call
from articles.content import kinds
from articles.models import Article, PublicationEvent, Revision, Topic
from config.operations.demo import loader
from reviews import verification
from reviews.models import LedgerEntry, MedicalReview, ReviewSchedule
from reviews.signing.eligibility import get_current_withdrawal
from symptoms.models import Cause, RelatedSymptom
from tests import files, html
from tests.files import export_site

PASSWORD = "open-sesame"
SYMPTOMS = [
    slug for slug in loader.PAGE_SLUGS if loader.read_toml(f"pages/{slug}")["kind"] == "symptom"
]
ABOUT = [slug for slug in loader.PAGE_SLUGS if loader.read_toml(f"pages/{slug}")["kind"] == "about"]
NEVER_PUBLIC = {"muscle-cramps", "neck-stiffness", "stretching-safely"}
PLACES = {
    "symptom": "symptom",
    "article": "article",
    "about": "aboutpage",
    "emergency": "emergencypage",
}
WITHDRAWN = {"watery-eyes", "resting-tired-eyes"}
LIVE = [slug for slug in loader.PAGE_SLUGS if slug not in NEVER_PUBLIC | WITHDRAWN]
LISTS = [
    "/",
    "/about/",
    "/symptoms/",
    "/articles/",
    "/symptoms/a-z/f/",
    "/topics/mind-and-sleep/",
    "/reviewers/ravi-example/",
]


@pytest.fixture(scope="module")
def loaded(module_db):
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("DEMO_PASSWORD", PASSWORD)
        call_command("load_demo", verbosity=0)


@pytest.fixture
def demo(loaded, db, settings, monkeypatch):
    settings.COUNTERSIGN_DEMO = True
    monkeypatch.setenv("DEMO_PASSWORD", PASSWORD)


def address(slug: str) -> str:
    return (
        f"/{'symptoms' if slug in SYMPTOMS else 'about' if slug in ABOUT else 'articles'}/{slug}/"
    )


def test_no_other_name_repeats_the_title_and_none_comes_twice():
    found = {}
    for slug in loader.PAGE_SLUGS:
        page = loader.read_toml(f"pages/{slug}")
        names = [name.casefold() for name in (page["title"], *page.get("other_names", []))]
        found[slug] = [name for name, times in Counter(names).items() if times > 1]
    assert {slug: names for slug, names in found.items() if names} == {}


def test_no_page_has_a_problem_but_relations_to_pages_in_the_making(demo):
    found = {}
    for slug in loader.PAGE_SLUGS:
        kind = kinds.get(loader.read_toml(f"pages/{slug}")["kind"])
        page = kind.load(kind.model.objects.filter(slug=slug)).get()
        found_numbers = [
            problem.message for problem in quality.find_problems(page, kind.compose(page))
        ]
        found[slug] = [
            message
            for message in found_numbers
            if not message.startswith("Related symptoms that visitors cannot")
        ]
    assert {slug: found_numbers for slug, found_numbers in found.items() if found_numbers} == {}


def test_there_is_enough_of_everything(demo):
    assert len(SYMPTOMS) >= 20
    assert len(loader.PAGE_SLUGS) - len(SYMPTOMS) - len(ABOUT) >= 8
    assert set(ABOUT) == {
        "editorial-policy",
        "review-process",
        "funding",
        "privacy",
        "accessibility",
        "contact",
    }
    assert Cause.objects.annotate(pages=Count("symptom_causes")).filter(pages__gte=2).count() >= 30
    assert Topic.objects.filter(articles__kind="symptom").distinct().count() >= 6


def test_every_relation_goes_both_ways(demo):
    pairs = set(RelatedSymptom.objects.values_list("symptom__slug", "other__slug"))
    assert {(other, symptom) for symptom, other in pairs} == pairs
    assert {symptom for symptom, _ in pairs} == set(SYMPTOMS)


def test_every_live_page_is_signed_and_the_ledger_stands(demo, client):
    for slug in LIVE:
        page = client.get(address(slug))
        assert page.status_code == 200, slug
        assert "Medically reviewed by" in page.text
        assert "Nobody yet" not in page.text
    assert list(verification.find_faults()) == []
    call_command("verify_ledger")


def test_what_is_not_live_says_so(demo, client):
    for slug in WITHDRAWN:
        assert client.get(address(slug)).status_code == 410
    for slug in NEVER_PUBLIC:
        assert client.get(address(slug)).status_code == 404


def test_every_state_is_there(demo):
    today = timezone.localdate()
    due = dict(ReviewSchedule.objects.values_list("article__slug", "next_due"))
    late = {slug: (today - date).days for slug, date in due.items() if date < today}
    assert any(days <= 14 for days in late.values())
    assert any(days > 60 for days in late.values())
    assert any(0 <= (date - today).days <= 30 for date in due.values())
    assert any((date - today).days > 90 for date in due.values())
    assert set(MedicalReview.objects.waiting().values_list("article__slug", flat=True)) == {
        "keeping-a-symptom-diary",
        "neck-stiffness",
    }
    sent_back = MedicalReview.objects.filter(outcome=MedicalReview.Outcome.CHANGES)
    assert set(sent_back.values_list("article__slug", flat=True)) == {
        "tiredness",
        "stretching-safely",
    }
    dry_eyes = Article.objects.select_related("live").get(slug="dry-eyes")
    assert dry_eyes.live.revision_id != dry_eyes.get_latest_revision().pk
    assert get_current_withdrawal(Article.objects.get(slug="watery-eyes"))


def test_a_corrected_page_prints_its_correction(demo, client):
    text = html.get_text(client.get("/symptoms/trouble-sleeping/").text)
    assert "The summary said that trouble sleeping passes by itself." in text
    assert "Updated, countersigned by Ravi Example" in text


def test_a_late_page_says_so(demo, client):
    assert "This page is past its review date." in client.get("/symptoms/tremor/").text


def test_the_notes_for_the_reviewer_say_why_a_page_has_its_gravest_level(demo):
    notes = {}
    reviews = MedicalReview.objects.exclude(article__kind="emergency").select_related("article")
    for review in reviews.order_by("requested_at", "id"):
        notes.setdefault(review.article.slug, review.note)
    reasons = {slug: loader.read_toml(f"pages/{slug}").get("level_reason", "") for slug in notes}
    assert [slug for slug, note in notes.items() if reasons[slug].strip() not in note] == []
    assert sum(bool(reason) for reason in reasons.values()) >= 30


def every_public_address() -> list[str]:
    pages = [address(slug) for slug in loader.PAGE_SLUGS]
    versions = [f"{address(slug)}history/" for slug in loader.PAGE_SLUGS]
    texts = PublicationEvent.objects.signed().values_list("article__slug", "revision__number")
    versions += [f"{address(slug)}history/{number}/" for slug, number in texts]
    causes = [f"{address(slug)}causes/" for slug in SYMPTOMS]
    causes += [f"/causes/{slug}/" for slug in Cause.objects.values_list("slug", flat=True)]
    topics = [f"/topics/{slug}/" for slug in Topic.objects.values_list("slug", flat=True)]
    asked = [f"/search/?q={slug.replace('-', '+')}" for slug in SYMPTOMS] + [
        "/search/?q=breathe",
        "/search/?q=911",
    ]
    found = [f"/finder/?s={slug}" for slug in SYMPTOMS] + ["/finder/", "/no-such-page/"]
    return [*pages, *versions, *causes, *topics, *asked, *found, *LISTS]


def test_every_number_that_somebody_is_told_to_call_can_be_dialled(demo, client):
    """All but what a history says has changed: there, as in every comparison, words are words.

    The label of a card that is folded or one of several is no link: its first sentence has one.
    """
    missed, dialled, seen = {}, set(), 0
    for path in every_public_address():
        text = client.get(path, follow=True).text
        dialled |= set(re.findall(r'href="(tel:[^"]*)"', text))
        body = re.sub(
            r'<details class="panel".*?</details>|<script.*?</script>|<(summary|h3)\b.*?</\1>',
            "",
            text.partition("<body")[2],
            flags=re.S,
        )
        body = re.sub(r'<a class="dial" href="tel:(?:911|988|18002221222)">(.*?)</a>', r"☎\1", body)
        body = re.sub(r"<a .*?</a>|<button.*?</button>", "", body, flags=re.S)
        for line in extract_words(body).splitlines():
            found_numbers = find_numbers_to_call(line.replace("☎", ""), ["911", "988"])
            named = re.findall(
                r"\b(?:call|dial|phone|ring|text)\b(?: \w+){0,3} ☎?(?:911|988)\b",
                line,
                re.IGNORECASE,
            )
            seen += len(found_numbers)
            if line.count("☎") < max(len(found_numbers), len(named)):
                missed.setdefault(path, []).append(line)
    assert missed == {}
    assert dialled == {"tel:911", "tel:988", "tel:18002221222"}
    assert seen > 500


def test_no_number_dials_at_the_desk_and_in_the_admin(demo, client):
    client.force_login(User.objects.get(username="ravi"))
    shown = {"/desk/": client.get("/desk/").text}
    for review in MedicalReview.objects.all():
        path = f"/desk/reviews/{review.uuid}/"
        shown[path] = client.get(path).text
    client.force_login(User.objects.get(username="ann"))
    for place, page in enumerate(Article.objects.all()):
        app = "symptoms" if page.kind == "symptom" else "articles"
        form = f"/admin/{app}/{PLACES[page.kind]}/{page.pk}"
        # Every text as visitors would read it; around it, forms are made alike.
        around = () if place % 5 else ("revisions/", "change/")
        for name in ("preview/", "revision/?number=1", *around):
            shown[f"{form}/{name}"] = client.get(f"{form}/{name}").text
    assert [path for path, text in shown.items() if 'href="tel:' in text] == []
    assert sum("911" in text for text in shown.values()) > 50


def test_dates_are_relative_to_the_day_of_loading_and_none_lies_ahead(demo):
    moments = [
        *LedgerEntry.objects.values_list("at", flat=True),
        *PublicationEvent.objects.values_list("at", flat=True),
    ]
    assert max(moments) < timezone.now()
    assert min(moments) < timezone.now() - dt.timedelta(days=400)
    ledger = list(LedgerEntry.objects.in_order().values_list("at", flat=True))
    assert ledger == sorted(ledger)


def test_every_live_page_prints_the_notice_of_this_year(demo):
    years = {line.read_metadata().notice.year for line in PublicationEvent.objects.live()}
    # Loaded on New Year's Day, nobody has rolled the notices over yet.
    assert years == {(timezone.localdate() - dt.timedelta(days=1)).year}


def everything() -> tuple:
    counted = [
        model.objects.count()
        for model in (Article, Revision, PublicationEvent, LedgerEntry, Cause, Topic)
    ]
    return counted, verification.get_head()


def test_loading_again_changes_nothing(demo, capsys):
    before = everything()
    capsys.readouterr()
    call_command("load_demo", port="8001")
    assert everything() == before
    output = capsys.readouterr().out
    assert "http://127.0.0.1:8001/symptoms/facial-spasms/" in output
    assert PASSWORD in output


def test_loading_again_keeps_what_editors_wrote(demo):
    Article.objects.filter(slug="facial-spasms").update(title="Mine")
    call_command("load_demo", verbosity=0)
    assert Article.objects.get(slug="facial-spasms").title == "Mine"


def test_each_role_can_sign_in_with_the_printed_password(demo, client):
    for name in ("ann", "ravi", "morgan"):
        assert client.login(username=name, password=PASSWORD), name


@pytest.mark.django_db
def test_without_a_password_it_says_what_is_missing(monkeypatch):
    monkeypatch.delenv("DEMO_PASSWORD", raising=False)
    with pytest.raises(CommandError, match="DEMO_PASSWORD"):
        call_command("load_demo")


def test_the_facial_spasms_page_has_every_part(demo, client):
    page = client.get("/symptoms/facial-spasms/")
    text = html.get_text(page.text)
    parts = [
        "What are facial spasms?",
        "Also called",
        "Call 911 now",
        "Get help today",
        "See a clinician if …",
        "911",
        "On this page",
        "What other symptoms might occur with facial spasms?",
        "Serious symptoms that need emergency care",
        "Neurological symptoms that may occur along with facial spasms",
        "What causes facial spasms?",
        "Tourette",
        "Read more about facial spasms causes",
        "Questions a clinician may ask",
        "treated?",
        "What can facial spasms lead to?",
        "References",
        "Medically reviewed by",
        "Written by",
        "Last annual review",
        "Next review due",
        "filed under: ",
        "Bones, Joints and Muscles",
        "Tags:",
        "©",
        "causing your symptoms?",
    ]
    assert [part for part in parts if part not in text] == []
    assert text.index("911") < text.index("Facial spasms happen when")


def test_facial_spasms_is_of_its_topic_and_names_its_cause(demo, client):
    live = Article.objects.get(slug="facial-spasms").live
    assert "Bones, Joints and Muscles" in [
        filing.name for filing in live.read_metadata().filed_under
    ]
    document = live.revision.read()
    assert "911" in document.advice.html
    assert "Tourette's syndrome" in [cause.name for cause in document.all_causes]
    assert "Tourette" in client.get("/symptoms/facial-spasms/causes/").text


def find_faults(page: str) -> list[str]:
    """What a page of the demonstration lacks, and the holes in it."""
    missing = [words for words in ("Demonstration.", "medical advice") if words not in page]
    return [*(f"does not say “{words}”" for words in missing), *html.find_empty_sections(page)]


def test_every_page_says_that_it_is_a_demonstration_and_has_no_hole(demo, client):
    paths = [
        *(address(slug) for slug in loader.PAGE_SLUGS),
        *(f"{address(slug)}causes/" for slug in SYMPTOMS),
        *(f"{address(slug)}history/" for slug in loader.PAGE_SLUGS),
        *LISTS,
        "/no-such-page/",
    ]
    found = {path: find_faults(client.get(path).text) for path in paths}
    assert {path: faults for path, faults in found.items() if faults} == {}


def test_the_fullest_page_comes_in_the_first_round_trip(demo, client):
    page = client.get("/symptoms/facial-spasms/")
    sheets = re.findall(r'<link rel="stylesheet" href="/static/([^"]+)">', page.text)
    assert sheets == ["css/site.css"]
    sent = [page.content, *(Path(finders.find(sheet)).read_bytes() for sheet in sheets)]
    assert sum(len(brotli.compress(part, quality=5)) for part in sent) <= 14_336
    assert sum(len(gzip.compress(part, compresslevel=6)) for part in sent) <= 14_336


def test_it_is_whole_in_plain_files(demo, tmp_path):
    export_site(tmp_path)
    assert files.find_broken_links(tmp_path) == []
    assert len(files.list_files(tmp_path)) > 300
    assert files.read_manifest(tmp_path)["files"] == files.compute_file_digests(tmp_path)
    spasms = (tmp_path / "symptoms/facial-spasms/index.html").read_text()
    assert "Demonstration." in spasms
    assert spasms.index("911") < spasms.index("Facial spasms happen when")
