"""Morgan brings in files from the admin: what is shown first is what is written. Ann and Charlie must not."""

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

from articles.imports import reading
from articles.models import Article, ImportRun
from config.imports import bounds, uploads
from symptoms.models import Symptom
from tests import stories
from tests.database import at_once
from tests.uploads import ADD, NO_TITLE, PAIN, RASH, RUNS, THREE, bring_in, file_of, kept, plan_of, press, send

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def own_directory(tmp_path, settings):
    kept = settings.STORAGES["import_export"]
    own = kept | {"OPTIONS": kept["OPTIONS"] | {"location": tmp_path}}
    settings.STORAGES = settings.STORAGES | {"import_export": own}


@pytest.fixture
def morgan_at_work(client, morgan):
    client.force_login(morgan)
    return client


def nothing_written() -> bool:
    return not Article.objects.exists() and not ImportRun.objects.exists()


def test_morgan_sends_a_file_reads_its_plan_and_writes_it_as_drafts(morgan_at_work, morgan):
    plan = plan_of(morgan_at_work, *THREE, NO_TITLE)
    for said in ("Jaw pain", "Nettles", "Write 3 records as drafts", "1 record refused", "is missing"):
        assert said in plan.text
    assert nothing_written()
    done = press(morgan_at_work, plan)
    assert "3 records are drafts now. Visitors see no change." in done.text
    run = ImportRun.objects.get()
    assert (run.by, run.source, run.file_name, run.format) == (morgan, "symp", "pages.jsonl", "jsonl")
    assert set(Symptom.objects.values_list("title", "live")) == {("Jaw pain", None), ("Rash", None)}
    assert kept() == []
    assert LogEntry.objects.filter(user=morgan, object_id=str(run.pk)).count() == 1


def test_the_same_file_again_has_nothing_to_write(morgan_at_work):
    bring_in(morgan_at_work, *THREE)
    plan = plan_of(morgan_at_work, *THREE)
    assert "There is nothing to write." in plan.text
    assert 'name="write"' not in plan.text


def test_a_changed_page_shows_field_by_field_what_is_here_and_what_is_in_the_file(morgan_at_work):
    bring_in(morgan_at_work, *THREE)
    plan = plan_of(morgan_at_work, PAIN | {"body": "<p>It aches.</p>", "other_names": ["Sore jaw"]})
    said = r'<dt>([\w ]+)</dt><dd><span class="was">.*?</span> (.*?)</span> <span.*?</span> (.*?)</span>'
    fields = re.findall(said, plan.text)
    assert fields == [
        ("Overview", "“It hurts.”", "“It aches.”"),
        ("Other names", "0 (none of its own)", "1 (“Sore jaw”)"),
    ]
    press(morgan_at_work, plan)
    assert "It aches" in Symptom.objects.get(title="Jaw pain").body


@pytest.mark.parametrize(
    ("wishes", "said"),
    [
        ({"file": ""}, "Choose a file."),
        ({"file": SimpleUploadedFile("pages.jsonl", b"")}, "This file is empty."),
        ({"file": SimpleUploadedFile("pages.docx", b"x")}, "does not tell what is in it. Choose the format."),
        ({"format": "bogus"}, "bogus is not one of the available choices"),
        ({"source": " "}, "Name the source"),
        ({"source": "x" * 61}, "at most 60 characters"),
        ({"source": "a\x07b"}, "cannot be"),
        ({"on_conflict": ""}, "Choose what to do with conflicts."),
        ({"most": "0"}, "greater than or equal to 1"),
        ({"most": "5001"}, "At most 5,000 records"),
    ],
)
def test_a_form_that_cannot_be_followed_says_why_and_keeps_nothing(morgan_at_work, wishes, said):
    response = morgan_at_work.post(ADD, {"file": file_of(PAIN), "source": "symp", "on_conflict": "keep"} | wishes)
    assert response.status_code == 422
    assert said in response.text
    assert kept() == []


