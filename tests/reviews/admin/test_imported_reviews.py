"""A managing editor uploads a sheet of imported reviews, previews it and attests it."""

import csv
import datetime as dt
import io
import time
from types import SimpleNamespace

import pytest
from allauth.mfa.totp.internal.auth import TOTP, format_hotp_value, generate_totp_secret, hotp_value
from django.contrib.admin.models import LogEntry
from django.contrib.auth.models import User
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test.utils import CaptureQueriesContext

from articles.models import Article
from articles.publishing.actions import change_slug
from reviews import verification
from reviews.models import LedgerEntry, ReviewSchedule
from reviews.signing import ledger
from tests import factories, html
from tests.factories import PASSWORD
from tests.html import choose_action, read_form
from tests.reviews.imported_reviews.test_spreadsheets import HEAD, make_workbook

pytestmark = pytest.mark.django_db
IMPORT_PATH = "/admin/reviews/ledgerentry/earlier/"
ROWS_PATH = f"{IMPORT_PATH}rows/"


@pytest.fixture(autouse=True)
def today(time_machine):
    time_machine.move_to("2026-06-04T10:00:00Z", tick=True)


def make_line(page, **fields) -> str:
    values = {
        "page": page,
        "reviewer": "Dr A. Example",
        "post-nominals": "MD",
        "specialty": "Neurology",
        "reviewed on": "2026-05-03",
        "evidence": "Log 4",
        "due": "",
    }
    return ";".join((values | fields).values())


def make_csv(*rows: str) -> bytes:
    return "\n".join([HEAD.replace(",", ";"), *rows]).encode()


def upload_csv(client, data: bytes, name: str = "reviews.csv"):
    return client.post(IMPORT_PATH, {"deed": "read", "sheet": SimpleUploadedFile(name, data)})


def attest(client, preview, **changed):
    return client.post(
        IMPORT_PATH, read_form_with(preview, "record") | {"password": PASSWORD} | changed
    )


def read_form_with(answer, holds: str) -> dict:
    """The fields of that form of a page that holds a word."""
    (text,) = [
        text
        for text in answer.text.split("<form")[1:]
        if f'value="{holds}"' in text.partition("</form>")[0]
    ]
    return read_form(SimpleNamespace(text=f"<form{text.partition('</form>')[0]}"))


def write(by, count: int) -> list[Article]:
    return [factories.make_article(by, slug=f"page-{n}", title=f"Page {n}") for n in range(count)]


def read_rows(answer) -> list[list[str]]:
    return list(csv.reader(io.StringIO(answer.content.decode("utf-8-sig"))))


def test_from_the_sheet_to_the_public_page(morgan_client, ann, morgan, client):
    factories.make_article(ann)
    preview = upload_csv(morgan_client, make_csv(make_line("Keeping a diary")))
    assert "1 review can be imported" in preview.text
    assert "revision 1" in preview.text
    assert "3 May 2027" in preview.text
    assert client.get("/articles/keeping-a-diary/").status_code == 404
    assert not LedgerEntry.objects.exists()
    done = attest(morgan_client, preview)
    assert "1 page published" in done.text
    entry = LedgerEntry.objects.get()
    assert (entry.by, ledger.read_record(entry).authentication) == (morgan, "password")
    assert "Reviewed in an earlier system by" in client.get("/articles/keeping-a-diary/").text
    assert LogEntry.objects.get().change_message == (
        "Recorded an imported review, which published the page."
    )
    assert html.find_empty_sections(preview.text) == html.find_empty_sections(done.text) == []
    assert list(verification.find_faults()) == []


def test_a_page_is_named_by_number_uuid_address_old_address_or_title(
    morgan_client, ann, ravi, morgan, settings
):
    settings.SITE_URL = "https://symptoms.example.org"
    pages = write(ann, 5)
    factories.sign_page(pages[3], by=ravi, asked_by=ann)
    change_slug(Article.objects.get(pk=pages[3].pk), slug="moved", by=morgan)
    factories.make_symptom(ann, slug="page-9", title="Page 9")
    named = [str(pages[0].pk), str(pages[1].uuid), "https://symptoms.example.org/articles/page-2/",
             "/articles/page-3", "PAGE 4", "/symptoms/page-9/"]  # fmt: skip
    preview = upload_csv(morgan_client, make_csv(*map(make_line, named)))
    assert "5 reviews can be imported" in preview.text
    assert "One row cannot be imported" in preview.text
    assert "A clinician has signed this page here" in preview.text


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16"])
def test_a_sheet_with_a_lost_letter_is_refused_by_line_and_column(morgan_client, ann, encoding):
    factories.make_article(ann)
    rows = make_csv(make_line("Keeping a diary"), make_line("Twin", reviewer="Dr Sj�gren"))
    answer = upload_csv(morgan_client, rows.decode().encode(encoding))
    assert "Line 3, column “reviewer”: A letter was lost" in answer.text
    assert "carried" not in answer.text
    assert not LedgerEntry.objects.exists()


