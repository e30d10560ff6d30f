"""A file is whole or not there; what a killed process left goes, and nothing that looks alike."""

import errno
import os
import signal
import subprocess
import sys
from uuid import uuid4

import pytest

from articles import whole_files
from articles.whole_files import clear_unfinished, write_whole_file
from tests.files import ROOT

# Writes a file, with its name or without one, and is killed in the middle.
KILLED_PROGRAM = """
import os, signal, sys
from pathlib import Path
from articles.whole_files import write_whole_file

if sys.argv[2] == "named":
    del os.O_TMPFILE
    os.O_TMPFILE = os.O_CREAT | os.O_EXCL  # as a file system without such files answers
with write_whole_file(Path(sys.argv[1]), replace=True) as file:
    file.write(b"half")
    file.flush()
    os.kill(os.getpid(), signal.SIGKILL)
"""


@pytest.fixture(params=["nameless", "named"])
def kind(request, monkeypatch) -> str:
    """With files that have no name until they are whole, and where a file system has none."""
    if request.param == "named":
        monkeypatch.setattr(os, "O_TMPFILE", os.O_CREAT | os.O_EXCL)
    return request.param


def write_half(path) -> None:
    with write_whole_file(path, replace=True) as file:
        file.write(b"half")
        raise OSError(errno.ENOSPC, "full")


def run_killed(path, kind) -> None:
    program = [sys.executable, "-c", KILLED_PROGRAM, path, kind]
    died = subprocess.run(program, cwd=ROOT, capture_output=True, text=True, timeout=60)
    assert died.returncode == -signal.SIGKILL, died.stderr


def test_a_file_has_no_name_before_it_is_whole(kind, tmp_path):
    path = tmp_path / "out.csv"
    with write_whole_file(path) as file:
        file.write(b"words")
        assert not path.exists()
    assert path.read_bytes() == b"words"
    assert os.listdir(tmp_path) == ["out.csv"]
    assert path.stat().st_mode & 0o777 == 0o600


def test_a_file_that_is_there_is_replaced_only_where_that_was_asked_for(kind, tmp_path):
    path = tmp_path / "out.csv"
    path.write_bytes(b"before")
    with pytest.raises(FileExistsError), write_whole_file(path) as file:
        file.write(b"after")
    assert path.read_bytes() == b"before"
    with write_whole_file(path, permissions=0o644, replace=True) as file:
        file.write(b"after")
    assert path.read_bytes() == b"after"
    assert path.stat().st_mode & 0o777 == 0o644
    assert os.listdir(tmp_path) == ["out.csv"]


def test_a_write_that_fails_leaves_nothing_and_keeps_what_was_there(kind, tmp_path):
    path = tmp_path / "out.csv"
    path.write_bytes(b"before")
    with pytest.raises(OSError, match="full"):
        write_half(path)
    assert path.read_bytes() == b"before"
    assert os.listdir(tmp_path) == ["out.csv"]


def test_what_a_killed_process_left_is_deleted(kind, tmp_path):
    run_killed(tmp_path / "out.csv", kind)
    left = list(tmp_path.iterdir())
    assert len(left) == (1 if kind == "named" else 0)
    assert clear_unfinished(tmp_path) == left
    assert os.listdir(tmp_path) == []


def test_what_somebody_is_writing_now_and_what_only_looks_alike_stays(monkeypatch, tmp_path):
    elsewhere = tmp_path / "letter.txt"
    elsewhere.write_text("Mine.")
    link = tmp_path / f".out.csv.{uuid4().hex}.unfinished"
    link.symlink_to(elsewhere)
    folder = tmp_path / f".folder.{uuid4().hex}.unfinished"
    folder.mkdir()
    alike = [tmp_path / ".out.csv.part", tmp_path / ".out.csv.unfinished", tmp_path / "a.part"]
    for path in alike:
        path.write_text("Mine.")
    before = set(os.listdir(tmp_path))
    monkeypatch.setattr(os, "O_TMPFILE", os.O_CREAT | os.O_EXCL)
    with write_whole_file(tmp_path / "out.csv") as file:
        file.write(b"words")
        assert len(set(os.listdir(tmp_path)) - before) == 1
        assert clear_unfinished(tmp_path) == []
    assert set(os.listdir(tmp_path)) == before | {"out.csv"}


def test_this_machine_has_files_without_a_name(tmp_path):
    """The tests above would hold too if no file was ever written in that way."""
    handle, draft = whole_files._open_draft(tmp_path / "out.csv")
    os.close(handle)
    assert draft is None or not hasattr(os, "O_TMPFILE")


def test_a_pipe_is_written_to_and_stays_a_pipe(tmp_path):
    pipe = tmp_path / "out.csv"
    os.mkfifo(pipe)
    reader = os.open(pipe, os.O_RDONLY | os.O_NONBLOCK)
    with write_whole_file(pipe, replace=True) as file:
        file.write(b"words")
    assert os.read(reader, 100) == b"words"
    os.close(reader)
    assert pipe.is_fifo()
