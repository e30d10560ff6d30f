"""A symptom page as visitors meet it: fast, whole, honest about what is gone or late."""

import datetime as dt

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from articles.models import Article
from articles.public.page_cache import page_cache
from articles.publishing.actions import change_slug, publish_metadata
from reviews.signing.actions import withdraw_page
from symptoms.models import RelatedSymptom, Symptom, SymptomCause
from tests import factories, html

pytestmark = pytest.mark.django_db

PAGE = "/symptoms/facial-spasms/"


@pytest.fixture(scope="module")
def shared_spasms(module_db) -> Symptom:
    ann, ravi = map(factories.get_person, ("ann", "ravi"))
    symptom = factories.make_complete_symptom(ann)
    factories.sign_page(symptom, by=ravi, asked_by=ann)
    return symptom


@pytest.fixture
def spasms(shared_spasms, db):
    return Symptom.objects.get(pk=shared_spasms.pk)


@pytest.mark.parametrize("count", [20, 300])
def test_a_page_costs_four_queries_cold_and_none_warm(count, ann, ravi, client):
    slug = factories.publish_symptoms(count, by=ann, signer=ravi)[0]
    for address in [f"/symptoms/{slug}/", f"/symptoms/{slug}/causes/"]:
        page_cache.clear()
        with CaptureQueriesContext(connection) as cold:
            first = client.get(address)
        with CaptureQueriesContext(connection) as warm:
            second = client.get(address)
        assert first.status_code == 200
        assert len(cold) <= 4, cold.captured_queries
        assert len(warm) == 0
        assert second.content == first.content


def test_a_page_that_is_requested_again_and_again_is_still_checked(
    spasms, morgan, client, monkeypatch
):
    monkeypatch.setattr("articles.page_store.following.MAX_STALENESS", -1)
    assert client.get(PAGE).status_code == 200
    withdraw_page(spasms, reason="wrong", by=morgan)
    assert client.get(PAGE).status_code == 410


@pytest.mark.parametrize("address", [PAGE, f"{PAGE}causes/"])
def test_a_page_sets_no_cookie_and_is_the_same_for_everybody(address, spasms, ann, client):
    page = client.get(address)
    client.force_login(ann)
    again = client.get(address)
    for response in (page, again):
        assert "Set-Cookie" not in response
        assert not response.cookies
        assert "cookie" not in response.get("Vary", "").lower()
        assert response["Cache-Control"] == "public, max-age=0, must-revalidate"
    page_cache.clear()
    assert client.get(address).content == page.content


@pytest.mark.parametrize("method", ["get", "head"])
def test_a_reader_who_has_the_page_is_told_so(method, spasms, client):
    etag = client.get(PAGE)["ETag"]
    answer = getattr(client, method)(PAGE, headers={"if-none-match": etag})
    assert (answer.status_code, answer.content, answer["ETag"]) == (304, b"", etag)
    assert answer["Cache-Control"]
    assert "Set-Cookie" not in answer
    assert getattr(client, method)(PAGE, headers={"if-none-match": '"old"'}).status_code == 200


def test_head_answers_like_get_without_the_text(spasms, client):
    get, head = client.get(PAGE), client.head(PAGE)
    assert head.content == b""
    assert get.headers.pop("X-Request-ID")  # of the one that was rendered
    assert dict(head.headers) == dict(get.headers)


def test_the_content_security_policy_is_strict(spasms, client):
    page = client.get(PAGE)
    policy = dict(
        part.strip().partition(" ")[::2] for part in page["Content-Security-Policy"].split(";")
    )
    assert policy["default-src"] == "'none'"
    assert policy["script-src"] == "'self'"
    assert all(
        source == "'self'" or source.startswith("'sha256-")
        for source in policy["style-src"].split()
    )
    assert policy["base-uri"] == policy["frame-ancestors"] == "'none'"
    assert "unsafe" not in page["Content-Security-Policy"]
    assert page.text.count("<script") == 3
    assert (
        page.text.count('<script type="application/ld+json">') == 1
    )  # data, which no browser runs
    assert page.text.count('<script src="/static/') == 2
    assert "style=" not in page.text


def test_the_etag_changes_with_the_page_and_only_with_it(spasms, ann, ravi, client):
    before = client.get(PAGE)["ETag"]
    page_cache.clear()
    assert client.get(PAGE)["ETag"] == before
    factories.edit_page(spasms, by=ann, summary="Something new.")
    page_cache.clear()
    assert client.get(PAGE)["ETag"] == before
    factories.sign_page(spasms, by=ravi, asked_by=ann, trigger="change")
    page_cache.clear()
    assert client.get(PAGE)["ETag"] != before


