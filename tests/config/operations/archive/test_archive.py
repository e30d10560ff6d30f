"""The whole site out and in again: nothing is lost or added, with every trigger in place."""

import sys
from io import StringIO

import pytest
from django.contrib.auth.models import User
from django.core.management import CommandError, call_command
from django.db import connection
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.recorder import MigrationRecorder

from articles.db import triggers
from articles.models import Article, PublicationEvent, Revision
from articles.publishing.actions import record_revision
from config.auth import accounts
from config.operations.archive import replay
from config.operations.archive.declaration import FILES
from reviews import verification
from reviews.models import PrivateField, Reviewer
from tests import factories, files
from tests.database import sql

pytestmark = pytest.mark.usefixtures("transactional_db")


def test_a_site_comes_back_to_the_byte(lived, tmp_path, client):
    before, head = files.export_archive(tmp_path / "before"), verification.get_head()
    page_before = client.get("/symptoms/facial-spasms/").content
    files.empty_database()
    output = files.import_archive(tmp_path / "before")
    assert files.export_archive(tmp_path / "after") == before
    assert verification.get_head() == head
    assert f"To keep outside this system: {head[0]}:{head[1]}" in output
    assert triggers.find_missing(connection) == []
    assert list(verification.find_faults()) == []
    assert client.get("/symptoms/facial-spasms/").content == page_before
    assert client.get("/symptoms/gone/").status_code == 410
    assert "/symptoms/facial-spasms/" in client.get("/search/?q=facial+spasms").text
    assert client.get("/symptoms/elsewhere/").url == "/symptoms/at-last/"


@pytest.mark.parametrize("most", [1, 3])
def test_history_may_be_cut_anywhere_into_what_is_stored_at_a_time(
    lived, tmp_path, monkeypatch, most
):
    before = files.export_archive(tmp_path / "before")
    files.empty_database()
    monkeypatch.setattr(replay, "MAX_ROWS", most)
    files.import_archive(tmp_path / "before")
    assert files.export_archive(tmp_path / "after") == before


def test_the_story_has_a_line_of_everything(lived, tmp_path):
    """What is compared above is compared of each kind of row that there is."""
    files.export_archive(tmp_path / "archive")
    for file in FILES:
        rows = files.read_rows(tmp_path / "archive", file.name)
        assert rows, file.name
        for name in (*file.related_names, *file.related_rows):
            assert any(row[name] for row in rows), f"{name} in {file.name}"


def test_life_goes_on_after_an_import(lived, ann, tmp_path):
    files.export_archive(tmp_path / "archive")
    newest = PublicationEvent.objects.site_revision()
    files.empty_database()
    files.import_archive(tmp_path / "archive")
    ann, ravi = User.objects.get(username="ann"), User.objects.get(username="ravi")
    page = factories.make_symptom(ann, slug="new-ache", title="New ache")
    factories.sign_page(page, by=ravi, asked_by=ann)
    assert Article.objects.get(pk=page.pk).live_id > newest
    assert list(verification.find_faults()) == []


def test_a_signed_text_keeps_its_bytes_also_where_no_page_could_carry_it_now(
    ann, ravi, morgan, tmp_path
):
    page = factories.make_article(ann)
    body = '<p title="take ten times the dose">Take 5 mg.</p>'
    sql("UPDATE articles_article SET body = %s WHERE id = %s", body, page.pk)
    record_revision(Article.objects.get(pk=page.pk), by=ann)
    factories.sign_page(page, by=ravi, asked_by=morgan, override="It was signed so.")
    files.export_archive(tmp_path / "archive")
    signed = list(Revision.objects.order_by("pk").values_list("document", "digest"))
    files.empty_database()
    files.import_archive(tmp_path / "archive")
    assert list(Revision.objects.order_by("pk").values_list("document", "digest")) == signed
    assert body in Article.objects.get().live.revision.read().body
    assert Article.objects.get().body == "<p>Take 5 mg.</p>"
    assert list(verification.find_faults()) == []


def test_people_come_without_passwords_and_keep_their_groups(lived, tmp_path):
    files.export_archive(tmp_path / "archive")
    files.empty_database()
    output = files.import_archive(tmp_path / "archive")
    ann = User.objects.get(username="ann")
    assert not ann.has_usable_password()
    assert {group.name for group in ann.groups.all()} == {"Editors", "Librarians"}
    assert ann.has_perm("reviews.see_radar")
    assert ann.has_perm("articles.view_topic")
    assert "manage.py changepassword USERNAME" in output


class SynchronousThread:
    """A thread that has done its work when it has started."""

    def __init__(self, target, args):
        self.start = lambda: target(*args)


def test_people_set_a_new_password_by_mail(
    lived, tmp_path, client, mailoutbox, monkeypatch, settings
):
    settings.SITE_URL = "https://example.org"
    files.export_archive(tmp_path / "archive")
    files.empty_database()
    files.import_archive(tmp_path / "archive")
    monkeypatch.setattr(accounts, "Thread", SynchronousThread)
    client.post("/accounts/password/reset/", {"email": "ann@example.org"})
    (mail,) = mailoutbox
    assert mail.to == ["ann@example.org"]
    assert "/accounts/password/reset/key/" in mail.body


