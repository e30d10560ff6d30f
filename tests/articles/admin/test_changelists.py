"""The lists of pages: filters, invalid parameters reported in words, and a fixed cost."""

import datetime as dt

import pytest
import time_machine
from django.contrib.auth.models import User
from django.utils import timezone

from articles.models import Article, CopyrightNotice
from articles.publishing.actions import discard
from reviews.signing.actions import request_changes, request_review, withdraw_page
from symptoms.models import Code, OtherName
from tests import factories
from tests.factories import make_user
from tests.html import list_titles

pytestmark = pytest.mark.django_db
SYMPTOMS, ARTICLES = "/admin/symptoms/symptom/", "/admin/articles/article/"


def days_ago(days: int):
    return time_machine.travel(timezone.now() - dt.timedelta(days=days))


@pytest.fixture(scope="module")
def pages_in_every_state(module_db):
    """A page in each state, named for it; one more that was discarded."""
    ann, ravi, morgan = map(factories.get_person, ("ann", "ravi", "morgan"))

    def write(name):
        return factories.make_article(ann, slug=name, title=name)

    for name in ("live", "changed", "asked", "gone"):
        factories.sign_page(write(name), by=ravi, asked_by=ann)
    pages = {page.title: page for page in Article.objects.all()}
    factories.edit_page(pages["changed"], by=ann, summary="Changed since.")
    factories.edit_page(pages["asked"], by=ann, summary="Changed since.")
    request_review(pages["asked"], by=ann)
    withdraw_page(pages["gone"], reason="rights", by=morgan)
    write("draft")
    request_changes(request_review(write("back"), by=ann), by=ravi, comment="Say when.")
    again = write("again")
    request_changes(request_review(again, by=ann), by=ravi, comment="Say when.")
    request_review(again, by=ann)
    discard(write("discarded"), by=ann)


@pytest.mark.parametrize(
    ("state", "found"),
    [
        ("drafts", ["back", "changed", "draft"]),
        ("unpublished", ["again", "back", "draft"]),
        ("sent-back", ["back"]),
        ("waiting", ["again", "asked"]),
        ("live", ["live"]),
        ("changed", ["asked", "changed"]),
        ("withdrawn", ["gone"]),
        ("", ["again", "asked", "back", "changed", "draft", "gone", "live"]),
    ],
)
def test_a_state_finds_just_its_pages(ann_client, pages_in_every_state, state, found):
    response = ann_client.get(f"{ARTICLES}?state={state}")
    assert list_titles(response) == found
    assert f"<strong>{len(found)}</strong>" in response.text


def test_the_list_tells_the_state_of_each_page_in_words(ann_client, pages_in_every_state):
    text = ann_client.get(ARTICLES).text
    for state, count in [
        ("Never published", 3),
        ("Changes requested", 1),
        ("In review", 2),
        ("Published", 1),
        ("Published, newer draft not signed", 2),
        ("Withdrawn", 1),
    ]:
        assert text.count(f'">{state}</span>') == count, state


@pytest.fixture(scope="module")
def pages_with_every_date(module_db):
    """Pages that are due in so many days, named for these; and a draft."""
    ann, ravi = map(factories.get_person, ("ann", "ravi"))
    for days in (-1, 0, 30, 31, 60, 61, 90, 91):
        with days_ago(365 - days):
            factories.sign_page(
                factories.make_symptom(ann, slug=f"in{days}", title=f"in {days}"),
                by=ravi,
                asked_by=ann,
            )
    factories.make_symptom(ann, slug="draft", title="draft")


@pytest.mark.parametrize(
    ("due", "found"),
    [
        ("overdue", [-1]),
        ("30", [0, 30]),
        ("60", [0, 30, 31, 60]),
        ("90", [0, 30, 31, 60, 61, 90]),
        ("later", [91]),
    ],
)
def test_a_due_date_finds_just_its_pages(ann_client, pages_with_every_date, due, found):
    response = ann_client.get(f"{SYMPTOMS}?due={due}&o=3")
    assert list_titles(response) == [f"in {days}" for days in found]


