"""The second round, and what stands beside a page that is read as a whole."""

import datetime as dt

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from articles.content.document import Document, DocumentReference
from articles.links.index import compute_key
from articles.models import OutsideAddress, Reference
from reviews.desk import rounds, whole_reading
from reviews.models import MedicalReview
from reviews.signing import comments
from reviews.signing.actions import (
    cancel_request,
    decline,
    request_changes,
    request_review,
    withdraw_page,
)
from reviews.signing.changes import get_previous_signature
from symptoms.models import Symptom
from tests import factories
from tests.html import get_text

pytestmark = pytest.mark.django_db
REWRITTEN = (
    "<p>You can take up to 8 tablets in a day. If it still hurts a week later, speak to a "
    "pharmacist, who may send you on.</p>"
)
BEFORE = (
    "<p>Do not take more than 4 tablets in one day, and see a clinician if the pain has not gone "
    "after three days of rest at home.</p>"
)


def read(client, review, query: str = "") -> str:
    return client.get(f"/desk/reviews/{review.uuid}/{query}").text


def compare(review, user, wanted: str = ""):
    return rounds.choose_comparison(review, get_previous_signature(review), user, wanted)


@pytest.fixture(scope="module")
def shared_pages(module_db):
    """A signed page, and one in its second round.

    Ravi asked for changes of its overview; its treatment had changed already when he read it.
    """
    ann, ravi, fiona = map(factories.get_person, ("ann", "ravi", "fiona"))
    pages = []
    for slug in ("plain", "second"):
        page = factories.make_symptom(
            ann, slug=slug, title=slug.title(), body="<p>One.</p>", treatment="<p>Rest.</p>"
        )
        factories.sign_page(page, by=fiona, asked_by=ann)
        pages.append(page)
    second = pages[1]
    factories.edit_page(second, by=ann, body="<p>Two.</p>", treatment="<p>Rest and warmth.</p>")
    first = request_review(second, by=ann, reviewer=ravi.reviewer)
    pinned = comments.pin(first, part="Overview", text="Which muscle?", by=ravi)
    request_changes(first, by=ravi, comment="Nearly right.")
    comments.answer(pinned, text="The one around the eye.", by=ann)
    factories.edit_page(second, by=ann, body="<p>Three.</p>")
    request_review(second, by=ann, reviewer=ravi.reviewer)


@pytest.fixture
def symptom(shared_pages, db):
    return Symptom.objects.get(slug="plain")


@pytest.fixture
def second_round(shared_pages, db):
    return MedicalReview.objects.waiting().get(article__slug="second")


def test_what_was_asked_for_stands_whole_above_the_text(ravi_client, second_round):
    html = read(ravi_client, second_round)
    text = get_text(html)
    head = text[: text.index("Exactly what visitors will read")]
    for words in (
        "You asked for this last time",
        "Nearly right.",
        "Which muscle?",
        "The one around the eye.",
        "changed since",
    ):
        assert words in head, words
    assert text.count("Nearly right.") == 1  # and not again with each comment
    assert "On “Overview”" not in head
    assert text.count("Which muscle?") == 1  # nor among the comments below


def test_another_reader_reads_who_asked_for_it(client, second_round, fiona):
    client.force_login(fiona)
    assert "Ravi Rao asked for this last time" in get_text(read(client, second_round))


def test_a_round_ends_with_a_signature_and_not_with_a_request_taken_back(
    ann, ravi, fiona, second_round
):
    symptom = second_round.article.symptom
    document = second_round.revision.read()
    cancel_request(second_round, by=ann)
    again = request_review(symptom, by=ann, reviewer=fiona.reviewer)
    decline(again, by=fiona, comment="No time.")
    third = request_review(symptom, by=ann, reviewer=ravi.reviewer)
    requested = rounds.find_requested_changes(third, document)
    assert requested is not None
    assert requested.text == "Nearly right."
    cancel_request(third, by=ann)
    factories.sign_page(symptom, by=ravi, asked_by=ann)
    factories.edit_page(symptom, by=ann, body="<p>Four.</p>")
    last = request_review(symptom, by=ann)
    assert rounds.find_requested_changes(last, last.revision.read()) is None


def test_changes_are_since_the_readers_own_last_reading_and_the_signature_is_one_tap_away(
    ravi_client, second_round
):
    html = read(ravi_client, second_round)
    text = get_text(html)
    assert "1 part changed since you read revision 2" in text
    assert "You sign all 2 that changed since the last signature." in text
    assert '<span class="count">2</span>' in html  # the tab counts what is signed
    assert "Signed too, and the same as when you read it:" in text
    address = f"/desk/reviews/{second_round.uuid}/"
    assert f'href="{address}?since=signature#changes"' in html
    html = read(ravi_client, second_round, "?since=signature")
    assert "2 parts changed since the last signature" in get_text(html)
    assert "warmth" in html
    assert "You sign all" not in html
    assert f'href="{address}?since=reading#changes"' in html
    # Nonsense in the address is no third way to compare.
    assert read(ravi_client, second_round, "?since=ever").count('aria-current="true"') == 1


