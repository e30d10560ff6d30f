"""Morgan imports files in the admin: what is shown is what is written. Ann and Charlie must not."""

import csv
import gzip
import io
import os
import re
from functools import partial

import pytest
from django.contrib.admin.models import LogEntry
from django.contrib.auth.models import User
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import call_command
from django.test import Client

from articles.imports import formats
from articles.imports.admin import limits, storage
from articles.models import Article, ImportRun
from symptoms.models import Symptom
from tests import factories
from tests.database import run_concurrently
from tests.files import (
    ADD_PATH,
    PAIN,
    RASH,
    RUNS_PATH,
    THREE_RECORDS,
    UNTITLED,
    import_records,
    list_waiting_files,
    make_file,
    open_plan,
    submit_plan,
    upload,
)

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def upload_directory(tmp_path, settings):
    kept = settings.STORAGES["uploads"]
    own = kept | {"OPTIONS": kept["OPTIONS"] | {"location": tmp_path}}
    settings.STORAGES = settings.STORAGES | {"uploads": own}


def assert_nothing_written() -> bool:
    return not Article.objects.exists() and not ImportRun.objects.exists()


def test_morgan_sends_a_file_reads_its_plan_and_writes_it_as_drafts(morgan_client, morgan):
    plan = open_plan(morgan_client, *THREE_RECORDS, UNTITLED)
    for text_part in (
        "Jaw pain",
        "Nettles",
        "Import 3 records as drafts",
        "1 record refused",
        "is missing",
    ):
        assert text_part in plan.text
    assert assert_nothing_written()
    done = submit_plan(morgan_client, plan)
    assert "3 records are drafts now. Visitors see no change." in done.text
    run = ImportRun.objects.get()
    assert (run.by, run.source, run.file_name, run.format) == (
        morgan,
        "symp",
        "pages.jsonl",
        "jsonl",
    )
    assert set(Symptom.objects.values_list("title", "live")) == {("Jaw pain", None), ("Rash", None)}
    assert list_waiting_files() == []
    assert LogEntry.objects.filter(user=morgan, object_id=str(run.pk)).count() == 1


def test_the_same_file_again_has_nothing_to_write(morgan_client):
    import_records(morgan_client, *THREE_RECORDS)
    plan = open_plan(morgan_client, *THREE_RECORDS)
    assert "There is nothing to import." in plan.text
    assert 'name="seen"' not in plan.text


def test_a_changed_page_shows_field_by_field_what_is_here_and_what_is_in_the_file(morgan_client):
    import_records(morgan_client, *THREE_RECORDS)
    plan = open_plan(
        morgan_client, PAIN | {"body": "<p>It aches.</p>", "other_names": ["Sore jaw"]}
    )
    heading = r"<dt>([\w ]+)</dt>"
    here = r'<dd><span class="was">.*?</span> (.*?)</span>'
    in_file = r"<span.*?</span> (.*?)</span>"
    fields = re.findall(rf"{heading}{here}\s{in_file}", plan.text)
    assert fields == [
        ("Overview", "“It hurts.”", "“It aches.”"),
        ("Other names", "0 (none of its own)", "1 (“Sore jaw”)"),
    ]
    submit_plan(morgan_client, plan)
    assert "It aches" in Symptom.objects.get(title="Jaw pain").body


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"file": ""}, "Choose a file."),
        ({"file": SimpleUploadedFile("pages.jsonl", b"")}, "This file is empty."),
        (
            {"file": SimpleUploadedFile("pages.docx", b"x")},
            "does not show its format. Choose the format.",
        ),
        ({"format": "bogus"}, "bogus is not one of the available choices"),
        ({"source": " "}, "Name the source"),
        ({"source": "x" * 61}, "at most 60 characters"),
        ({"source": "a\x07b"}, "cannot be"),
        ({"on_conflict": ""}, "Choose what to do with conflicts."),
        ({"most": "0"}, "greater than or equal to 1"),
        ({"most": "5001"}, "At most 5,000 records"),
    ],
)
def test_a_form_that_cannot_be_followed_says_why_and_keeps_nothing(morgan_client, options, message):
    response = morgan_client.post(
        ADD_PATH, {"file": make_file(PAIN), "source": "symp", "on_conflict": "keep"} | options
    )
    assert response.status_code == 422
    assert message in response.text
    assert list_waiting_files() == []


