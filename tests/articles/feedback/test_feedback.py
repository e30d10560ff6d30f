"""Feedback of readers: without account or cookie, stored without a trace of them, and purged."""

import datetime as dt
import logging
import uuid

import pytest
import time_machine
from django.core.management import call_command
from django.db import DataError, IntegrityError, transaction
from django.utils import timezone

from articles.feedback import actions
from articles.models import Article, ReaderReport, ReaderTally
from articles.public.page_cache import page_cache
from reviews.signing.actions import withdraw_page
from tests import factories
from tests.html import read_form

pytestmark = pytest.mark.django_db
OURS = {"HTTP_ORIGIN": "http://testserver", "HTTP_SEC_FETCH_SITE": "same-origin"}
WORDS = "The second link is dead."


@pytest.fixture
def page(ann, ravi):
    symptom = factories.make_symptom(ann)
    factories.sign_page(symptom, by=ravi, asked_by=ann)
    return Article.objects.get(pk=symptom.pk)


def get_path(page, what: str) -> str:
    return f"/feedback/{page.live.revision.uuid}/{what}/"


def send_answer(client, page, answer="yes", **headers):
    return client.post(get_path(page, "helpful"), {"helpful": answer}, **OURS | headers)


def send_report(client, page, **fields):
    values = (
        read_form(client.get(get_path(page, "problem")))
        | {"kind": "broken", "words": WORDS}
        | fields
    )
    return client.post(get_path(page, "problem"), values, **OURS)


def get_tally(page) -> tuple[int, int, int]:
    row = ReaderTally.objects.get(article=page)
    return row.helpful, row.unhelpful, row.reports


def test_every_public_page_of_a_document_asks_and_no_other_does(client, ann, ravi, page):
    for written in (factories.make_article(ann), factories.make_about_page(ann)):
        factories.sign_page(written, by=ravi, asked_by=ann)
    page_cache.clear()
    for path in ("/symptoms/facial-spasms/", "/articles/keeping-a-diary/", "/about/privacy/"):
        assert client.get(path).text.count("Was this page helpful?") == 1, path
    for path in (
        "/",
        "/symptoms/",
        "/about/",
        "/symptoms/facial-spasms/history/",
        "/reviewers/ravi-rao/",
    ):
        assert "Was this page helpful?" not in client.get(path).text, path


def test_yes_and_no_are_counted_and_nothing_else_is_kept(client, page):
    response = send_answer(client, page)
    assert (response.status_code, response["Location"]) == (303, get_path(page, "thanks"))
    thanks = client.get(response["Location"])
    assert "Thank you" in thanks.text
    assert 'href="/symptoms/facial-spasms/"' in thanks.text
    send_answer(client, page, "no", REMOTE_ADDR="203.0.113.9")
    assert get_tally(page) == (1, 1, 0)
    assert not ReaderReport.objects.exists()


def test_a_double_click_counts_once_and_another_reader_counts_too(client, page):
    for _ in range(3):
        assert send_answer(client, page).status_code == 303
    send_answer(client, page, REMOTE_ADDR="203.0.113.9")
    assert get_tally(page) == (2, 0, 0)


def test_a_new_month_has_a_tally_of_its_own(client, page):
    with time_machine.travel(timezone.now() - dt.timedelta(days=40)):
        actions.record_answer(page.live.revision, helpful=True)
    actions.record_answer(page.live.revision, helpful=False)
    assert ReaderTally.objects.count() == 2


def test_a_report_reaches_the_queue_with_the_text_that_was_read(client, page, ann, ravi):
    form = client.get(get_path(page, "problem"))
    assert "Facial spasms" in form.text
    assert form["X-Robots-Tag"] == "noindex"
    assert "911" in form.text
    values = read_form(form) | {"kind": "broken", "words": "  One line.\r\nAnother.  "}
    factories.sign_page(
        factories.edit_page(page, by=ann, summary="Changed."), by=ravi, asked_by=ann
    )
    response = client.post(get_path(page, "problem"), values, **OURS)
    assert response.status_code == 303
    report = ReaderReport.objects.get()
    assert (report.words, report.kind, report.revision) == (
        "One line.\nAnother.",
        "broken",
        page.live.revision,
    )
    assert (
        "This page has changed since you opened it." in client.get(get_path(page, "problem")).text
    )
    assert get_tally(page) == (0, 0, 1)