def test_a_file_that_is_too_large_is_not_kept(morgan_at_work, settings):
    settings.IMPORT_LARGEST = 10
    assert "at most 10\xa0bytes can be sent" in send(morgan_at_work, PAIN).text
    assert kept() == []


def test_a_packed_file_and_a_format_that_is_chosen_are_read(morgan_at_work):
    packed = SimpleUploadedFile("pages.jsonl.gz", gzip.compress(file_of(*THREE).read()))
    assert "Write 3 records" in plan_of(morgan_at_work, file=packed).text
    assert "Write 3 records" in plan_of(morgan_at_work, file=file_of(*THREE, name="export"), format="jsonl").text


def test_a_name_may_be_anything(morgan_at_work):
    for name in ("../../etc/passwd.jsonl", ".jsonl", "é" * 120 + ".jsonl", "a\x07b <b>.jsonl", "=1+1.jsonl"):
        plan = plan_of(morgan_at_work, PAIN, file=file_of(PAIN, name=name), format="jsonl")
        assert "Write 1 record as drafts" in plan.text
        assert "<b>" not in plan.context["title"] or "&lt;b&gt;" in plan.text
    assert all(path.is_relative_to(uploads.root()) for path in kept())


def test_a_file_of_refusals_alone_cannot_be_written(morgan_at_work):
    plan = plan_of(morgan_at_work, NO_TITLE, "nonsense")
    assert "Nothing can be written: every record is refused." in plan.text
    assert 'name="write"' not in plan.text


def test_a_file_without_a_record_says_so(morgan_at_work, monkeypatch):
    monkeypatch.setitem(reading._formats, "none", reading.Format("none", lambda path: iter(()), "None", (".none",)))
    plan = plan_of(morgan_at_work, file=file_of(*THREE, name="pages.none"))
    assert "There is no record in this file." in plan.text
    assert 'name="write"' not in plan.text


def test_an_unreadable_file_says_so_and_can_be_read_in_another_way(morgan_at_work, monkeypatch):
    def refuse(path):
        raise reading.Unreadable(f"{path.name} is not what it says.")
        yield

    broken = reading.Format("broken", refuse, "Broken", (".broken",))
    monkeypatch.setitem(reading._formats, "broken", broken)
    plan = plan_of(morgan_at_work, file=file_of(*THREE, name="pages.broken"))
    assert "pages.broken is not what it says." in plan.text
    again = {"again": "", "format": "jsonl", "source": "symp", "on_conflict": "keep"}
    assert "Write 3 records" in morgan_at_work.post(plan.address, again, follow=True).text
    wrong = morgan_at_work.post(plan.address, again | {"source": ""})
    assert wrong.status_code == 422
    assert "Name the source" in wrong.text


def test_a_conflict_stops_the_import_where_that_is_the_rule(morgan_at_work, ann):
    stories.write_symptom(ann, slug="rash", title="Rash")
    plan = plan_of(morgan_at_work, *THREE, on_conflict="stop")
    assert "The import stops here." in plan.text
    assert "There is a page “Rash” already" in plan.text
    assert not ImportRun.objects.exists()
    again = {"again": "", "format": "jsonl", "source": "symp", "on_conflict": "keep"}
    assert "Write 2 records as drafts" in morgan_at_work.post(plan.address, again, follow=True).text


def test_more_than_fits_goes_by_command_or_in_parts(morgan_at_work, settings):
    settings.IMPORT_MOST = 2
    plan = plan_of(morgan_at_work, *THREE, source="two words")
    assert "more than 2 records" in plan.text
    assert "Divide the file" in plan.text
    command = "manage.py import_content pages.jsonl --source &#x27;two words&#x27; --by morgan --format jsonl"
    assert command in plan.text
    assert "Write 2 records" in plan_of(morgan_at_work, *THREE, most="2").text
    assert "more than 2 records" in plan_of(morgan_at_work, NO_TITLE, NO_TITLE, NO_TITLE, most="2").text


