"""Exports of admin lists: what is shown or ticked, for people and for imports, and no formula."""

import csv
import io
from itertools import chain

import pytest
from django.contrib.admin.models import LogEntry
from django.db import connection
from django.test.utils import CaptureQueriesContext
from hypothesis import given
from hypothesis import strategies as st
from openpyxl import load_workbook

from articles.exports import admin
from articles.imports import formats
from articles.imports.formats import cells, spreadsheets
from articles.imports.plan import plan_import
from articles.models import Article, Redirect
from articles.publishing.actions import change_slug, discard
from config.admin.export_resources import REIMPORT_COLUMNS
from reviews.signing.actions import request_review
from symptoms.models import Symptom
from tests import factories
from tests.factories import make_complete_symptom
from tests.html import choose_action, get_text, read_form

pytestmark = pytest.mark.django_db
SYMPTOMS = "/admin/symptoms/symptom/"


def get_export(client, address: str, **chosen) -> bytes:
    response = client.post(address, {"format": "csv", "layout": "read"} | chosen)
    assert response.streaming, get_text(response.text)
    return b"".join(response.streaming_content)


def read_table(client, address: str, **chosen) -> list[dict]:
    """The rows of a list as CSV, by the names of its columns."""
    file = get_export(client, address, **chosen).decode("utf-8-sig")
    return list(csv.DictReader(io.StringIO(file, newline="")))


def read_cells(client, address: str, **chosen) -> list[tuple]:
    """The same as XLSX."""
    book = load_workbook(io.BytesIO(get_export(client, address, format="xlsx", **chosen)))
    return [tuple(cell.value for cell in row) for row in book.active.iter_rows()]


def test_what_the_list_shows_is_what_the_file_has_in_its_order(ann_client, ann, ravi):
    for title in ("Cramps", "Aches", "Burning eyes"):
        factories.make_symptom(ann, slug=title.lower().replace(" ", "-"), title=title)
    factories.sign_page(Symptom.objects.get(title="Cramps"), by=ravi, asked_by=ann)
    assert [row["title"] for row in read_table(ann_client, f"{SYMPTOMS}export/")] == [
        "Aches",
        "Burning eyes",
        "Cramps",
    ]
    assert [row["title"] for row in read_table(ann_client, f"{SYMPTOMS}export/?o=-1")] == [
        "Cramps",
        "Burning eyes",
        "Aches",
    ]
    assert [row["title"] for row in read_table(ann_client, f"{SYMPTOMS}export/?state=live")] == [
        "Cramps"
    ]
    assert [row["title"] for row in read_table(ann_client, f"{SYMPTOMS}export/?q=eye&o=1")] == [
        "Burning eyes"
    ]
    assert f'href="{SYMPTOMS}export/?q=eye"' in ann_client.get(f"{SYMPTOMS}?q=eye").text


def test_those_that_are_ticked_are_exported_and_no_other(ann_client, ann):
    aches, cramps, _ = (
        factories.make_symptom(ann, slug=title.lower(), title=title)
        for title in ("Aches", "Cramps", "Tics")
    )
    page = choose_action(ann_client, SYMPTOMS, "export_chosen", [aches.pk, cramps.pk, "x"])
    assert "Export 2 symptoms" in get_text(page.text)
    assert [
        row["title"]
        for row in read_table(ann_client, SYMPTOMS, **read_form(page) | {"format": "csv"})
    ] == ["Aches", "Cramps"]
    across = choose_action(
        ann_client, f"{SYMPTOMS}?q=cramps", "export_chosen", [cramps.pk], across=True
    )
    assert "Export 1 symptom" in get_text(across.text)