def test_the_same_form_sent_twice_is_one_report(client, page):
    values = read_form(client.get(get_path(page, "problem"))) | {"kind": "broken", "words": WORDS}
    for _ in range(2):
        assert client.post(get_path(page, "problem"), values, **OURS).status_code == 303
    assert ReaderReport.objects.count() == 1
    assert get_tally(page) == (0, 0, 1)


def test_nothing_sets_a_cookie_or_names_the_reader(client, page, caplog):
    with caplog.at_level(logging.DEBUG):
        for response in (
            send_answer(client, page),
            send_report(client, page),
            client.get(get_path(page, "thanks")),
        ):
            assert not response.cookies
            assert "Cookie" not in response.get("Vary", "")
    kept = repr([*ReaderReport.objects.values_list(), *ReaderTally.objects.values_list()])
    assert "127.0.0.1" not in kept
    assert WORDS not in caplog.text
    assert WORDS not in str(ReaderReport.objects.get())


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        ({"words": ""}, "Say in a few words what is wrong."),
        ({"words": " \r\n "}, "Say in a few words what is wrong."),
        ({"kind": ""}, "Choose what the problem is."),
        ({"kind": "nonsense"}, "not one of the available choices"),
        ({"words": "a" * 20_000}, "This has 20000 characters, and we can take 2000."),
        ({"key": "nonsense"}, "This form was changed on its way."),
    ],
)
def test_what_cannot_be_taken_is_told_and_the_words_stay(client, page, fields, message):
    response = send_report(client, page, **fields)
    assert response.status_code == 422
    assert message in response.text
    assert "<title>Error: " in response.text
    assert 'role="alert"' in response.text
    assert fields.get("words", WORDS).strip() in response.text
    assert not ReaderReport.objects.exists()


def test_2000_characters_fit_however_lines_end(client, page):
    assert send_report(client, page, words="ab\r\n" * 666 + "ab").status_code == 303
    assert len(ReaderReport.objects.get().words) == 2000


def test_signs_that_nobody_sees_come_out_and_are_told(client, page):
    response = send_report(client, page, words="One\x00 two\x1b")
    assert response.status_code == 422
    assert "signs in this that cannot be printed" in response.text
    assert read_form(response)["words"] == ["One two"]
    assert client.post(get_path(page, "problem"), read_form(response), **OURS).status_code == 303
    assert ReaderReport.objects.get().words == "One two"


def test_words_are_escaped_where_they_are_shown_again(client, page):
    assert (
        "<script>alert"
        not in send_report(client, page, kind="", words="<script>alert(1)</script>").text
    )


def test_a_machine_that_fills_in_everything_is_thanked_and_forgotten(client, page):
    assert send_report(client, page, trap="https://spam.example").status_code == 303
    assert not ReaderReport.objects.exists()


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"HTTP_ORIGIN": "https://evil.example"},
        {"HTTP_ORIGIN": "null"},
        {"HTTP_ORIGIN": "https://testserver"},
        {"HTTP_SEC_FETCH_SITE": "cross-site"},
        {"HTTP_SEC_FETCH_SITE": "same-site"},
        {"HTTP_SEC_FETCH_SITE": "none"},
        {"HTTP_ORIGIN": "http://testserver", "HTTP_SEC_FETCH_SITE": "cross-site"},
        {"HTTP_ORIGIN": "https://evil.example", "HTTP_SEC_FETCH_SITE": "same-origin"},
    ],
)
def test_what_was_not_sent_from_our_pages_is_refused_in_plain_words(client, page, headers):
    for what, fields in (
        ("helpful", {"helpful": "yes"}),
        ("problem", {"kind": "other", "words": WORDS}),
    ):
        response = client.post(get_path(page, what), fields, **headers)
        assert response.status_code == 403
        assert "This was not sent" in response.text
    assert not ReaderReport.objects.exists()
    assert not ReaderTally.objects.exists()


@pytest.mark.parametrize("header", ["HTTP_ORIGIN", "HTTP_SEC_FETCH_SITE"])
def test_one_of_the_two_headers_is_enough(client, page, header):
    response = client.post(get_path(page, "helpful"), {"helpful": "yes"}, **{header: OURS[header]})
    assert response.status_code == 303