def test_pages_are_sorted_by_when_they_are_due_and_those_without_a_date_come_last(
    ann_client, pages_with_every_date
):
    found = list_titles(ann_client.get(f"{SYMPTOMS}?o=3"))
    assert (found[0], found[-1]) == ("in -1", "draft")
    assert list_titles(ann_client.get(f"{SYMPTOMS}?due=never")) == ["draft"]
    assert ann_client.get(SYMPTOMS).text.count(", overdue</strong>") == 1


def test_pages_are_found_by_reviewer_writer_topic_notice_and_correction(
    ann_client, ann, ravi, fiona, morgan
):
    notice = CopyrightNotice.objects.create(holder="Old House", year=2020)
    mine = factories.make_symptom(ann, slug="mine", title="Mine")
    hers = factories.make_symptom(morgan, slug="hers", title="Hers", notice=notice)
    hers.topics.set([factories.make_topic("Skin", "skin")])
    factories.sign_page(mine, by=ravi, asked_by=ann)
    factories.sign_page(hers, by=fiona, asked_by=ann)
    factories.edit_page(mine, by=ann, summary="Mended.")
    review = request_review(mine, by=ann, correction="It said “mented”.")
    with_correction = {"seen_digest": review.revision.digest, "conflicts": "None"}
    factories.sign_off(review, by=fiona, **with_correction, authentication="password")
    for asked, found in [
        (f"reviewer={ravi.reviewer.pk}", "Mine"),
        (f"reviewer={fiona.reviewer.pk}", "Hers"),
        (f"writer={morgan.pk}", "Hers"),
        (f"topic={factories.make_topic('Skin', 'skin').pk}", "Hers"),
        (f"notice={notice.pk}", "Hers"),
        ("corrected=yes", "Mine"),
        ("whose=mine", "Mine"),
    ]:
        assert list_titles(ann_client.get(f"{SYMPTOMS}?{asked}")) == [found], asked
    CopyrightNotice.objects.filter(pk=notice.pk).update(
        retired_by=morgan, retired_at=timezone.now()
    )
    assert list_titles(ann_client.get(f"{SYMPTOMS}?notice=retired")) == ["Hers"]


@pytest.mark.parametrize(
    ("asked", "message"),
    [
        ("state=bogus", "There is no status “bogus”; every symptom is listed."),
        ("topic=abc", "There is no topic “abc”; every symptom is listed."),
        (
            "writer=99999999999999999999",
            "There is no writer “99999999999999999999”; every symptom is listed.",
        ),
        ("writer=%00", "There is no writer “”; every symptom is listed."),
        ("due=%F0%28", "There is no review due"),
        ("notice=1%27--", "There is no copyright notice “1&#x27;--”; every symptom is listed."),
        (
            "writer__password__startswith=a",
            "There is no filter “writer__password__startswith”; every symptom is listed.",
        ),
        ("bogus=1", "There is no filter “bogus”; every symptom is listed."),
        ("%00=%00", "There is no filter “”; every symptom is listed."),
        ("state=bogus&whose=mine", "There is no status “bogus”; the other filters apply."),
        ("state=" + "x" * 5000, "There is no status “" + "x" * 40 + "…”"),
        ("q=" + "word+" * 1500, "Only the first 12 words were searched for."),
    ],
)
def test_a_filter_that_does_not_exist_is_told_in_words(ann_client, ann, asked, message):
    factories.make_symptom(ann)
    response = ann_client.get(f"{SYMPTOMS}?{asked}")
    assert response.status_code == 200
    assert message in response.text
    assert list_titles(response) == (
        [] if "word" in asked and "pass" not in asked else ["Facial spasms"]
    )


@pytest.mark.parametrize(
    "asked", ["o=99.-7.x", "p=0", "all=", "e=1", "_facets=True", "p=abc", "state=&topic=&q="]
)
def test_what_means_nothing_is_passed_over(ann_client, ann, asked):
    factories.make_symptom(ann)
    response = ann_client.get(f"{SYMPTOMS}?{asked}")
    assert list_titles(response) == ["Facial spasms"]
    assert "slip" not in response.text


