"""The clinical safety file names a test for each control, and each of these tests exists."""

import ast
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
SAFETY_FILE = ROOT / "docs" / "clinical-safety.md"
TEST_NAME = re.compile(r"`(tests/[\w/]+\.py)::(\w+)`")
HAZARD = re.compile(r"^## (H\d+)\. (.+)$", re.MULTILINE)
NOT_OURS = ("compliant", "certified", "acceptable risk", "conforms")


@pytest.fixture(scope="module")
def hazards() -> dict[str, str]:
    """The text of each hazard by its number."""
    parts = HAZARD.split(SAFETY_FILE.read_text())
    return dict(zip(parts[1::3], parts[3::3], strict=True))


def list_functions(path: Path) -> set[str]:
    tree = ast.parse(path.read_text())
    return {node.name for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)}


def test_every_named_test_exists():
    named = TEST_NAME.findall(SAFETY_FILE.read_text())
    assert len(named) > 40
    missing = []
    for path, name in named:
        if not (ROOT / path).exists() or name not in list_functions(ROOT / path):
            missing.append(f"{path}::{name}")
    assert not missing


def test_every_mention_of_a_test_is_one_that_is_checked():
    text = SAFETY_FILE.read_text()
    assert text.count("::test_") == len(TEST_NAME.findall(text))


def test_every_hazard_has_an_effect_causes_controls_with_tests_and_what_is_left(hazards):
    assert list(hazards) == [f"H{number}" for number in range(1, len(hazards) + 1)]
    for number, text in hazards.items():
        for part in ("**Effect.**", "**Causes.**", "**Controls.**", "**Left to you.**"):
            assert part in text, (number, part)
        controls = re.findall(r"^- .+$", text.split("**Controls.**")[1], re.MULTILINE)
        assert controls, number
        for control in controls:
            assert "`tests/" in control, (number, control)


def test_it_claims_nothing_that_is_the_deployers_to_decide():
    text = SAFETY_FILE.read_text().lower()
    for word in NOT_OURS:
        assert word not in text, word
