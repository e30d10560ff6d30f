"""A full disk ends each kind of writing in one sentence, and leaves nothing that looks whole."""

import errno
import io
import os
import resource
import subprocess
import sys
from functools import partial

import pytest
from PIL import Image

from articles.images import processing, store
from config.public.views import server_error
from tests import factories, files
from tests.files import ROOT, build_environment

# No file of a process may be larger than this. Every system has this bound, and it fails a write
# as a full disk does. SQLite's own shared memory of 32 kB has to fit.
MAX_SIZE = 33 * 1024
STATIC_FILES = {"STATICFILES_STORAGE": "django.contrib.staticfiles.storage.StaticFilesStorage"}


@pytest.fixture
def full_disk():
    """In this process no file grows beyond MAX_SIZE."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (MAX_SIZE, before[1]))
    yield
    resource.setrlimit(resource.RLIMIT_FSIZE, before)


@pytest.fixture
def large_page(lived, ann, ravi, morgan):
    """A page and a picture for which there is no room."""
    store.store_upload(factories.make_upload("noise.png", draw_noise()), by=ann)
    body = "".join(f"<p>{os.urandom(100).hex()}</p>" for _ in range(300))
    page = factories.make_article(ann, slug="long", title="Long", body=body)
    factories.sign_despite_checks(page, by=ravi, manager=morgan)


def draw_noise() -> bytes:
    """A picture that no format makes small."""
    out = io.BytesIO()
    Image.frombytes("RGB", (300, 300), os.urandom(270_000)).save(out, "PNG")
    return out.getvalue()


def run_on_full_disk(*arguments) -> subprocess.CompletedProcess:
    """Run a command whose files may not grow beyond MAX_SIZE."""
    return subprocess.run(
        [sys.executable, "manage.py", *map(str, arguments)],
        cwd=ROOT,
        env=os.environ | build_environment() | STATIC_FILES,
        preexec_fn=partial(resource.setrlimit, resource.RLIMIT_FSIZE, (MAX_SIZE, MAX_SIZE)),
        capture_output=True,
        text=True,
        timeout=600,
    )


def assert_one_sentence(ran: subprocess.CompletedProcess) -> None:
    assert ran.returncode == 1, ran.stdout
    assert "Traceback" not in ran.stderr
    assert len(ran.stderr.strip().splitlines()) == 1
    words = ("Nothing was kept", "cannot be written", "no room left")
    assert any(word in ran.stderr for word in words), ran.stderr


def test_commands_that_write_end_in_one_sentence_and_leave_nothing(lived, tmp_path, large_page):
    for command, *options in (
        ("backup", tmp_path / "backup"),
        ("export_archive", tmp_path / "archive"),
        ("export_content", tmp_path / "pages.jsonl", "--no-progress"),
    ):
        assert_one_sentence(run_on_full_disk(command, *options))
        assert list(tmp_path.iterdir()) == []


def test_a_copy_of_the_site_keeps_what_was_there(lived, tmp_path, large_page):
    copy = tmp_path / "copy"
    ran = run_on_full_disk("export_site", copy, "--site-url", files.SITE_URL, "--no-progress")
    assert_one_sentence(ran)
    assert not (copy / "manifest.json").exists()
    files.export_site(copy)
    assert files.find_broken_links(copy) == []
    assert not (copy / ".export").exists()


@pytest.mark.sqlite
@pytest.mark.django_db
def test_a_picture_for_which_there_is_no_room_is_refused_in_words(ann, full_disk):
    picture = factories.make_upload("rash.png", draw_noise())
    with pytest.raises(processing.UnusableImage, match="no room left for “rash"):
        store.store_upload(picture, by=ann)


@pytest.mark.sqlite
def test_an_answer_that_fails_for_want_of_room_says_so(rf):
    try:
        raise_full()
    except RuntimeError:
        response = server_error(rf.get("/admin/"))
    assert response.status_code == 507
    assert "no room left" in response.text
    try:
        raise RuntimeError("Something else")
    except RuntimeError:
        response = server_error(rf.get("/admin/"))
    assert response.status_code == 500
    assert "no room left" not in response.text


def raise_full() -> None:
    try:
        raise OSError(errno.ENOSPC, "No space left on device")
    except OSError as error:
        raise RuntimeError("The pack is not whole") from error