def test_a_page_is_told_with_its_state_dates_and_facts(ann_client, ann, ravi):
    other = factories.make_symptom(ann, slug="jaw-pain", title="Jaw pain")
    page = make_complete_symptom(ann, others=[other])
    factories.sign_page(page, by=ravi, asked_by=ann)
    row = next(
        row for row in read_table(ann_client, f"{SYMPTOMS}export/") if row["title"] == page.title
    )
    line = Article.objects.get(pk=page.pk).live.read_review_line()
    assert row["id"] == str(page.uuid)
    assert (
        row
        | {
            "type": "symptom",
            "address": "/symptoms/facial-spasms/",
            "state": "Published",
            "last reviewed": line.last_reviewed.isoformat(),
            "next review due": line.next_due.isoformat(),
            "reviewer": "Ravi Rao, MD",
            "written by": "Ann Archer",
            "saved by": "Ann Archer",
            "other names": "Facial spasms by another name",
            "codes": "ICD-10-CM R25.3 Fasciculation",
            "causes": " | ".join(f"Cause {number} of Facial spasms" for number in range(3)),
            "related": "Jaw pain (neurological)",
            "topics": "Bones, Joints and Muscles",
            "tags": "face; muscle",
            "risk": "standard",
        }
        == row
    )


def test_the_layout_for_importing_again_has_the_whole_working_copy(ann_client, ann):
    other = factories.make_symptom(ann, slug="jaw-pain", title="Jaw pain")
    page = make_complete_symptom(ann, others=[other], review_months=6)
    page.references.create(title='Tics, "second" edition', publisher="NIH", year=2024, position=2)
    rows = read_table(ann_client, f"{SYMPTOMS}export/?q=facial", layout="again")
    assert tuple(rows[0]) == REIMPORT_COLUMNS
    assert ",".join(REIMPORT_COLUMNS) == (
        "type,id,revision,title,address,phrase,determiner,plural,headline,summary,advice level,"
        "advice,advice heading,emergency card heading,emergency card,urgent card heading,"
        "urgent card,"
        "non-urgent card heading,non-urgent card,same for everyone,crisis line,"
        "overview,spotlight title,spotlight,causes introduction,questions at a diagnosis,"
        "treatment,complications,other names,codes,causes,related,topics,tags,"
        "references,risk,review months"
    )
    (row,) = rows
    assert row == {
        "type": "symptom",
        "id": str(page.uuid),
        "revision": page.get_latest_revision().digest,
        "title": "Facial spasms",
        "address": "facial-spasms",
        "phrase": "facial spasms",
        "determiner": "",
        "plural": "yes",
        "headline": "What makes facial spasms?",
        "summary": page.summary,
        "advice level": "emergency",
        "advice": page.advice,
        "advice heading": "",
        "emergency card heading": "",
        "emergency card": "",
        "urgent card heading": "Get help today",
        "urgent card": "<p>You cannot close one eye.</p>",
        "non-urgent card heading": "",
        "non-urgent card": "",
        "same for everyone": "yes",
        "crisis line": "yes",
        "overview": page.body,
        "spotlight title": "Spasm or tic?",
        "spotlight": page.spotlight,
        "causes introduction": page.causes_intro,
        "questions at a diagnosis": page.diagnosis_questions,
        "treatment": page.treatment,
        "complications": page.complications,
        "other names": "Facial spasms by another name",
        "codes": "ICD-10-CM R25.3; Fasciculation",
        "causes": " | ".join(
            f"Cause {place} of Facial spasms; {facts}; text: <p>Cause {place} may do it.</p>"
            for place, facts in enumerate(
                ["rare", "life-threatening; rare; group: Nerves", "rare; group: Nerves"]
            )
        ),
        "related": f"{other.uuid}; neurological; serious",
        "topics": "Bones, Joints and Muscles",
        "tags": "face; muscle",
        "references": "Spasms; url: https://medlineplus.gov/muscledisorders.html | "
        "Tics; publisher: NIH; url: https://www.nih.gov/; year: 2025 | "
        'Tics, "second" edition; publisher: NIH; year: 2024',
        "risk": "standard",
        "review months": "6",
    }