def test_a_file_that_is_too_large_is_not_kept(morgan_client, settings):
    settings.IMPORT_LARGEST = 10
    assert "at most 10\xa0bytes can be sent" in upload(morgan_client, PAIN).text
    assert list_waiting_files() == []


def test_the_largest_size_is_written_without_a_zero_after_the_point(morgan_client, settings):
    settings.IMPORT_LARGEST = 100 * 1024 * 1024
    assert "At most 100\xa0MB: " in morgan_client.get(ADD_PATH).text


def test_a_packed_file_and_a_format_that_is_chosen_are_read(morgan_client):
    packed = SimpleUploadedFile("pages.jsonl.gz", gzip.compress(make_file(*THREE_RECORDS).read()))
    assert "Import 3 records" in open_plan(morgan_client, file=packed).text
    assert (
        "Import 3 records"
        in open_plan(
            morgan_client, file=make_file(*THREE_RECORDS, name="export"), format="jsonl"
        ).text
    )


def test_a_name_may_be_anything(morgan_client):
    for name in (
        "../../etc/passwd.jsonl",
        ".jsonl",
        "é" * 120 + ".jsonl",
        "a\x07b <b>.jsonl",
        "=1+1.jsonl",
    ):
        plan = open_plan(morgan_client, PAIN, file=make_file(PAIN, name=name), format="jsonl")
        assert "Import 1 record as drafts" in plan.text
        assert "<b>" not in plan.context["title"] or "&lt;b&gt;" in plan.text
    assert all(path.is_relative_to(storage.get_root()) for path in list_waiting_files())


def test_a_file_of_refusals_alone_cannot_be_written(morgan_client):
    plan = open_plan(morgan_client, UNTITLED, "nonsense")
    assert "Nothing can be imported: every record is refused." in plan.text
    assert 'name="seen"' not in plan.text


def test_a_file_without_a_record_says_so(morgan_client, monkeypatch):
    monkeypatch.setitem(
        formats._formats,
        "none",
        formats.ImportFormat("none", lambda path: iter(()), "None", (".none",)),
    )
    plan = open_plan(morgan_client, file=make_file(*THREE_RECORDS, name="pages.none"))
    assert "There is no record in this file." in plan.text
    assert 'name="seen"' not in plan.text


def test_an_unreadable_file_says_so_and_can_be_read_in_another_way(morgan_client, monkeypatch):
    def refuse(path):
        raise formats.UnreadableFile(f"{path.name} is not what it says.")
        yield

    broken = formats.ImportFormat("broken", refuse, "Broken", (".broken",))
    monkeypatch.setitem(formats._formats, "broken", broken)
    plan = open_plan(morgan_client, file=make_file(*THREE_RECORDS, name="pages.broken"))
    assert "pages.broken is not what it says." in plan.text
    again = {"again": "", "format": "jsonl", "source": "symp", "on_conflict": "keep"}
    assert "Import 3 records" in morgan_client.post(plan.address, again, follow=True).text
    wrong = morgan_client.post(plan.address, again | {"source": ""})
    assert wrong.status_code == 422
    assert "Name the source" in wrong.text


def test_a_conflict_stops_the_import_where_that_is_the_rule(morgan_client, ann):
    factories.make_symptom(ann, slug="rash", title="Rash")
    plan = open_plan(morgan_client, *THREE_RECORDS, on_conflict="stop")
    assert "The import stops here." in plan.text
    assert "There is a page “Rash” already" in plan.text
    assert not ImportRun.objects.exists()
    again = {"again": "", "format": "jsonl", "source": "symp", "on_conflict": "keep"}
    assert "Import 2 records as drafts" in morgan_client.post(plan.address, again, follow=True).text


def test_more_than_fits_goes_by_command_or_in_parts(morgan_client, settings):
    settings.IMPORT_MOST = 2
    plan = open_plan(morgan_client, *THREE_RECORDS, source="two words")
    assert "more than 2 records" in plan.text
    assert "Divide the file" in plan.text
    command = "manage.py import_content pages.jsonl --source &#x27;two words&#x27; --by morgan"
    assert f"{command} --format jsonl" in plan.text
    assert "Import 2 records" in open_plan(morgan_client, *THREE_RECORDS, most="2").text
    assert (
        "more than 2 records"
        in open_plan(morgan_client, UNTITLED, UNTITLED, UNTITLED, most="2").text
    )


