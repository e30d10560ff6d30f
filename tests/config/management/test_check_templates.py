"""Templates compile, and none shows a comment to those who read the page."""

import io

import pytest
from django.core.management import CommandError, call_command


def test_every_template_compiles_and_hides_its_comments():
    out = io.StringIO()
    call_command("check_templates", stdout=out)
    assert out.getvalue().endswith("templates compile.\n")


def test_a_comment_over_two_lines_is_named(settings, tmp_path):
    folder = tmp_path / "templates"
    folder.mkdir()
    (folder / "page.html").write_text("{# one #} words {# begins\nand ends #}", encoding="utf-8")
    settings.BASE_DIR = tmp_path
    settings.TEMPLATES = [settings.TEMPLATES[0] | {"DIRS": [folder]}]
    with pytest.raises(CommandError, match=r"page\.html: line 1: the comment"):
        call_command("check_templates")