def test_what_was_exported_for_importing_again_is_here_already(ann_client, ann, morgan, tmp_path):
    other = factories.make_symptom(ann, slug="jaw-pain", title="=Jaw | pain; “half”")
    page = make_complete_symptom(ann, others=[other], review_months=6)
    path = tmp_path / "list.csv"
    path.write_bytes(get_export(ann_client, f"{SYMPTOMS}export/", layout="again"))

    def plan():
        with plan_import(
            path, reader=formats.get("csv"), format="csv", source="list", by=morgan
        ) as plan:
            changes: list[str] = []
            for _, found in plan.changes(9):
                changes += map(str, found)
            return plan.counts["symptom"], changes

    assert plan() == ({"here already": 2}, [])
    path.write_text(path.read_text().replace("Rest helps.", "Rest helps a little."))
    assert plan() == (
        {"here already": 1, "changed": 1},
        ["treatment: “Rest helps.” → “Rest helps a little.”"],
    )
    factories.edit_page(page, by=ann, summary="Somebody wrote meanwhile.")
    assert plan()[0] == {"here already": 1, "conflicting, kept as it is here": 1}


def test_articles_have_the_same_columns_and_leave_open_what_they_have_not(ann_client, ann):
    factories.make_article(ann)
    (row,) = read_table(ann_client, "/admin/articles/article/export/", layout="again")
    assert tuple(row) == REIMPORT_COLUMNS
    assert (row["type"], row["title"], row["causes"], row["plural"]) == (
        "article",
        "Keeping a diary",
        "",
        "",
    )


@pytest.mark.parametrize("begins", ["=", "+", "-", "@", "\t", "'=", "＝"])
def test_no_cell_is_a_formula(ann_client, ann, begins):
    name = f'{begins}HYPERLINK("http://example.org","x")'.replace("\r", "\n")
    page = factories.make_symptom(ann, title="Aches")
    Article.objects.filter(pk=page.pk).update(title=f"{begins}1+1", summary=name)
    (row,) = read_table(ann_client, f"{SYMPTOMS}export/", layout="again")
    assert row["title"] == f"'{begins}1+1"
    assert spreadsheets.unescape_formula(row["title"]) == f"{begins}1+1"
    assert row["summary"].startswith("'")
    head, line = read_cells(ann_client, f"{SYMPTOMS}export/", layout="again")
    found = dict(zip(head, line, strict=True))
    assert found["title"].startswith("'")
    assert found["title"].endswith("1+1")
    assert found["summary"].startswith("'")


def test_xlsx_holds_dates_as_dates_and_no_formula_at_all(ann_client, ann, ravi):
    page = factories.make_symptom(ann, title="Aches", review_months=6)
    factories.sign_page(page, by=ravi, asked_by=ann)
    book = load_workbook(io.BytesIO(get_export(ann_client, f"{SYMPTOMS}export/", format="xlsx")))
    sheet = book.active
    head = [cell.value for cell in sheet[1]]
    due = sheet.cell(2, head.index("next review due") + 1)
    assert due.is_date
    assert sheet.cell(2, head.index("review every (months)") + 1).value == 6
    assert sheet.freeze_panes == "A2"
    assert all(cell.data_type != "f" for cell in chain.from_iterable(sheet.iter_rows()))


def test_what_no_cell_can_hold_is_told_and_never_cut_in_silence(ann_client, ann):
    factories.make_large_symptom(ann, causes=1_000)
    address = f"{SYMPTOMS}export/"
    refused = ann_client.post(address, {"format": "xlsx", "layout": "again"})
    assert "“causes” has " in get_text(refused.text)
    assert "Choose CSV: it holds everything." in get_text(refused.text)
    (row,) = read_table(ann_client, address, layout="again")
    assert len(cells.read_list(row["causes"], cells.RowContext())) == 1_000
    head, line = read_cells(ann_client, address)
    causes = dict(zip(head, line, strict=True))["causes"]
    assert len(causes) <= 32_767
    assert causes.endswith("are more than a cell can hold; a CSV file has them all)")
    assert LogEntry.objects.count() == 2  # what was refused was not taken along