def test_what_takes_too_long_is_stopped_and_nothing_is_written(morgan_client, monkeypatch):
    plan = open_plan(morgan_client, *THREE_RECORDS)
    for name in ("MAX_SECONDS", "MAX_SECONDS_SQLITE"):
        monkeypatch.setattr(limits, name, 0)
    stopped = submit_plan(morgan_client, plan)
    assert stopped.status_code == 422
    assert "too long for a web server" in stopped.text
    assert assert_nothing_written()


def test_what_changed_since_the_plan_is_shown_anew_and_nothing_is_written(morgan_client, ann):
    import_records(morgan_client, PAIN | {"body": f"<p>{'It hurts. ' * 30}</p>"})
    page = Symptom.objects.get()
    plan = open_plan(morgan_client, PAIN, on_conflict="take")
    factories.edit_page(
        page,
        by=ann,
        body=f"<p>{'It hurts. ' * 30}And it aches.</p>",
        form_version=page.form_version + 1,
    )
    moved = submit_plan(morgan_client, plan)
    assert moved.status_code == 409
    assert "what you saw changed meanwhile. Look again, then confirm." in moved.text
    assert Symptom.objects.get().body.endswith("And it aches.</p>")
    moved.address = plan.address
    submit_plan(morgan_client, moved)
    assert Symptom.objects.get().body == "<p>It hurts.</p>"


def test_a_second_press_writes_nothing_a_second_time(morgan_client):
    plan = open_plan(morgan_client, *THREE_RECORDS)
    submit_plan(morgan_client, plan)
    again = submit_plan(morgan_client, plan)
    assert "This file is imported already." in again.text
    assert ImportRun.objects.count() == 1
    assert "This file is imported already." in morgan_client.get(plan.address, follow=True).text


def test_two_tabs_with_the_same_file_write_it_once(morgan_client):
    one, other = open_plan(morgan_client, *THREE_RECORDS), open_plan(morgan_client, *THREE_RECORDS)
    submit_plan(morgan_client, one)
    late = submit_plan(morgan_client, other)
    assert "There is nothing to import." in late.text
    assert Symptom.objects.count() == 2


@pytest.mark.django_db(transaction=True)
@pytest.mark.usefixtures("transactional_db")
def test_two_presses_at_one_moment_write_one_run(morgan):
    def at_work():
        client = Client()
        client.force_login(User.objects.get(pk=morgan.pk))
        return client

    plan = open_plan(at_work(), *THREE_RECORDS)
    clients = [at_work(), at_work()]
    answers = run_concurrently(*(partial(submit_plan, client, plan) for client in clients))
    assert sorted("imported already" in answer.text for answer in answers) == [False, True]
    assert ImportRun.objects.count() == 1
    assert Symptom.objects.count() == 2


def test_a_file_that_is_gone_or_another_is_asked_for_anew(morgan_client):
    for harm in (lambda path: path.unlink(), lambda path: path.write_text("other")):
        plan = open_plan(morgan_client, *THREE_RECORDS)
        harm(list_waiting_files()[0])
        for answer in (
            submit_plan(morgan_client, plan),
            morgan_client.get(plan.address, follow=True),
        ):
            assert "This file is no longer here" in answer.text
            assert answer.redirect_chain[-1][0] == ADD_PATH
        morgan_client.post(plan.address, {"forget": ""})
    assert assert_nothing_written()


def test_files_go_after_a_day_and_when_there_are_many_of_one_person(morgan_client, capsys):
    for _ in range(storage.MAX_UPLOADS_PER_USER + 2):
        plan = open_plan(morgan_client, *THREE_RECORDS)
    assert len(list_waiting_files()) == storage.MAX_UPLOADS_PER_USER
    for path in list_waiting_files():
        os.utime(path.parent.parent, (0, 0))
    call_command("purge_uploads")
    assert f"Deleted {storage.MAX_UPLOADS_PER_USER} files" in capsys.readouterr().out
    assert list_waiting_files() == []
    assert "This file is no longer here" in submit_plan(morgan_client, plan).text


def test_a_file_is_for_its_sender_alone_and_deleted_when_asked(morgan_client, olga):
    plan = open_plan(morgan_client, *THREE_RECORDS)
    assert {oct(path.stat().st_mode)[-3:] for path in list_waiting_files()} == {"600"}
    other = Client()
    other.force_login(olga)
    assert "This file is no longer here" in other.get(plan.address, follow=True).text
    assert "This file is no longer here" in submit_plan(other, plan).text
    assert (
        "is deleted. Nothing was imported."
        in morgan_client.post(plan.address, {"forget": ""}, follow=True).text
    )
    assert list_waiting_files() == []