def test_a_page_of_the_list_that_does_not_exist_is_its_first(ann_client, ann):
    for number in range(51):
        Article.objects.create(slug=f"page-{number}", title=f"Page {number}", writer=ann)
    response = ann_client.get(f"{ARTICLES}?p=99")
    assert "This list has no page 99; this is the first." in response.text
    assert len(list_titles(response)) == 50


@pytest.mark.parametrize(
    ("words", "found"),
    [
        ("SPASMS", True),
        ("facial spasms", True),
        ("spasms facial", True),
        ("ménière", True),
        ("MENIERE spasms", True),
        ("r25.3", True),
        ("facial-spasms", True),
        ("facial skin", False),
        ("%", False),
        ("_", False),
        ("%00spasms", False),
    ],
)
def test_pages_are_found_by_every_name_and_code(ann_client, ann, words, found):
    symptom = factories.make_symptom(ann, title="Fácial spasms")
    OtherName.objects.create(symptom=symptom, name="Ménière's twitch")
    OtherName.objects.create(symptom=symptom, name="Ménière's spasm")
    Code.objects.create(symptom=symptom, system="ICD-10-CM", code="R25.3")
    factories.make_symptom(ann, slug="rash", title="Rash")
    assert list_titles(ann_client.get(SYMPTOMS, {"q": words})) == (
        ["Fácial spasms"] if found else []
    )


def test_choosing_a_related_symptom_takes_the_same_words(ann_client, ann):
    symptom = factories.make_symptom(ann)
    OtherName.objects.create(symptom=symptom, name="Ménière's twitch")
    asked = {"app_label": "symptoms", "model_name": "relatedsymptom", "field_name": "other"}
    for words, count in [("meniere", 1), ("nothing", 0), ("\0", 1)]:
        found = ann_client.get("/admin/autocomplete/", asked | {"term": words}).json()["results"]
        assert len(found) == count


def test_a_list_without_pages_says_what_to_do(ann_client, ann):
    assert "Add the first one" in ann_client.get(SYMPTOMS).text
    factories.make_symptom(ann)
    assert "Try fewer words" in ann_client.get(f"{SYMPTOMS}?q=zzz").text
    assert "Remove a filter" in ann_client.get(f"{SYMPTOMS}?state=live").text


def test_a_writer_who_left_can_still_be_asked_for(ann_client, ann):
    bob = make_user("bob", "Bob", "Bell", staff=True)
    factories.make_symptom(bob)
    User.objects.filter(pk=bob.pk).update(is_staff=False, is_active=False)
    assert list_titles(ann_client.get(f"{SYMPTOMS}?writer={bob.pk}")) == ["Facial spasms"]


FILTERS = [
    "state=drafts",
    "state=sent-back",
    "due=overdue",
    "whose=concern-me",
    "corrected=yes",
    "q=page+one",
    "o=3",
]


@pytest.mark.parametrize("asked", ["", *FILTERS])
def test_a_list_takes_a_fixed_number_of_queries_whatever_it_is_asked(
    ann_client, ann, ravi, asked, django_assert_max_num_queries
):
    def grow(count):
        for _ in range(count):
            number = Article.objects.count()
            page = factories.make_symptom(ann, slug=f"page-{number}", title=f"Page one {number}")
            factories.sign_page(page, by=ravi, asked_by=ann)
            factories.edit_page(page, by=ann, summary="Changed.")
            request_changes(
                request_review(page, by=ann, correction="It said so."), by=ravi, comment="No."
            )

    def cost():
        with django_assert_max_num_queries(13) as queries:
            ann_client.get(f"{SYMPTOMS}?{asked}")
        return len(queries)

    grow(1)
    ann_client.get(SYMPTOMS)
    one = cost()
    grow(2)
    assert cost() == one