def test_a_page_says_itself_that_it_is_overdue_from_the_day_after(spasms, client):
    due = spasms.publications.get().read_review_line().next_due
    late = "This page is past its review date."
    with time_machine.travel(dt.datetime.combine(due, dt.time(23, 30), tzinfo=dt.UTC)):
        on_the_day = client.get(PAGE)
    with time_machine.travel(
        dt.datetime.combine(due + dt.timedelta(days=1), dt.time(0, 1), tzinfo=dt.UTC)
    ):
        day_after = client.get(PAGE)
    assert late not in on_the_day.text
    assert late in day_after.text
    assert day_after["ETag"] != on_the_day["ETag"]


@pytest.mark.parametrize("rest", ["", "causes/"])
def test_a_draft_and_an_unknown_address_are_not_there(rest, ann, client):
    factories.make_symptom(ann, slug="draft", title="Nobody signed this")
    for slug in ("draft", "never-was"):
        page = client.get(f"/symptoms/{slug}/{rest}")
        assert page.status_code == 404
        assert "Nobody signed this" not in page.text
        assert "There is no page here" in page.text


@pytest.mark.parametrize("rest", ["", "causes/"])
def test_a_withdrawn_page_says_that_it_is_gone_and_why(rest, spasms, ann, morgan, client):
    factories.edit_page(spasms, by=ann, title="A draft title")
    withdraw_page(spasms, reason="outdated", by=morgan)
    page = client.get(PAGE + rest)
    assert page.status_code == 410
    assert "Facial spasms" in page.text
    assert "It no longer reflects current medical knowledge." in page.text
    assert timezone.localdate().strftime("%Y-%m-%d") in page.text
    assert not [
        word for word in ("A draft title", "A muscle tightens", "Cause 0") if word in page.text
    ]


def test_a_withdrawn_page_comes_back_with_a_new_signature(spasms, ann, ravi, morgan, client):
    withdraw_page(spasms, reason="unreviewed", by=morgan)
    assert client.get(PAGE).status_code == 410
    factories.sign_page(spasms, by=ravi, asked_by=ann)
    page_cache.clear()
    assert client.get(PAGE).status_code == 200


@pytest.mark.parametrize("rest", ["", "causes/"])
def test_an_address_of_old_leads_to_the_new_one_for_good(rest, spasms, morgan, client):
    change_slug(spasms, slug="face-twitches", by=morgan)
    change_slug(spasms, slug="face-spasms", by=morgan)
    for old in ("facial-spasms", "face-twitches"):
        answer = client.get(f"/symptoms/{old}/{rest}")
        assert (answer.status_code, answer["Location"]) == (301, f"/symptoms/face-spasms/{rest}")
        assert answer["Cache-Control"] == "public, max-age=0, must-revalidate"
    assert client.get(f"/symptoms/face-spasms/{rest}").status_code == 200
    withdraw_page(spasms, reason="merged", by=morgan)
    page_cache.clear()
    assert client.get(f"/symptoms/facial-spasms/{rest}", follow=True).status_code == 410


@pytest.mark.parametrize("count", [1, 3])
def test_related_symptoms_are_links_only_where_visitors_can_follow_them(
    count, ann, ravi, morgan, client, django_assert_num_queries
):
    others = [
        factories.make_symptom(ann, slug=f"twitch-{n}", title=f"Twitch {n}") for n in range(count)
    ]
    gone, draft = (
        factories.make_symptom(ann, slug=slug, title=slug.title()) for slug in ("gone", "draft")
    )
    for other in [*others, gone]:
        factories.sign_page(other, by=ravi, asked_by=ann)
    withdraw_page(gone, reason="wrong", by=morgan)
    symptom = factories.make_complete_symptom(ann, others=[*others, gone, draft])
    factories.sign_page(symptom, by=ravi, asked_by=ann)
    page_cache.clear()
    with django_assert_num_queries(4):
        page = client.get(PAGE)
    linked = {
        link
        for link in html.get_links(page.text)
        if link.startswith("/symptoms/") and "causes" not in link
    }
    assert linked == {"/symptoms/", f"{PAGE}history/"} | {
        f"/symptoms/twitch-{n}/" for n in range(count)
    }
    assert "<li>Gone</li>" in page.text
    assert "<li>Draft</li>" in page.text