def test_what_takes_too_long_is_stopped_and_nothing_is_written(morgan_at_work, monkeypatch):
    plan = plan_of(morgan_at_work, *THREE)
    for name in ("SECONDS", "SECONDS_ALONE"):
        monkeypatch.setattr(bounds, name, 0)
    stopped = press(morgan_at_work, plan)
    assert stopped.status_code == 422
    assert "too long for a web server" in stopped.text
    assert nothing_written()


def test_what_changed_since_the_plan_is_shown_anew_and_nothing_is_written(morgan_at_work, ann):
    bring_in(morgan_at_work, PAIN | {"body": f"<p>{'It hurts. ' * 30}</p>"})
    page = Symptom.objects.get()
    plan = plan_of(morgan_at_work, PAIN, on_conflict="take")
    stories.edit(page, by=ann, body=f"<p>{'It hurts. ' * 30}And it aches.</p>", edition=page.edition + 1)
    moved = press(morgan_at_work, plan)
    assert moved.status_code == 409
    assert "Nothing was written. Look again, then decide." in moved.text
    assert Symptom.objects.get().body.endswith("And it aches.</p>")
    moved.address = plan.address
    press(morgan_at_work, moved)
    assert Symptom.objects.get().body == "<p>It hurts.</p>"


def test_a_second_press_writes_nothing_a_second_time(morgan_at_work):
    plan = plan_of(morgan_at_work, *THREE)
    press(morgan_at_work, plan)
    again = press(morgan_at_work, plan)
    assert "This file is written already." in again.text
    assert ImportRun.objects.count() == 1
    assert "This file is written already." in morgan_at_work.get(plan.address, follow=True).text


def test_two_tabs_with_the_same_file_write_it_once(morgan_at_work):
    one, other = plan_of(morgan_at_work, *THREE), plan_of(morgan_at_work, *THREE)
    press(morgan_at_work, one)
    late = press(morgan_at_work, other)
    assert "There is nothing to write." in late.text
    assert Symptom.objects.count() == 2


@pytest.mark.django_db(transaction=True)
@pytest.mark.usefixtures("transactional_db")
def test_two_presses_at_one_moment_write_one_run(morgan):
    def at_work():
        client = Client()
        client.force_login(User.objects.get(pk=morgan.pk))
        return client

    plan = plan_of(at_work(), *THREE)
    clients = [at_work(), at_work()]
    answers = at_once(*(partial(press, client, plan) for client in clients))
    assert sorted("written already" in answer.text for answer in answers) == [False, True]
    assert ImportRun.objects.count() == 1
    assert Symptom.objects.count() == 2


def test_a_file_that_is_gone_or_another_is_asked_for_anew(morgan_at_work):
    for harm in (lambda path: path.unlink(), lambda path: path.write_text("other")):
        plan = plan_of(morgan_at_work, *THREE)
        harm(kept()[0])
        for answer in (press(morgan_at_work, plan), morgan_at_work.get(plan.address, follow=True)):
            assert "This file is here no more" in answer.text
            assert answer.redirect_chain[-1][0] == ADD
        morgan_at_work.post(plan.address, {"forget": ""})
    assert nothing_written()


def test_files_go_after_a_day_and_when_there_are_many_of_one_person(morgan_at_work, capsys):
    for _ in range(uploads.MOST_KEPT + 2):
        plan = plan_of(morgan_at_work, *THREE)
    assert len(kept()) == uploads.MOST_KEPT
    for path in kept():
        os.utime(path.parent.parent, (0, 0))
    call_command("purge_uploads")
    assert f"Deleted {uploads.MOST_KEPT} files" in capsys.readouterr().out
    assert kept() == []
    assert "This file is here no more" in press(morgan_at_work, plan).text


def test_a_file_is_for_its_sender_alone_and_deleted_when_asked(morgan_at_work, olga):
    plan = plan_of(morgan_at_work, *THREE)
    assert {oct(path.stat().st_mode)[-3:] for path in kept()} == {"600"}
    other = Client()
    other.force_login(olga)
    assert "This file is here no more" in other.get(plan.address, follow=True).text
    assert "This file is here no more" in press(other, plan).text
    assert "is deleted. Nothing was written." in morgan_at_work.post(plan.address, {"forget": ""}, follow=True).text
    assert kept() == []