def test_who_never_read_it_and_who_read_it_before_the_last_signature(
    second_round, ann, ravi, fiona
):
    symptom = second_round.article.symptom
    fionas = compare(second_round, fiona)  # her last reading is the last signature
    assert (fionas.reading, fionas.since) == (None, "signature")
    assert compare(second_round, ann).reading is None
    assert compare(second_round, ravi).since == "reading"
    cancel_request(second_round, by=ann)
    factories.sign_page(symptom, by=fiona, asked_by=ann)
    factories.edit_page(symptom, by=ann, body="<p>Four.</p>")
    later = request_review(symptom, by=ann, reviewer=ravi.reviewer)
    ravis = compare(later, ravi)
    assert (ravis.since, ravis.shows_less) == ("signature", False)
    assert ravis.reading.revision.number == 2  # still one tap away
    assert compare(later, ravi, "reading").since == "reading"


def test_a_decision_of_somebody_who_did_not_read_is_no_reading(symptom, ann, ravi):
    factories.edit_page(symptom, by=ann, body="<p>Two.</p>")
    first = request_review(symptom, by=ann, reviewer=ravi.reviewer)
    decline(first, by=ravi, comment="Not my field.")
    factories.edit_page(symptom, by=ann, body="<p>Three.</p>")
    again = request_review(symptom, by=ann, reviewer=ravi.reviewer)
    assert compare(again, ravi).reading is None


def test_a_first_review_in_its_second_round_is_compared_with_what_was_read(ravi_client, ann, ravi):
    page = factories.make_symptom(ann)
    first = request_review(page, by=ann, reviewer=ravi.reviewer)
    request_changes(first, by=ravi, comment="Say more.")
    factories.edit_page(page, by=ann, body="<p>More.</p>")
    text = get_text(read(ravi_client, request_review(page, by=ann, reviewer=ravi.reviewer)))
    assert "1 part changed since you read revision 1" in text
    assert "You sign the whole page." in text
    assert "All: never signed" in text


def test_an_expunged_text_is_named_and_the_other_one_is_compared(
    ravi_client, second_round, ann, morgan, olga, ravi
):
    read_last = MedicalReview.objects.get(outcome="changes").revision
    factories.expunge_revision(read_last, asked_by=morgan, by=olga)
    text = get_text(read(ravi_client, second_round))
    assert "The text that you read last was expunged" in text
    assert "2 parts changed since the last signature" in text
    assert "the text of then, revision 2, was expunged" in text
    assert "Which muscle?" in text
    signed = get_previous_signature(second_round).revision
    factories.edit_page(second_round.article.symptom, by=ann, body="<p>Four.</p>")
    cancel_request(second_round, by=ann)
    withdraw_page(second_round.article, reason="safety", by=morgan)
    factories.expunge_revision(signed, asked_by=morgan, by=olga)
    again = request_review(second_round.article, by=ann, note="It is right.")
    assert "The texts that were signed were expunged" in get_text(read(ravi_client, again))


def test_a_rewritten_passage_is_shown_before_and_after(ravi_client, ann, ravi, fiona):
    page = factories.make_article(ann, body=BEFORE)
    factories.sign_page(page, by=fiona, asked_by=ann)
    factories.edit_page(page, by=ann, body=REWRITTEN)
    html = read(ravi_client, request_review(page, by=ann, reviewer=ravi.reviewer))
    text = get_text(html)
    assert html.count('class="version"') == 2
    assert '<del class="critical"><span class="hidden">[removed: </span>not' in html
    assert '<ins class="critical"><span class="hidden">[added: </span>8 tablets' in html
    assert "Numbers, units, levels and words such as “not”" in text
    (change,) = filter(has_versions, read_rows(ravi_client, page))
    assert "".join(words for _, words in change.versions.before) == BEFORE[3:-4]


def read_rows(client, page):
    review = MedicalReview.objects.waiting().get(article=page.pk)
    context = client.get(f"/desk/reviews/{review.uuid}/").context
    (part,) = context["part_groups"][0].parts
    return part.changes


def has_versions(row) -> bool:
    return row.versions is not None


# A page that is read as a whole