@pytest.mark.parametrize("rest", ["", "causes/"])
def test_emergency_advice_comes_before_everything_else(rest, spasms, client):
    text = html.get_text(client.get(PAGE + rest).text)
    advice = text.index("Call 911 if one side")
    later = "A muscle tightens" if not rest else "Most causes are harmless"
    assert text.index("What") < advice < text.index(later)
    assert advice < text.index("Medically reviewed by")


def test_a_page_with_every_part_and_a_bare_one_leave_no_hole(spasms, ann, ravi, client):
    factories.sign_page(factories.make_minimal_symptom(ann), by=ravi, asked_by=ann)
    assert html.find_empty_sections(client.get(PAGE).text) == []
    assert html.find_empty_sections(client.get(f"{PAGE}causes/").text) == []
    bare = client.get("/symptoms/yawning/")
    assert html.find_empty_sections(bare.text) == []
    assert client.get("/symptoms/yawning/causes/").status_code == 404
    assert "causes/" not in bare.text


PARTS = [
    {"headline": ""},
    {"phrase": ""},
    {"summary": ""},
    {"advice": "", "advice_level": ""},
    {"spotlight_title": ""},
    {"spotlight": "", "spotlight_title": ""},
    {"causes_intro": ""},
    {"diagnosis_questions": ""},
    {"treatment": ""},
    {"complications": ""},
]
ROWS = [
    "references",
    "other_names",
    "codes",
    "symptom_causes",
    "related_symptoms",
    "tag_links",
    "topics",
]


@pytest.mark.parametrize("part", [*PARTS, *ROWS], ids=str)
def test_each_part_can_be_absent_without_leaving_a_hole(part, ann, ravi, morgan, client):
    other = factories.make_symptom(ann, slug="other", title="Other")
    symptom = factories.make_complete_symptom(ann, others=[other])
    if part in PARTS:
        symptom = factories.edit_page(symptom, by=ann, **part)
    elif part == "topics":
        symptom.topics.clear()
    else:
        getattr(symptom, part).all().delete()
    factories.sign_despite_checks(symptom, by=ravi, manager=morgan)
    assert html.find_empty_sections(client.get(PAGE).text) == []
    causes = client.get(f"{PAGE}causes/")
    assert (
        causes.status_code == 404
        if part == "symptom_causes"
        else html.find_empty_sections(causes.text) == []
    )


def test_a_page_that_lost_its_notice_leaves_no_hole(spasms, morgan, client):
    Article.objects.update(notice=None)
    Article.topics.through.objects.all().delete()
    publish_metadata(Article.objects.all(), by=morgan)
    page = client.get(PAGE)
    assert "©" not in page.text
    assert "filed under" not in page.text
    assert html.find_empty_sections(page.text) == []


def test_causes_without_words_of_their_own_leave_no_hole(ann, ravi, client):
    symptom = factories.make_complete_symptom(ann, causes_intro="")
    SymptomCause.objects.update(text="", seriousness="", frequency="", group="")
    factories.sign_page(symptom, by=ravi, asked_by=ann)
    assert html.find_empty_sections(client.get(PAGE).text) == []
    assert client.get(f"{PAGE}causes/").status_code == 200


def test_a_group_of_serious_symptoms_stands_first_and_says_so(ann, ravi, client):
    others = [factories.make_symptom(ann, slug=f"o-{n}", title=f"Other {n}") for n in range(3)]
    symptom = factories.make_complete_symptom(ann, others=others)
    RelatedSymptom.objects.filter(other=others[0]).update(serious=False)
    RelatedSymptom.objects.filter(other=others[2]).update(serious=True)
    factories.sign_page(symptom, by=ravi, asked_by=ann)
    text = html.get_text(client.get(PAGE).text)
    assert (
        text.index("Serious symptoms")
        < text.index("Other 2")
        < text.index("Neurological symptoms")
        < text.index("Other 0")
    )


@pytest.mark.parametrize("method", ["post", "put", "patch", "delete"])
def test_a_page_is_only_for_reading(method, spasms, client):
    for address in (PAGE, f"{PAGE}causes/", "/symptoms/", "/symptoms/a-z/f/"):
        answer = getattr(client, method)(address)
        assert answer.status_code == 405
        assert answer["Allow"] == "GET, HEAD"


@pytest.mark.parametrize("demo", [True, False])
def test_a_demonstration_says_so_on_the_page(demo, spasms, client, settings):
    settings.COUNTERSIGN_DEMO = demo
    for address in (PAGE, f"{PAGE}causes/", "/symptoms/", "/symptoms/a-z/f/", "/symptoms/none/"):
        assert ("Demonstration." in client.get(address).text) is demo