def test_what_is_refused_is_told_by_row_and_column_and_given_back_as_a_sheet(morgan_client, ann):
    pages = write(ann, 2)
    factories.make_article(ann, slug="twin", title="Twin")
    factories.make_symptom(ann, slug="twin", title="Twin")
    preview = upload_csv(
        morgan_client,
        make_csv(
            make_line("Page 0"),
            make_line("Nowhere", reviewer="=cmd()"),
            make_line("Page 1", **{"reviewed on": "03/05/2026"}),
            make_line("Twin"),
            make_line("https://elsewhere.example.com/articles/page-1/"),
            make_line("", reviewer=""),
            make_line("Page 1", due="soon"),
        ),
    )
    text = preview.text
    assert "1 review can be imported" in text
    assert "6 rows cannot be imported" in text
    for words in (
        "Column “page”, “Nowhere”: no page has this number, URL or title.",
        "Column “reviewed on”: “03/05/2026” can be read as 5 March or as 3 May 2026.",
        "2 pages have this number, id or title: /articles/twin/, /symptoms/twin/.",
        "”: this is a URL of another site. Enter",
        "Column “page” is empty. Column “reviewer” is empty.",
        "Column “due”: “soon” is no day that can be read.",
        "Rows 4 and 8 are about this page. Keep one of them.",
    ):
        assert words in text
    done = attest(morgan_client, preview)
    assert "1 page published" in done.text
    assert Article.objects.public().get() == pages[0]
    given = read_rows(morgan_client.post(ROWS_PATH, read_form_with(done, "refused")))
    assert given[0] == [*HEAD.split(","), "why it was refused"]
    elsewhere = "https://elsewhere.example.com/articles/page-1/"
    assert [row[0] for row in given[1:]] == ["Nowhere", "Page 1", "Twin", elsewhere, "", "Page 1"]
    assert given[1][1] == "'=cmd()"
    again = upload_csv(
        morgan_client, morgan_client.post(ROWS_PATH, read_form_with(done, "refused")).content
    )
    assert "Nothing here can be imported" in again.text


def test_the_refused_rows_can_be_looked_at_again_at_once(morgan_client, ann):
    page = write(ann, 1)[0]
    preview = upload_csv(morgan_client, make_csv(make_line("Page 0")))
    factories.edit_page(page, by=ann, summary="Changed meanwhile.")
    done = attest(morgan_client, preview)
    assert "Nothing was imported" in done.text
    assert "Page 0" in done.text
    assert (
        "The page has changed since the preview: its text is now that of revision 2." in done.text
    )
    assert not LedgerEntry.objects.exists()
    again = morgan_client.post(IMPORT_PATH, read_form_with(done, "again"))
    assert "1 review can be imported" in again.text
    assert "Saved here 2 times: is this still the text that was reviewed?" in again.text
    assert "1 page published" in attest(morgan_client, again).text


@pytest.mark.parametrize("password", ["", "wrong"])
def test_without_the_password_nothing_is_done_and_the_preview_stays(morgan_client, ann, password):
    write(ann, 1)
    preview = upload_csv(morgan_client, make_csv(make_line("Page 0")))
    again = attest(morgan_client, preview, password=password)
    assert "1 review can be imported" in again.text
    assert ("This is not your password." if password else "Enter your password") in again.text
    assert not LedgerEntry.objects.exists()
    assert "1 page published" in attest(morgan_client, again).text


