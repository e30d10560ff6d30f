"""docs/licences.md names all that a site runs on."""

import re

from tests.engines import ROOT


def list_pinned() -> set[str]:
    lock = (ROOT / "requirements.txt").read_text()
    return {fold(name) for name in re.findall(r"^([\w.-]+)==", lock, re.MULTILINE)}


def fold(name: str) -> str:
    """A package's name as indexes compare it."""
    return re.sub(r"[-_.]+", "-", name).lower()


def test_each_pinned_package_stands_on_the_page_of_licences_and_no_other():
    page = (ROOT / "docs" / "licences.md").read_text()
    named = {fold(name) for name in re.findall(r"^\| ([\w.-]+) \| ", page, re.MULTILINE)}
    assert named - {"package"} == list_pinned()