def test_secrets_and_the_words_of_readers_are_in_no_archive(lived, ann, ravi, tmp_path):
    for private in (True, False):
        place = tmp_path / str(private)
        files.export_archive(place, private=private)
        text = "".join(
            str(files.read_rows(place, file.name))
            for file in FILES
            if (place / file.file_name).exists()
        )
        for secret in (
            ann.password,
            ravi.password,
            "Nobody has read this yet.",
            "The second link is dead.",
        ):
            assert secret not in text


def test_what_is_private_is_told_only_when_asked_for(lived, tmp_path):
    secrets = ["ann@example.org", "LIC-ravi", "I know the maker."]
    for private in (True, False):
        place = tmp_path / str(private)
        files.export_archive(place, private=private)
        text = "".join(
            str(files.read_rows(place, file.name))
            for file in FILES
            if (place / file.file_name).exists()
        )
        assert [secret in text for secret in secrets] == [private] * 3


def test_the_chain_verifies_without_what_is_private(lived, tmp_path):
    before = files.export_archive(tmp_path / "before", private=False)
    files.empty_database()
    output = files.import_archive(tmp_path / "before")
    assert files.export_archive(tmp_path / "after", private=False) == before
    assert not PrivateField.objects.exists()
    assert "private statements of conflicts are hashes alone" in output


def test_two_archives_of_one_site_are_the_same(lived, tmp_path):
    assert files.export_archive(tmp_path / "one") == files.export_archive(tmp_path / "two")


def test_an_empty_site_goes_out_and_in(db, tmp_path):
    before = files.export_archive(tmp_path / "before")
    files.import_archive(tmp_path / "before")
    assert files.export_archive(tmp_path / "after") == before


def test_a_database_that_is_not_empty_is_refused_in_words(lived, tmp_path):
    before = files.export_archive(tmp_path / "archive")
    with pytest.raises(CommandError, match=r"not empty: it holds .*\d+ articles.*\d+ users"):
        files.import_archive(tmp_path / "archive")
    assert files.export_archive(tmp_path / "after") == before


@pytest.fixture
def another_build():
    """The database as one finds it between an upgrade of the program and its migrations, or after
    going back.
    """
    recorder, (newest,) = (
        MigrationRecorder(connection),
        MigrationLoader(None).graph.leaf_nodes("articles"),
    )
    recorder.record_unapplied(*newest)
    yield lambda: (
        recorder.record_applied(*newest),
        recorder.record_applied("articles", "9999_later"),
    )
    recorder.record_unapplied("articles", "9999_later")


def test_tables_of_another_build_are_not_written_out(lived, another_build, tmp_path):
    for command in ("export_archive", "backup"):
        with pytest.raises(CommandError, match=r"not up to date. Run “manage\.py migrate” first"):
            call_command(command, tmp_path / "out", no_progress=True)
    another_build()
    for command in ("export_archive", "backup"):
        with pytest.raises(
            CommandError, match="ahead of this build, which does not know articles 9999_later"
        ):
            call_command(command, tmp_path / "out", no_progress=True)
    assert list(tmp_path.iterdir()) == []


class TerminalStream(StringIO):
    def isatty(self) -> bool:
        return True


@pytest.mark.parametrize(("stream", "is_shown"), [(TerminalStream, True), (StringIO, False)])
def test_a_terminal_sees_how_far_an_archive_has_come_and_a_log_does_not(
    lived, tmp_path, monkeypatch, stream, is_shown
):
    shown = stream()
    monkeypatch.setattr(sys, "stderr", shown)
    call_command("export_archive", tmp_path / "archive", with_private=True, stdout=StringIO())
    call_command("import_archive", tmp_path / "archive", dry_run=True, stdout=StringIO())
    for stage in ("revisions: 100%|", "reading revisions: 100%|", "history: 100%|"):
        assert (stage in shown.getvalue()) is is_shown


def test_a_dry_run_checks_and_stores_nothing(lived, tmp_path):
    files.export_archive(tmp_path / "archive")
    assert "It cannot be brought in here" in files.import_archive(
        tmp_path / "archive", dry_run=True
    )
    files.empty_database()
    output = files.import_archive(tmp_path / "archive", dry_run=True)
    assert "The archive is whole." in output
    assert "cannot" not in output
    assert not User.objects.exists()


def test_a_reviewer_whose_credentials_await_a_check_awaits_it_still(lived, tmp_path):
    files.export_archive(tmp_path / "archive")
    files.empty_database()
    files.import_archive(tmp_path / "archive")
    fiona = Reviewer.objects.get(user__username="fiona")
    assert (fiona.verified_by, fiona.verified_at) == (None, None)


def test_a_text_that_was_expunged_comes_back_blank(lived, tmp_path):
    files.export_archive(tmp_path / "archive")
    blank = [
        row["digest"]
        for row in files.read_rows(tmp_path / "archive", "revisions")
        if "expunged" in row["document"]
    ]
    assert len(blank) == 2
    files.empty_database()
    files.import_archive(tmp_path / "archive")
    assert sorted(r.digest for r in Revision.objects.all() if r.expunged) == sorted(blank)
    assert len(list(verification.list_expunged_texts())) == 2
