"""How far a long command has come.

A bar on a terminal, plain lines elsewhere, nothing where nobody asks.
"""

from io import StringIO

from django.core.management.base import OutputWrapper

from config.operations.archive import progress
from config.operations.archive.progress import CommandProgress


class TerminalStream(StringIO):
    def isatty(self) -> bool:
        return True


def read_output(stream: StringIO, **how) -> str:
    """What is output of two stages."""
    bar = CommandProgress(OutputWrapper(stream), **how)
    seen = bar.watch("pages", lambda: 40)
    for _ in range(40):
        seen(1)
    bar.watch("lists", lambda: 0)
    bar.close()
    return stream.getvalue()


def test_a_terminal_shows_a_bar():
    output = read_output(TerminalStream())
    assert "pages: 100%" in output
    assert "40/40" in output
    assert "lists" in output


def test_elsewhere_each_stage_is_a_line():
    pages, lists = read_output(StringIO()).splitlines()
    assert pages.startswith("pages: 40, ")
    assert lists.startswith("lists: ")


def test_a_stage_that_takes_long_says_so_meanwhile(monkeypatch):
    monkeypatch.setattr(progress, "REPORT_INTERVAL", 0)
    lines = read_output(StringIO()).splitlines()
    assert lines[0].startswith("pages: 1 of 40, ")


def test_nobody_is_told_who_does_not_want_to_be():
    assert (
        read_output(TerminalStream(), is_enabled=False)
        == read_output(StringIO(), is_enabled=False)
        == ""
    )