@given(st.lists(st.text(st.characters(exclude_categories=["Cs"]), min_size=1), max_size=4))
def test_values_in_one_cell_come_apart_as_they_were(values):
    stripped = [" ".join(value.split()) or "x" for value in values]
    cell = spreadsheets.join_values(stripped)
    assert cells.read_list(cell, cells.RowContext()) == stripped


@pytest.mark.parametrize("begins", ["\t", "\r", "\n", "\r="])
def test_a_line_break_does_not_hide_a_formula(begins):
    """No title can begin so: a line break in it becomes a space when it is saved."""
    for name, read in (("csv", read_csv_cell), ("xlsx", read_xlsx_cell)):
        file = io.BytesIO()
        spreadsheets.WRITERS[name](["title"], [[f"{begins}=1+1"]], file, whole=True)
        assert read(file.getvalue()).startswith("'")


def read_csv_cell(file: bytes) -> str:
    return list(csv.reader(io.StringIO(file.decode("utf-8-sig"), newline="")))[1][0]


def read_xlsx_cell(file: bytes) -> str:
    cell = load_workbook(io.BytesIO(file)).active.cell(2, 1)
    assert cell.data_type == "s"
    return cell.value


@given(st.text(st.characters(exclude_categories=["Cs"])))
def test_an_escaped_cell_comes_back_as_it_was(cell):
    assert spreadsheets.unescape_formula(spreadsheets.escape_formula(cell)) == cell
    assert not spreadsheets.escape_formula(cell).startswith(("=", "+", "-", "@", "\t", "\r"))


OTHERS = {
    "symptoms/cause": ("Cause 0 of Facial spasms", "cause-0-of-facial-spasms"),
    "articles/topic": ("Bones, Joints and Muscles", "bones-joints-and-muscles"),
    "articles/redirect": ("keeping-a-diary", "/articles/diary/"),
    "reviews/medicalreview": ("First review", "Ravi Rao, MD", "Ann Archer"),
    "articles/article": ("Keeping a diary", "/articles/diary/"),
    "articles/aboutpage": ("Privacy", "/about/privacy/"),
}


@pytest.mark.parametrize("name", OTHERS)
def test_other_lists_have_files_too(ann_client, ann, ravi, fiona, morgan, name):
    symptom, article = factories.make_symptom(ann), factories.make_article(ann)
    factories.make_about_page(ann)
    factories.add_facts(symptom, ann)
    factories.sign_page(article, by=fiona, asked_by=ann)
    change_slug(Article.objects.get(pk=article.pk), slug="diary", by=morgan)
    request_review(symptom, by=ann, reviewer=ravi.reviewer, note="A word in private.")
    text = get_export(ann_client, f"/admin/{name}/export/").decode()
    assert all(words in text for words in OTHERS[name])
    assert "private" not in text


def test_discarded_drafts_and_private_words_are_in_no_file(ann_client, ann, ravi):
    page = factories.make_symptom(ann, title="A draft to throw away", slug="thrown")
    factories.make_symptom(ann, title="A page to keep", slug="kept")
    signed = factories.sign_page(Symptom.objects.get(slug="kept"), by=ravi, asked_by=ann)
    discard(Article.objects.get(pk=page.pk), by=ann)
    for layout in ("read", "again"):
        text = get_export(ann_client, f"{SYMPTOMS}export/", layout=layout).decode()
        assert "A page to keep" in text
        assert "throw away" not in text
    text = get_export(ann_client, "/admin/reviews/medicalreview/export/").decode()
    assert signed.review.note not in text
    assert ravi.reviewer.licence_number not in text