def test_a_whole_reading_has_its_facts_beside_the_page(ravi_client, ann, ravi, fiona, symptom):
    Reference.objects.create(article_id=symptom.pk, title="Old", year=2009, position=1)
    broken = '<p>Rest. See <a href="/symptoms/no-such-page/">this page</a>.</p>'
    factories.edit_page(symptom, by=ann, treatment=broken)
    factories.sign_page(symptom, by=ravi, asked_by=ann)
    factories.report_problem(symptom, "The second link is dead.")
    review = request_review(symptom, by=ann, trigger="annual", reviewer=ravi.reviewer)
    text = get_text(read(ravi_client, review))
    facts = text[text.index("Beside the page") : text.index("Exactly what visitors")]
    for words in (
        "Fiona Field last read the whole page here on",
        "2; the oldest is of 2009; 1 over 5 years old, 1 undated.",
        "leads to no page of this site",
        "1 to other sites were never tried.",
        "The second link is dead.",
        "Ravi Rao: Treatment, Reference",
    ):
        assert words in facts, (words, facts)
    change = MedicalReview.objects.get(trigger="change", article=symptom.pk)
    assert f"/desk/reviews/{change.uuid}/?since=signature#changes" in read(ravi_client, review)


def test_the_facts_say_so_when_there_is_nothing(ravi_client, ann, ravi):
    page = factories.make_symptom(ann)
    Reference.objects.filter(article=page.pk).delete()
    factories.edit_page(page, by=ann, summary="Another.")
    text = get_text(read(ravi_client, request_review(page, by=ann, reviewer=ravi.reviewer)))
    facts = text[text.index("Beside the page") : text.index("Exactly what visitors")]
    for words in (
        "Nobody has signed the whole page here yet.",
        "References None.",
        "Dead links The page has no links.",
        "Readers’ reports None.",
        "Changes signed since None.",
    ):
        assert words in facts, (words, facts)


def test_a_change_has_no_facts_beside_it(ravi_client, second_round):
    assert "Beside the page" not in read(ravi_client, second_round)


def test_the_ages_of_references_are_counted_in_years():
    document = make_document([2026, 2021, 2020, None])
    ages = whole_reading.measure_references(document, 2026)
    assert (ages.count, ages.oldest_year, ages.old_count, ages.undated_count) == (4, 2020, 1, 1)
    ages = whole_reading.measure_references(make_document([]), 2026)
    assert (ages.count, ages.oldest_year) == (0, None)


def make_document(years):
    references = tuple(DocumentReference(title="x", year=year) for year in years)
    return Document.model_construct(references=references)


def test_a_site_that_does_not_answer_is_a_dead_link(symptom, ann, ravi):
    url = Reference.objects.get(article=symptom.pk).url
    review = request_review(symptom, by=ann, trigger="annual", reviewer=ravi.reviewer)
    now = timezone.now()
    OutsideAddress.objects.create(
        key=compute_key(url), url=url, status="404", checked_at=now, failing_since=now
    )
    links = whole_reading.load_facts(review, review.revision.read()).links
    assert [link.problem for link in links.dead] == ["the other site does not answer: 404"]
    assert links.unasked_count == 0


def test_the_page_of_an_annual_review_takes_a_fixed_number_of_queries(
    ravi_client, symptom, ann, ravi, fiona
):
    def count():
        review = request_review(symptom, by=ann, trigger="annual", reviewer=ravi.reviewer)
        read(ravi_client, review)
        with CaptureQueriesContext(connection) as counted:
            read(ravi_client, review)
        cancel_request(review, by=ann)
        return len(counted)

    def change(number):
        factories.edit_page(symptom, by=ann, body=f"<p>Text {number}.</p>")
        factories.sign_page(symptom, by=ravi, asked_by=ann)
        factories.report_problem(symptom, f"Problem {number}.")

    change(0)
    one = count()
    for number in (1, 2):
        change(number)
        Reference.objects.create(
            article_id=symptom.pk, title="x", url=f"https://nih.gov/{number}", position=number
        )
    change(3)
    assert count() == one


def test_reports_of_before_the_last_whole_reading_are_not_listed(ann, ravi, fiona, symptom):
    factories.report_problem(symptom, "Before.")
    annual = request_review(symptom, by=ann, trigger="annual", reviewer=ravi.reviewer)
    facts = whole_reading.load_facts(annual, annual.revision.read())
    assert [report.words for report in facts.reports] == ["Before."]
    cancel_request(annual, by=ann)
    factories.sign_page(symptom, by=ravi, asked_by=ann, trigger="annual")
    later = request_review(symptom, by=ann, trigger="annual", reviewer=fiona.reviewer)
    facts = whole_reading.load_facts(later, later.revision.read())
    assert facts.reports == []
    assert facts.since > timezone.now() - dt.timedelta(hours=1)