def test_an_origin_that_the_operator_trusts_is_ours(client, page, settings):
    settings.CSRF_TRUSTED_ORIGINS = ["https://example.org"]
    assert send_answer(client, page, HTTP_ORIGIN="https://example.org").status_code == 303


def test_a_text_that_was_never_signed_takes_nothing(client, page, ann):
    draft = factories.edit_page(page, by=ann, summary="Unsigned.").get_latest_revision()
    for key in (draft.uuid, uuid.uuid4()):
        assert client.get(f"/feedback/{key}/problem/").status_code == 404
        assert client.get(f"/feedback/{key}/thanks/").status_code == 404
        for what in ("helpful", "problem"):
            assert (
                client.post(f"/feedback/{key}/{what}/", {"helpful": "yes"}, **OURS).status_code
                == 404
            )


def test_a_page_that_was_withdrawn_meanwhile_says_so_and_the_report_counts(client, page, morgan):
    values = read_form(client.get(get_path(page, "problem"))) | {"kind": "wrong", "words": WORDS}
    withdraw_page(page, reason="wrong", by=morgan)
    assert client.post(get_path(page, "problem"), values, **OURS).status_code == 303
    assert ReaderReport.objects.count() == 1
    assert client.get(get_path(page, "thanks")).status_code == 410
    assert client.get(get_path(page, "problem")).status_code == 410


def test_an_answer_that_the_form_does_not_offer_is_not_counted(client, page):
    assert send_answer(client, page, "maybe").status_code == 404
    assert client.get(get_path(page, "helpful"))["Location"] == "/symptoms/facial-spasms/"


def test_the_form_and_the_thanks_take_a_fixed_number_of_queries(
    client, page, django_assert_num_queries
):
    client.get("/about/")  # from here on the links of the footer are known
    # That of the thanks is kept, and is asked since when it is as it is.
    for name, queries in (("problem", 1), ("thanks", 2)):
        path = get_path(page, name)
        with django_assert_num_queries(queries):
            client.get(path)


def test_words_go_after_90_days_and_the_tallies_stay(client, page, ann, capsys):
    for days in (200, 91, 89):
        with time_machine.travel(timezone.now() - dt.timedelta(days=days)):
            factories.report_problem(page, f"{days} days ago")
    actions.close_report(ReaderReport.objects.get(words="200 days ago"), by=ann, outcome="Mended.")
    call_command("purge_feedback")
    assert capsys.readouterr().out == (
        "Deleted 2 reader reports older than 90 days; 1 of them nobody had dealt with.\n"
    )
    assert [report.words for report in ReaderReport.objects.all()] == ["89 days ago"]
    assert sum(row.reports for row in ReaderTally.objects.all()) == 3
    call_command("purge_feedback")
    assert capsys.readouterr().out.startswith("Deleted 0 reader reports")


def test_a_report_is_dealt_with_once_by_an_editor_who_says_how(page, ann, ravi, morgan):
    report = factories.report_problem(page)
    for by, outcome, why in (
        (ravi, "Mended.", "Only editors"),
        (ann, " ", "Say in a few words"),
        (ann, "a" * 501, "at most 500"),
        (ann, "a\x00b", "plain words"),
    ):
        with pytest.raises(actions.CannotCloseReport, match=why):
            actions.close_report(report, by=by, outcome=outcome)
    actions.close_report(report, by=ann, outcome="Mended.")
    with pytest.raises(actions.CannotCloseReport, match="already: Mended"):
        actions.close_report(report, by=morgan, outcome="Mended again.")
    assert not ReaderReport.objects.open().exists()


def test_a_report_that_was_purged_meanwhile_is_told(page, ann):
    report = factories.report_problem(page)
    ReaderReport.objects.all().delete()
    with pytest.raises(actions.CannotCloseReport, match="deleted after 90 days"):
        actions.close_report(report, by=ann, outcome="Mended.")


@pytest.mark.parametrize(
    "columns",
    [
        {"words": "a" * 2001},
        {"words": ""},
        {"outcome": "Mended."},
        {"dealt_with_at": timezone.now()},
        {"outcome": "a" * 501, "dealt_with_at": timezone.now()},
    ],
)
def test_the_database_refuses_half_a_report(page, columns):
    report = factories.report_problem(page)
    with pytest.raises((IntegrityError, DataError)), transaction.atomic():
        ReaderReport.objects.filter(pk=report.pk).update(**columns)