def test_who_may_not_see_a_list_may_not_take_it_along(client, ann, ravi):
    factories.make_symptom(ann)
    address = f"{SYMPTOMS}export/"
    assert client.post(address, {"format": "csv"}).status_code == 302
    ravi.is_staff = True
    ravi.save()
    client.force_login(ravi)
    assert client.get(address).status_code == 403
    assert client.post(address, {"format": "csv", "layout": "read"}).status_code == 403
    assert LogEntry.objects.count() == 0


def test_each_file_is_noted_in_the_log(ann_client, ann):
    factories.make_symptom(ann)
    get_export(ann_client, f"{SYMPTOMS}export/")
    entry = LogEntry.objects.get()
    assert (entry.user, entry.object_repr) == (ann, "1 symptom")
    assert entry.change_message.startswith("Exported 1 symptom as CSV: For reading")
    assert ann_client.get("/admin/").status_code == 200


def test_an_empty_list_a_slip_and_a_format_that_is_none_are_told_in_words(ann_client, ann):
    assert "nothing to export" in ann_client.get(f"{SYMPTOMS}export/").text
    factories.make_symptom(ann)
    invalid = ann_client.get(f"{SYMPTOMS}export/?state=nonsense")
    assert "There is no status “nonsense”" in invalid.text
    assert (
        ann_client.post(f"{SYMPTOMS}export/", {"format": "exe", "layout": "read"}).status_code
        == 200
    )
    assert ann_client.get("/admin/articles/topic/export/?nonsense=1").status_code in (200, 302)
    assert not LogEntry.objects.exists()


def test_more_rows_than_a_file_holds_are_refused_before_anything_is_read(
    ann_client, ann, monkeypatch
):
    monkeypatch.setattr(admin, "MAX_ROWS", 2)
    for number in range(3):
        factories.make_symptom(ann, slug=f"page-{number}", title=f"Page {number}")
    response = ann_client.post(
        f"{SYMPTOMS}export/", {"format": "csv", "layout": "read"}, follow=True
    )
    assert "A file holds 2 rows at most, and this list has 3." in response.text
    assert len(read_table(ann_client, f"{SYMPTOMS}export/?q=page-1")) == 1


@pytest.mark.parametrize("chosen", ["read", "again"])
@pytest.mark.parametrize("chosen_format", ["csv", "xlsx"])
def test_a_file_costs_the_same_queries_however_many_rows(
    ann_client, ann, ravi, chosen, chosen_format
):
    def cost() -> int:
        get_export(ann_client, f"{SYMPTOMS}export/", layout=chosen, format=chosen_format)
        with CaptureQueriesContext(connection) as queries:
            get_export(ann_client, f"{SYMPTOMS}export/", layout=chosen, format=chosen_format)
        return len(queries)

    def write(slug: str) -> None:
        page = factories.make_symptom(ann, slug=slug, title=slug)
        factories.add_facts(page, ann, causes=2, related=0)
        factories.sign_page(page, by=ravi, asked_by=ann)

    write("one")
    first = cost()
    write("two")
    write("three")
    assert cost() == first


@pytest.mark.parametrize(
    "name", ["symptoms/cause", "articles/topic", "articles/redirect", "reviews/medicalreview"]
)
def test_other_files_cost_the_same_queries_however_many_rows(ann_client, ann, morgan, fiona, name):
    def cost() -> int:
        get_export(ann_client, f"/admin/{name}/export/")
        with CaptureQueriesContext(connection) as queries:
            get_export(ann_client, f"/admin/{name}/export/")
        return len(queries)

    def write(slug: str) -> None:
        article = factories.make_article(ann, slug=slug, title=slug)
        factories.sign_page(article, by=fiona, asked_by=ann)
        change_slug(Article.objects.get(pk=article.pk), slug=f"{slug}-new", by=morgan)
        factories.make_cause(ann, name=slug, slug=slug)
        factories.make_topic(slug, slug)

    write("one")
    first = cost()
    write("two")
    write("three")
    assert Redirect.objects.count() == 3
    assert cost() == first
