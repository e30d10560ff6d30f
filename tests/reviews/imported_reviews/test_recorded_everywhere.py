"""A page whose review was recorded from a previous system says so wherever that review is shown."""

import datetime as dt
import io
import json
import re
import runpy
import zipfile
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from django.template.loader import render_to_string
from django.utils import timezone

from articles.models import Article
from articles.public.page_cache import page_cache
from reviews import evidence
from reviews.desk import queue as desk_queue
from reviews.models import MedicalReview, PlannedReview, Reviewer, ReviewSchedule
from reviews.notifications import pending
from reviews.notifications.digest import collect_digests as weekly
from reviews.planned_reviews.actions import PlanChoice, open_planned, plan_reviews
from reviews.radar import queries
from reviews.recalls.actions import open_recall
from reviews.recalls.search import find_pages
from reviews.scheduling import proposal as scheduling_proposal
from reviews.scheduling.overdue_policy import apply_policy
from reviews.signing.actions import request_review, withdraw_page
from reviews.signing.reader_reports import open_review
from tests import factories, files, html

pytestmark = pytest.mark.django_db
TODAY = dt.date(2026, 6, 4)
SAYS = "ecorded from a previous system"
CHECKER = Path(__file__).resolve().parents[3] / "docs" / "check_evidence.py"


@pytest.fixture(autouse=True)
def today(time_machine):
    time_machine.move_to("2026-06-04T10:00:00Z", tick=False)


@pytest.fixture
def spasms(ann, morgan):
    """A symptom with a cause, and an article: both stand on reviews of an earlier system."""
    page = factories.make_symptom(ann)
    factories.add_facts(page, ann)
    factories.record_imported_review(page, by=morgan)
    factories.record_imported_review(factories.make_article(ann), by=morgan)
    return Article.objects.get(pk=page.pk).symptom


def get_text_of(client, address: str) -> str:
    page_cache.clear()
    return client.get(address).text


def list_words(markup: str) -> str:
    """What a reader reads, without the blanks that come of its markup."""
    return re.sub(r"\s+([,.:])", r"\1", " ".join(html.get_text(markup).split()))


PLACES = [
    "/symptoms/facial-spasms/",
    "/symptoms/facial-spasms/causes/",
    "/symptoms/facial-spasms/history/",
    "/articles/keeping-a-diary/",
    "/causes/cause-0-of-facial-spasms/",
    "/search/?q=facial+spasms",
    "/finder/?s=facial-spasms",
    "/feeds/reviewed.atom",
]


@pytest.mark.parametrize("address", PLACES)
def test_visitors_are_told_wherever_a_review_is_shown(address, spasms, client):
    text = list_words(get_text_of(client, address))
    assert SAYS in text
    assert not [
        word
        for word in ("Medically reviewed by", "Last annual review", "signed by Dr")
        if word in text
    ]


@pytest.mark.parametrize("address", PLACES)
def test_nothing_of_it_is_told_before_it_is_recorded(address, ann, client):
    page = factories.make_symptom(ann)
    factories.add_facts(page, ann)
    assert SAYS not in get_text_of(client, address)


def test_the_review_line_says_who_when_by_whom_and_that_nobody_here_has_read_it(spasms, client):
    text = list_words(get_text_of(client, "/symptoms/facial-spasms/"))
    for words in (
        "Reviewed in an earlier system by Dr A. Example, MD, Neurology",
        "Date of that review 3 May 2026",
        "Recorded from a previous system by Morgan Mill on 4 June 2026. Not yet reviewed here.",
        "Next review due 3 May 2027",
        "Text as recorded from a previous system on 4 June 2026.",
    ):
        assert words in text
    assert 'class="signature"' not in get_text_of(client, "/symptoms/facial-spasms/")


def test_where_the_evidence_lies_is_not_for_visitors(spasms, client):
    for address in PLACES:
        assert "sheet 4, row 17" not in get_text_of(client, address)


def test_a_version_of_old_says_it_still(spasms, ann, ravi, client):
    factories.sign_page(
        factories.edit_page(spasms, by=ann, body="<p>Better.</p>"), by=ravi, asked_by=ann
    )
    old = list_words(get_text_of(client, "/symptoms/facial-spasms/history/2/"))
    assert "Superseded on" in old
    assert SAYS in old
    assert SAYS not in list_words(get_text_of(client, "/symptoms/facial-spasms/"))


def test_a_page_past_its_grace_says_that_no_clinician_here_has_read_it(
    spasms, client, time_machine
):
    time_machine.move_to("2027-08-04T10:00:00Z")
    text = list_words(get_text_of(client, "/symptoms/facial-spasms/"))
    assert (
        "since 3 May 2026, and none of ours yet: that review was recorded from a previous system."
        in text
    )
    assert "and none of ours yet" in list_words(get_text_of(client, "/finder/?s=facial-spasms"))