def test_who_was_signed_out_amid_it_comes_back_to_the_plan(morgan_client, morgan):
    plan = open_plan(morgan_client, *THREE_RECORDS)
    morgan_client.logout()
    answer = submit_plan(morgan_client, plan)
    assert "next=" in answer.redirect_chain[0][0]
    assert assert_nothing_written()
    morgan_client.force_login(morgan)
    assert "3 records are drafts now" in submit_plan(morgan_client, plan).text


def test_who_lost_the_right_amid_it_writes_nothing(morgan_client, morgan):
    plan = open_plan(morgan_client, *THREE_RECORDS)
    morgan.groups.clear()
    assert submit_plan(morgan_client, plan).status_code == 403
    assert assert_nothing_written()


def test_ann_and_charlie_must_not(client, ann, charlie, morgan):
    at_work = Client()
    at_work.force_login(morgan)
    plan = open_plan(at_work, *THREE_RECORDS)
    for person in (ann, charlie):
        client.force_login(person)
        for address in (ADD_PATH, RUNS_PATH, plan.address, f"{plan.address}plan/"):
            assert client.get(address).status_code in (302, 403), address
        assert upload(client, *THREE_RECORDS).status_code in (302, 403)
        assert submit_plan(client, plan).status_code in (200, 403)
    assert len(list_waiting_files()) == 1
    assert assert_nothing_written()


def test_names_with_markup_and_formulas_harm_nobody(morgan_client):
    markup, formula = (
        PAIN | {"title": "<script>alert(1)</script>"},
        PAIN | {"id": "=2", "title": "=cmd|x"},
    )
    plan = open_plan(morgan_client, markup, formula)
    assert "<script>alert" not in plan.text
    assert "&lt;script&gt;alert" in plan.text
    sheet = morgan_client.get(f"{plan.address}plan/")
    rows = list(csv.reader(io.StringIO(sheet.text.removeprefix("\ufeff"))))
    assert ["New", "symptom", "2", "'=2", "'=cmd|x", "", "", "", ""] in rows


def test_the_spreadsheet_has_every_record_and_every_finding(morgan_client, ann):
    import_records(morgan_client, *THREE_RECORDS)
    factories.edit_page(
        Symptom.objects.get(title="Rash"), by=ann, body="<p>Mine.</p>", form_version=5
    )
    new = [PAIN | {"id": f"N:{number}", "title": f"New {number}"} for number in range(25)]
    plan = open_plan(
        morgan_client, PAIN | {"summary": "Sore."}, RASH | {"body": "<p>x</p>"}, *new, UNTITLED
    )
    assert "and 5 more" in plan.text
    sheet = morgan_client.get(f"{plan.address}plan/")
    assert sheet["Content-Disposition"] == 'attachment; filename="plan.csv"'
    rows = list(csv.reader(io.StringIO(sheet.text.removeprefix("\ufeff"))))[1:]
    assert [row[0] for row in rows].count("New") == 25
    assert [
        "Changed",
        "symptom",
        "1",
        "S:1",
        "Jaw pain",
        "summary",
        "nothing",
        "“Sore.”",
        "",
    ] in rows
    (kept_as_is,) = [row for row in rows if row[0] == "Conflicting"]
    assert "An editor changed “Rash” here since." in kept_as_is[-1]
    assert ["Refused", "", "28", "S:3", "", "title", "", "", "is missing"] in rows


def test_known_sources_are_suggested_with_when_they_came_last(morgan_client):
    import_records(morgan_client, *THREE_RECORDS, source="symp & co")
    text = morgan_client.get(ADD_PATH).text
    assert '<option value="symp &amp; co">last import' in text
    assert morgan_client.get(f"{ADD_PATH}?source=symp").context["form"]["source"].value() == "symp"


@pytest.mark.parametrize(
    "address", ["/admin/", "/admin/symptoms/symptom/", "/admin/articles/article/", RUNS_PATH]
)
def test_the_way_to_it_is_offered_to_whoever_may(morgan_client, ann, address):
    link = f'href="{ADD_PATH}"'
    assert link in morgan_client.get(address).text
    morgan_client.force_login(ann)
    assert link not in morgan_client.get(address).text
