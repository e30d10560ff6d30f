"""The characters of a file, in every format that can carry them: mended, refused, and said."""

import json
from pathlib import Path

import openpyxl
import pytest
from django.db import connection

from articles.imports import formats
from articles.imports.plan import plan_import
from articles.models import Article, ExternalId
from tests import factories

pytestmark = pytest.mark.django_db

HEADINGS = ("type", "id", "title", "overview")


def write_jsonl(path: Path, title: str, body: str) -> None:
    record = {"type": "article", "id": "X:1", "title": title, "body": body}
    path.write_text(json.dumps(record, ensure_ascii=False) + "\n")


def write_escaped_jsonl(path: Path, title: str, body: str) -> None:
    path.write_text(json.dumps({"type": "article", "id": "X:1", "title": title, "body": body}))


def write_csv(path: Path, title: str, body: str) -> None:
    path.write_text(f"{','.join(HEADINGS)}\narticle,X:1,{title},{body}\n")


def write_xlsx(path: Path, title: str, body: str) -> None:
    book = openpyxl.Workbook()
    book.active.append(HEADINGS)
    book.active.append(("article", "X:1", title, body))
    book.save(path)


def write_obo(path: Path, title: str, body: str) -> None:
    top = "[Term]\nid: X:0\nname: symptom\n"
    term = f'[Term]\nid: X:1\nname: {title}\ndef: "{title}" []\nis_a: X:0\n'
    path.write_text(f"format-version: 1.2\nontology: symp\n\n{top}\n{term}")


def write_medlineplus(path: Path, title: str, body: str) -> None:
    body = body.replace("&", "&amp;").replace("<", "&lt;")
    path.write_text(
        '<?xml version="1.0"?>\n<health-topics date-generated="07/21/2024 02:32:56">'
        f'<health-topic title="{title}" url="https://example.org/x.html" id="1" '
        f'language="English"><full-summary>{body}</full-summary></health-topic></health-topics>'
    )


WRITERS = {
    "jsonl": write_jsonl,
    "jsonl escaped": write_escaped_jsonl,
    "csv": write_csv,
    "xlsx": write_xlsx,
    "obo": write_obo,
    "medlineplus": write_medlineplus,
}


@pytest.fixture(params=WRITERS)
def run_import(request, tmp_path, morgan):
    """Imports a title and a text in a format; gives the page, if any, and the findings."""

    def bring(title: str, body: str = "<p>Words.</p>"):
        name = request.param.partition(" ")[0]
        path = tmp_path / f"file.{name}"
        WRITERS[request.param](path, title, body)
        reader = formats.get(name)
        with plan_import(path, reader=reader, format=name, source="NEW", by=morgan) as plan:
            plan.apply()
            findings = [f"{found.field}: {found.text}" for found in plan.findings()]
        origin = ExternalId.objects.filter(source="NEW").first()
        page = None
        if origin:
            page = Article.objects.get(pk=origin.article_id)
        return page, "\n".join(findings), name

    return bring


def test_c1_controls_are_the_letters_that_were_meant(run_import):
    body = "<p>Crohn\x92s and \x93quoted\x94 \x96 all.</p>"
    page, _, name = run_import("Crohn\x92s leaflet", body)
    assert page.title == "Crohn’s leaflet"
    if name != "obo":
        assert page.body == "<p>Crohn’s and “quoted” – all.</p>"


def test_an_unseen_character_is_removed_and_said(run_import):
    page, findings, name = run_import("Pa\u200bin", "<p>Take 5&#x200b;0 mg.</p>")
    assert page.title == "Pain"
    assert "invisible character U+200B" in findings
    if name != "obo":
        assert page.body == "<p>Take 50 mg.</p>"


@pytest.mark.parametrize("sign", ["\ufffe", "\ufdd0", "\U0001ffff", "\ufffd", "\u202e", "\ue000"])
def test_a_character_that_cannot_be_kept_refuses_its_record_with_its_place(run_import, sign):
    try:
        page, findings, name = run_import(f"Head{sign}ache")
    except (formats.UnreadableFile, ValueError):
        return  # XML cannot carry it
    assert page is None
    if sign != "\ufffe" or name != "xlsx":  # its reader gives another sign for what XML lacks
        lost = "A letter was lost" in findings and sign == "\ufffd"
        assert lost or f"title: Character 5 is U+{ord(sign):04X}" in findings


@pytest.mark.parametrize("sign", ["\ufffe", "&#xffff;", "\ufffd", "&#x202e;", "\ue000"])
def test_a_text_with_one_is_refused_too(run_import, sign):
    try:
        page, findings, name = run_import("Headache", f"<p>Head{sign}ache.</p>")
    except (formats.UnreadableFile, ValueError):
        return  # XML cannot carry it
    if name != "obo":
        assert page is None
        assert (
            "overview: Character 5 is U+" in findings
            or "body: Character 5 is U+" in findings
            or "overview: A letter was lost" in findings
        )


def test_text_is_nfc_and_a_raised_sign_stays(run_import):
    page, _, _ = run_import("Me\u0301nie\u0300re 10\u2079")
    assert page.title == "Ménière 10⁹"


def test_a_file_that_says_what_is_stored_changes_no_byte_of_it(tmp_path, ann, morgan):
    symptom = factories.make_complete_symptom(ann)
    write_as_stored(Article.objects.filter(pk=symptom.pk), title="two signs e\u0301")
    write_as_stored(Article.objects.filter(pk=symptom.pk), body="<p title='x'>5\u200b0 mg</p>")
    write_as_stored(symptom.references.all(), title="zero\u200bwidth")
    before = read_texts(symptom)
    record = {"type": "symptom", "id": str(symptom.uuid), "title": "two signs é"}
    record |= {"body": "<p>50 mg</p>", "summary": "Another summary.", "tags": ["face", "muscle"]}
    references = []
    for row in symptom.references.all():
        facts = {"publisher": row.publisher, "url": row.url, "year": row.year}
        references.append({"title": "zerowidth"} | facts)
    record["references"] = references
    path = tmp_path / "file.jsonl"
    options = {"reader": formats.get("jsonl"), "format": "jsonl", "source": "countersign"}
    path.write_text(json.dumps(record))
    with plan_import(path, by=morgan, on_conflict="take", **options) as plan:
        [(_, differences)] = plan.changes(9)
        assert [one.field for one in differences] == ["summary"]
        plan.apply()
    assert read_texts(symptom) == before
    assert Article.objects.get(pk=symptom.pk).summary == "Another summary."


def write_as_stored(rows, **texts) -> None:
    """Write texts as an older build stored them."""
    for row in rows:
        table = row._meta.db_table
        with connection.cursor() as cursor:
            for name, text in texts.items():
                cursor.execute(f"UPDATE {table} SET {name} = %s WHERE id = %s", [text, row.pk])


def read_texts(symptom) -> list:
    page = Article.objects.get(pk=symptom.pk)
    return [page.title, page.body, *page.references.values_list("pk", "title", "publisher")]