def test_the_front_page_promises_no_signature_that_there_is_not(spasms, ann, ravi, client):
    text = list_words(get_text_of(client, "/"))
    assert "was reviewed by a named clinician" in text
    assert "Pages that were reviewed in an earlier system, and not yet signed here, say so." in text
    assert "Latest reviews" not in text
    assert "No pages yet" not in text
    factories.sign_page(spasms, by=ravi, asked_by=ann)
    factories.sign_page(Article.objects.get(slug="keeping-a-diary"), by=ravi, asked_by=ann)
    text = list_words(get_text_of(client, "/"))
    assert "is signed by a named clinician" in text
    assert "Latest reviews" in text


def test_a_site_of_recorded_pages_alone_does_not_say_that_it_is_empty(ann, morgan, client):
    factories.record_imported_review(factories.make_symptom(ann), by=morgan)
    assert "No pages yet" not in get_text_of(client, "/")


def test_a_copy_of_the_site_tells_it_apart_from_the_signatures(spasms, ann, ravi, tmp_path):
    factories.sign_page(Article.objects.get(slug="keeping-a-diary"), by=ravi, asked_by=ann)
    files.export_site(tmp_path)
    content = json.loads((tmp_path / "symptoms/facial-spasms/signed.json").read_text())
    assert content["signatures"] == []
    assert content["review_line"]["reviewed_by"] is None
    (recorded,) = content["recorded_from_a_previous_system"]
    assert recorded["by"]["name"] == "Morgan Mill"
    assert "sheet 4" not in json.dumps(content)
    assert SAYS in (tmp_path / "symptoms/facial-spasms/index.html").read_text()
    signed = json.loads((tmp_path / "articles/keeping-a-diary/signed.json").read_text())
    assert [entry["by"]["name"] for entry in signed["signatures"]] == ["Ravi Rao"]
    assert len(signed["recorded_from_a_previous_system"]) == 1


def test_nobody_gets_a_page_as_a_reviewer_for_it(spasms, morgan, client, tmp_path):
    """Morgan is a clinician too, and attested; the earlier reviewer has the name of one here."""
    Reviewer.objects.create(
        user=morgan,
        name="Dr A. Example",
        slug="dr-a-example",
        specialty="x",
        licence_number="1",
        licence_jurisdiction="x",
        licence_expires=TODAY + dt.timedelta(days=900),
    )
    assert client.get("/reviewers/dr-a-example/").status_code == 404
    assert "/reviewers/dr" not in get_text_of(client, "/symptoms/facial-spasms/")
    assert "reviewers/dr" not in get_text_of(client, "/sitemap.xml")
    files.export_site(tmp_path)
    assert not [name for name in files.list_files(tmp_path) if name.startswith("reviewers/dr")]


# The evidence pack and its checker


@pytest.fixture
def check(tmp_path, capsys):
    checker = runpy.run_path(str(CHECKER))["check"]

    def run(pack: bytes) -> tuple[int, str]:
        path = tmp_path / "pack.zip"
        path.write_bytes(pack)
        return checker(path, None, None), capsys.readouterr().out

    return run


def write_pack(**scope) -> bytes:
    out = io.BytesIO()
    evidence.write_pack(
        out,
        evidence.EvidenceScope(**scope),
        made_at=timezone.now(),
        key=Ed25519PrivateKey.generate(),
    )
    return out.getvalue()


def test_the_evidence_pack_holds_and_says_what_it_is(spasms, ann, ravi, morgan, check):
    factories.sign_page(
        factories.edit_page(spasms, by=ann, body="<p>Better.</p>"), by=ravi, asked_by=ann
    )
    withdraw_page(Article.objects.get(slug="keeping-a-diary"), reason="wrong", by=morgan)
    pack = write_pack()
    faults, report = check(pack)
    assert (faults, "All of it holds" in report or "DOES NOT" not in report) == (0, True)
    with zipfile.ZipFile(io.BytesIO(pack)) as opened:
        first = list_words(opened.read("texts/00000001.html").decode())
    for words in (
        "whose review in an earlier system Morgan Mill recorded on 4 June 2026",
        "sheet 4, row 17",
        "Recorded by",
        "I attest that this very text",
        "Not yet reviewed here.",
    ):
        assert words in first
    assert "Mill signed it" not in first


def test_the_checker_finds_a_line_that_names_a_reviewer_who_did_not_sign():
    """As a dishonest publisher could make it, every hash right."""
    rightly = runpy.run_path(str(CHECKER))["names_reviewer_correctly"]
    earlier = {"by": {"name": "X"}}
    assert rightly({"outcome": "approved", "review_line": {"reviewed_by": {"name": "X"}}})
    assert rightly(
        {"outcome": "attested", "review_line": {"reviewed_by": None, "earlier": earlier}}
    )
    assert not rightly({"outcome": "attested", "review_line": {"reviewed_by": {"name": "X"}}})
    assert not rightly(
        {"outcome": "attested", "review_line": {"reviewed_by": {"name": "X"}, "earlier": earlier}}
    )
    assert not rightly(
        {"outcome": "approved", "review_line": {"reviewed_by": None, "earlier": earlier}}
    )


# Editors and reviewers