def test_a_second_factor_is_asked_for_and_recorded(morgan_client, ann, morgan):
    write(ann, 1)
    secret = generate_totp_secret()
    TOTP.activate(morgan, secret)
    preview = upload_csv(morgan_client, make_csv(make_line("Page 0")))
    assert "Authenticator code" in attest(morgan_client, preview).text
    assert not LedgerEntry.objects.exists()
    attest(
        morgan_client, preview, code=format_hotp_value(hotp_value(secret, int(time.time()) // 30))
    )
    assert ledger.read_record(LedgerEntry.objects.get()).authentication == "password+totp"


def test_what_the_form_carries_is_bound_to_its_person_and_its_time(
    morgan_client, ann, olga, client, time_machine
):
    write(ann, 1)
    preview = upload_csv(morgan_client, make_csv(make_line("Page 0")))
    carried = read_form_with(preview, "record")["carried"]
    client.force_login(olga)
    fields = {"deed": "record", "password": PASSWORD}
    for text, why in (
        (carried, "made for somebody else"),
        (carried[:-1], "incomplete"),
        ("", "incomplete"),
    ):
        answer = client.post(IMPORT_PATH, fields | {"carried": text}, follow=True)
        assert why in answer.text
    client.force_login(User.objects.get(username="morgan"))
    time_machine.move_to("2026-06-04T12:00:05Z")
    assert (
        "older than 2 hours"
        in client.post(IMPORT_PATH, fields | {"carried": carried}, follow=True).text
    )
    assert not LedgerEntry.objects.exists()


def test_pressed_twice_it_is_recorded_once(morgan_client, ann):
    write(ann, 1)
    preview = upload_csv(morgan_client, make_csv(make_line("Page 0")))
    attest(morgan_client, preview)
    assert "This review is recorded already." in attest(morgan_client, preview).text
    assert (
        "This review is recorded already."
        in upload_csv(morgan_client, make_csv(make_line("Page 0"))).text
    )
    assert LedgerEntry.objects.count() == 1


def test_a_workbook_does_as_well(morgan_client, ann):
    write(ann, 1)
    data = make_workbook(
        HEAD.split(","), ["Page 0", "Dr A.", None, None, dt.datetime(2026, 5, 3), "Log", None]
    )
    assert "1 review can be imported" in upload_csv(morgan_client, data, "reviews.xlsx").text


@pytest.mark.parametrize(
    ("data", "why"),
    [
        (b"", "empty"),
        (b"Name\nAnn", "The first row has to name the columns"),
        (HEAD.encode(), "nothing below"),
    ],
)
def test_a_wrong_sheet_is_refused_where_it_was_chosen(morgan_client, data, why):
    answer = upload_csv(morgan_client, data)
    assert why in answer.text
    assert 'type="file"' in answer.text


def test_no_sheet_at_all_is_asked_for(morgan_client):
    assert "Choose the file first." in morgan_client.post(IMPORT_PATH, {"deed": "read"}).text
    assert morgan_client.post(IMPORT_PATH, {"deed": "nonsense"}).status_code == 200


def test_an_empty_sheet_to_fill_in_has_the_columns(morgan_client):
    assert read_rows(morgan_client.get(f"{IMPORT_PATH}empty-sheet/")) == [HEAD.split(",")]


def test_a_long_sheet_shows_its_first_rows_and_gives_all_in_a_file(morgan_client, ann, monkeypatch):
    monkeypatch.setattr("reviews.admin.imported_reviews.MAX_ROWS_SHOWN", 2)
    write(ann, 3)
    preview = upload_csv(
        morgan_client,
        make_csv(
            make_line("Page 0"),
            make_line("Page 1"),
            make_line("Page 2"),
            make_line("A"),
            make_line("B"),
            make_line("C"),
        ),
    )
    assert preview.text.count("The first 2 are listed. All of them are in the file.") == 2
    assert len(read_rows(morgan_client.post(ROWS_PATH, read_form_with(preview, "record")))) == 7


@pytest.fixture
def small_parts(monkeypatch):
    for module in ("imported_reviews.actions", "admin.imported_reviews"):
        monkeypatch.setattr(f"reviews.{module}.MAX_PAGES", 2)


@pytest.mark.usefixtures("small_parts")
def test_a_long_sheet_is_recorded_part_by_part_on_one_password(morgan_client, ann):
    pages = write(ann, 5)
    preview = upload_csv(
        morgan_client, make_csv(*(make_line(f"Page {n}") for n in range(5)), make_line("Nowhere"))
    )
    assert "recorded in 3 parts of up to 2 pages" in preview.text
    factories.edit_page(pages[1], by=ann, summary="Changed meanwhile.")
    first = attest(morgan_client, preview)
    assert "1 page published, 3 to go" in first.text
    assert "2 rows cannot be imported" in first.text
    second = morgan_client.post(IMPORT_PATH, read_form_with(first, "go-on"))
    assert "3 pages published, 1 to go" in second.text
    done = morgan_client.post(IMPORT_PATH, read_form_with(second, "go-on"))
    assert "4 pages published" in done.text
    assert {ledger.read_record(entry).authentication for entry in LedgerEntry.objects.all()} == {
        "password"
    }
    assert [
        row[0]
        for row in read_rows(morgan_client.post(ROWS_PATH, read_form_with(done, "refused")))[1:]
    ] == ["Page 1", "Nowhere"]
    assert "This review is recorded already." in attest(morgan_client, preview).text
    assert LedgerEntry.objects.count() == 4


@pytest.mark.usefixtures("small_parts")
def test_a_password_holds_for_the_rows_it_was_given_for_and_not_for_long(
    morgan_client, ann, olga, client, time_machine
):
    write(ann, 5)
    preview = upload_csv(morgan_client, make_csv(*(make_line(f"Page {n}") for n in range(5))))
    first = attest(morgan_client, preview)
    go_on, unproved = read_form_with(first, "go-on"), read_form_with(preview, "record")["carried"]
    assert (
        "incomplete"
        in morgan_client.post(IMPORT_PATH, go_on | {"carried": unproved}, follow=True).text
    )
    assert (
        "incomplete" in morgan_client.post(IMPORT_PATH, go_on | {"deed": "again"}, follow=True).text
    )
    client.force_login(olga)
    assert "made for somebody else" in client.post(IMPORT_PATH, go_on, follow=True).text
    client.force_login(User.objects.get(username="morgan"))
    time_machine.move_to("2026-06-04T10:15:30Z")
    assert "older than 15 minutes" in client.post(IMPORT_PATH, go_on, follow=True).text
    assert LedgerEntry.objects.count() == 2


@pytest.mark.usefixtures("small_parts")
def test_who_loses_the_right_between_two_parts_is_stopped(morgan_client, ann, morgan):
    write(ann, 3)
    first = attest(
        morgan_client,
        upload_csv(morgan_client, make_csv(*(make_line(f"Page {n}") for n in range(3)))),
    )
    morgan.groups.clear()
    assert morgan_client.post(IMPORT_PATH, read_form_with(first, "go-on")).status_code == 403
    assert LedgerEntry.objects.count() == 2


@pytest.mark.parametrize("count", [1, 3])
def test_a_preview_asks_a_fixed_number_of_queries(
    morgan_client, ann, count, django_assert_num_queries
):
    write(ann, count)
    data = make_csv(
        *(make_line(f"/articles/page-{n}/") for n in range(count)), make_line("Nowhere")
    )
    with CaptureQueriesContext(connection) as queries:
        upload_csv(morgan_client, data)
    assert len(queries) == 13


@pytest.mark.parametrize("who", ["ann", "ravi", "charlie"])
def test_others_are_kept_out(client, request, who):
    client.force_login(request.getfixturevalue(who))
    for address in (IMPORT_PATH, f"{IMPORT_PATH}empty-sheet/"):
        assert client.get(address).status_code in (302, 403)
    assert client.post(IMPORT_PATH, {"deed": "record"}).status_code in (302, 403)
    assert client.post(ROWS_PATH).status_code in (302, 403)


# From the lists


def test_ticked_pages_are_given_one_review(morgan_client, ann, client):
    pages = write(ann, 2)
    asked = choose_action(
        morgan_client, "/admin/articles/article/", "record_earlier", [page.pk for page in pages]
    )
    assert "Import reviews of 2 pages" in asked.text
    wrong = morgan_client.post(IMPORT_PATH, read_form_with(asked, "chosen"))
    assert "Enter who reviewed these pages." in wrong.text
    fields = {
        "reviewer": "Dr A. Example",
        "reviewed_on": "2026-05-03",
        "evidence": "Log 4",
        "due": "2026-09-01",
    }
    preview = morgan_client.post(IMPORT_PATH, read_form_with(wrong, "chosen") | fields)
    assert "2 reviews can be imported" in preview.text
    attest(morgan_client, preview)
    assert set(ReviewSchedule.objects.values_list("recorded", "next_due")) == {
        (True, dt.date(2026, 9, 1))
    }
    assert ReviewSchedule.objects.count() == 2


def test_ticked_pages_are_given_as_a_sheet_to_fill_in(morgan_client, ann):
    symptom = factories.make_symptom(ann)
    asked = choose_action(morgan_client, "/admin/symptoms/symptom/", "record_earlier", [symptom.pk])
    given = read_rows(
        morgan_client.post(ROWS_PATH, {"carried": read_form_with(asked, "chosen")["carried"]})
    )
    assert [row[0] for row in given] == ["page", "/symptoms/facial-spasms/"]


def test_too_many_ticked_are_refused(morgan_client, ann, monkeypatch):
    monkeypatch.setattr("reviews.admin.imported_reviews.RecordImportedReviewsAction.max_rows", 1)
    pages = write(ann, 2)
    answer = choose_action(
        morgan_client, "/admin/articles/article/", "record_earlier", [page.pk for page in pages]
    )
    assert answer.status_code == 302
    assert "Select at most 1 pages, or upload a file. You selected 2." in (
        morgan_client.get(answer["Location"]).text
    )


def test_editors_are_not_offered_it(client, ann):
    factories.make_article(ann)
    client.force_login(ann)
    assert "record_earlier" not in client.get("/admin/articles/article/").text


def test_the_way_there_stands_on_the_home_of_managing_editors_only(client, ann, morgan):
    for person, there in ((ann, False), (morgan, True)):
        client.force_login(person)
        assert (IMPORT_PATH in client.get("/admin/").text) is there
