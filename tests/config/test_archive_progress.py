"""How far a long command has come: a bar on a terminal, plain lines elsewhere, nothing where nobody asks."""

from io import StringIO

from django.core.management.base import OutputWrapper

from config.archive import progress
from config.archive.progress import Progress


class Terminal(StringIO):
    def isatty(self) -> bool:
        return True


def told(stream: StringIO, **how) -> str:
    """What is said of two stages."""
    bar = Progress(OutputWrapper(stream), **how)
    seen = bar.watch("pages", lambda: 40)
    for _ in range(40):
        seen(1)
    bar.watch("lists", lambda: 0)
    bar.close()
    return stream.getvalue()


def test_a_terminal_shows_a_bar():
    said = told(Terminal())
    assert "pages: 100%" in said
    assert "40/40" in said
    assert "lists" in said


def test_elsewhere_each_stage_is_a_line():
    pages, lists = told(StringIO()).splitlines()
    assert pages.startswith("pages: 40, ")
    assert lists.startswith("lists: ")


def test_a_stage_that_takes_long_says_so_meanwhile(monkeypatch):
    monkeypatch.setattr(progress, "EVERY", 0)
    lines = told(StringIO()).splitlines()
    assert lines[0].startswith("pages: 1 of 40, ")


def test_nobody_is_told_who_does_not_want_to_be():
    assert told(Terminal(), wanted=False) == told(StringIO(), wanted=False) == ""