def test_the_form_and_the_lists_of_editors_say_it(spasms, ann, client):
    client.force_login(ann)
    panel = list_words(client.get(f"/admin/symptoms/symptom/{spasms.pk}/change/").text)
    for words in (
        "Imported review by",
        "Nobody has reviewed it here yet.",
        "sheet 4, row 17",
        "on an imported review",
    ):
        assert words in panel
    assert "as it was signed" not in panel
    assert (
        "Published, imported review" in client.get("/admin/symptoms/symptom/?state=recorded").text
    )
    assert "Facial spasms" not in list_words(client.get("/admin/symptoms/symptom/?state=live").text)
    assert "Imported review recorded and published" in list_words(
        client.get(f"/admin/symptoms/symptom/{spasms.pk}/revisions/").text
    )
    factories.edit_page(spasms, by=ann, summary="Better.")
    listed = client.get("/admin/symptoms/symptom/?state=changed").text
    assert "Published, imported review" in listed


def test_the_reviewer_is_told_at_the_desk_and_reads_all_of_it(spasms, ann, ravi, client):
    review = request_review(spasms, by=ann, reviewer=ravi.reviewer)
    client.force_login(ravi)
    queue = list_words(client.get("/desk/").text)
    assert desk_queue.RECORDED_MESSAGE in queue
    text = list_words(client.get(f"/desk/reviews/{review.uuid}/").text)
    assert (
        "Dr A. Example, MD reviewed it in an earlier system on 3 May 2026, and Morgan Mill "
        "recorded that here on 4 June 2026." in text
    )
    assert "I have read the whole page." in text


def test_the_radar_counts_it_dates_it_and_gives_it_to_nobody(spasms, ravi, morgan, client):
    client.force_login(morgan)
    listed = client.get("/desk/radar/?state=recorded").text
    assert "Facial spasms" in listed
    assert "Nobody here: imported review" in listed
    (row,) = queries.build_rows([spasms.pk], TODAY)
    assert (row.due, row.due_text) == (dt.date(2027, 5, 3), "due in 333 days")
    assert queries.count_by_reviewer(TODAY) == {}
    assert "Nobody here: imported review" in client.get("/desk/radar/?format=csv").content.decode()


def test_nobody_is_reminded_as_its_reviewer_and_the_digest_says_why(spasms, ravi, time_machine):
    time_machine.move_to("2027-05-20T10:00:00Z")
    people = pending.MailRecipients(timezone.localdate())
    assert list(pending.collect_due_pages(people)) == []
    (note,) = weekly(people)
    detail = "Due 3 May 2027; imported review, not yet reviewed here."
    assert detail in [line.text for line in note.lines]


def test_a_plan_gives_it_out_for_its_first_review(spasms, ravi, morgan):
    pages = Article.objects.filter(pk=spasms.pk)
    (row,) = scheduling_proposal.build_proposal(pages, TODAY).plan.rows
    plan_reviews([PlanChoice(row.page, row.reviewer, row.week)], by=morgan)
    review = open_planned(PlannedReview.objects.get(), by=ravi)
    assert (review.trigger, review.reviewer) == ("first", ravi.reviewer)


def test_a_recall_reads_it_for_the_first_time_and_comes_first_on_the_desk(
    spasms, ann, ravi, morgan
):
    request_review(factories.make_article(ann, slug="other", title="Other"), by=ann)
    recall = open_recall(
        [spasms.pk], trigger="safety", reason="An alert.", by=morgan, reviewer=ravi.reviewer
    )
    review = recall.rows.get().review
    assert (review.trigger, review.note) == ("first", "Recall: An alert.")
    task = desk_queue.build_queue(ravi.reviewer)["mine"].object_list[0]
    assert (task.review, task.priority) == (review, desk_queue.TaskPriority.SAFETY)


def test_a_readers_report_has_it_read_for_the_first_time(spasms, ann):
    row = open_review(factories.report_problem(spasms), by=ann, reason="A dead link.")
    assert row.review.trigger == MedicalReview.Trigger.FIRST


def test_a_search_for_what_somebody_reviewed_finds_it_and_says_where(spasms):
    (found, other) = find_pages("reviewer", "example")
    assert {found.excerpt.label, other.excerpt.label} == {"Imported review by"}


def test_the_policy_for_what_is_late_takes_it_from_visitors_as_any_other(
    spasms, morgan, settings, time_machine
):
    settings.OVERDUE_POLICY = {"standard": "withdraw", "high": "withdraw"}
    time_machine.move_to("2027-09-01T10:00:00Z")
    assert {result.result for result in apply_policy(timezone.localdate(), by=morgan)} == {
        "withdrawn"
    }
    assert not ReviewSchedule.objects.exists()


def test_a_preview_of_it_says_it(spasms, ann, client):
    client.force_login(ann)
    assert SAYS in client.get(f"/admin/symptoms/symptom/{spasms.pk}/preview/").text


def test_a_line_of_words_for_lists_is_the_same_everywhere(spasms):
    line = spasms.live.read_review_line()
    text = list_words(render_to_string("articles/_reviewed.html", {"line": line}))
    assert text == "Reviewed 3 May 2026, recorded from a previous system"