def test_who_was_signed_out_amid_it_comes_back_to_the_plan(morgan_at_work, morgan):
    plan = plan_of(morgan_at_work, *THREE)
    morgan_at_work.logout()
    answer = press(morgan_at_work, plan)
    assert "next=" in answer.redirect_chain[0][0]
    assert nothing_written()
    morgan_at_work.force_login(morgan)
    assert "3 records are drafts now" in press(morgan_at_work, plan).text


def test_who_lost_the_right_amid_it_writes_nothing(morgan_at_work, morgan):
    plan = plan_of(morgan_at_work, *THREE)
    morgan.groups.clear()
    assert press(morgan_at_work, plan).status_code == 403
    assert nothing_written()


def test_ann_and_charlie_must_not(client, ann, charlie, morgan):
    at_work = Client()
    at_work.force_login(morgan)
    plan = plan_of(at_work, *THREE)
    for person in (ann, charlie):
        client.force_login(person)
        for address in (ADD, RUNS, plan.address, f"{plan.address}plan/"):
            assert client.get(address).status_code in (302, 403), address
        assert send(client, *THREE).status_code in (302, 403)
        assert press(client, plan).status_code in (200, 403)
    assert len(kept()) == 1
    assert nothing_written()


def test_names_with_markup_and_formulas_harm_nobody(morgan_at_work):
    markup, formula = PAIN | {"title": "<script>alert(1)</script>"}, PAIN | {"id": "=2", "title": "=cmd|x"}
    plan = plan_of(morgan_at_work, markup, formula)
    assert "<script>alert" not in plan.text
    assert "&lt;script&gt;alert" in plan.text
    sheet = morgan_at_work.get(f"{plan.address}plan/")
    rows = list(csv.reader(io.StringIO(sheet.text.removeprefix("\ufeff"))))
    assert ["New", "symptom", "2", "'=2", "'=cmd|x", "", "", "", ""] in rows


def test_the_spreadsheet_has_every_record_and_every_finding(morgan_at_work, ann):
    bring_in(morgan_at_work, *THREE)
    stories.edit(Symptom.objects.get(title="Rash"), by=ann, body="<p>Mine.</p>", edition=5)
    new = [PAIN | {"id": f"N:{number}", "title": f"New {number}"} for number in range(25)]
    plan = plan_of(morgan_at_work, PAIN | {"summary": "Sore."}, RASH | {"body": "<p>x</p>"}, *new, NO_TITLE)
    assert "and 5 more" in plan.text
    sheet = morgan_at_work.get(f"{plan.address}plan/")
    assert sheet["Content-Disposition"] == 'attachment; filename="plan.csv"'
    rows = list(csv.reader(io.StringIO(sheet.text.removeprefix("\ufeff"))))[1:]
    assert [row[0] for row in rows].count("New") == 25
    assert ["Changed", "symptom", "1", "S:1", "Jaw pain", "summary", "nothing", "“Sore.”", ""] in rows
    (kept_as_is,) = [row for row in rows if row[0] == "Conflicting"]
    assert "An editor changed “Rash” here since." in kept_as_is[-1]
    assert ["Refused", "", "28", "S:3", "", "title", "", "", "is missing"] in rows


def test_known_sources_are_suggested_with_when_they_came_last(morgan_at_work):
    bring_in(morgan_at_work, *THREE, source="symp & co")
    text = morgan_at_work.get(ADD).text
    assert '<option value="symp &amp; co">last on' in text
    assert morgan_at_work.get(f"{ADD}?source=symp").context["form"]["source"].value() == "symp"


@pytest.mark.parametrize("address", ["/admin/", "/admin/symptoms/symptom/", "/admin/articles/article/", RUNS])
def test_the_way_to_it_is_offered_to_whoever_may(morgan_at_work, ann, address):
    link = f'href="{ADD}"'
    assert link in morgan_at_work.get(address).text
    morgan_at_work.force_login(ann)
    assert link not in morgan_at_work.get(address).text
