"""The page about standards names a test for what is shown, and each of these tests exists."""

import ast
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
PAGE = (ROOT / "docs" / "standards.md").read_text()
SECURITY = (ROOT / "docs" / "security.md").read_text()
TEST_NAME = re.compile(r"`(tests/[\w/]+\.py)(?:::(\w+))?`")
SECTIONS = {
    "11.10": "abcdefghijk",
    "11.50": "ab",
    "11.100": "abc",
    "11.200": "ab",
    "11.300": "abcde",
}


@pytest.mark.parametrize("page", [PAGE, SECURITY], ids=["standards", "security"])
def test_every_test_that_a_page_names_exists(page):
    named = TEST_NAME.findall(page)
    assert len(named) > 30
    for path, name in named:
        tree = ast.parse((ROOT / path).read_text())
        functions = {node.name for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)}
        assert not name or name in functions, f"{path}::{name}"


def test_no_point_of_a_standard_is_passed_over():
    for section, letters in SECTIONS.items():
        for letter in letters:
            pattern = rf"\| {section}\({letter}\)|\| {section}\(\w\), \({letter}\) "
            assert re.search(pattern, PAGE), f"{section}({letter})"
    for section in ("11.30", "11.70"):
        assert f"| {section} |" in PAGE
    assert [f"| {number}. " in PAGE for number in range(1, 11)] == [True] * 10
    for benchmark in ("Authorship", "Attribution", "Disclosure", "Currency"):
        assert f"| {benchmark} |" in PAGE


def test_no_chapter_of_the_verification_standard_is_passed_over():
    chapters = re.findall(r"^\| V(\d+) [A-Z]", SECURITY, re.MULTILINE)
    assert chapters == [str(number) for number in range(1, 18)]


def test_neither_page_claims_a_certificate():
    for claim in ("compliant", "certified", "accredited by"):
        assert claim not in PAGE + SECURITY
