"""The sheets keep to their scales.

Colours in one place and readable, directions that turn with the script.
"""

import re
from itertools import product
from pathlib import Path

import pytest
from django.conf import settings

SHEETS = {
    path.name: path.read_text() for path in Path(settings.BASE_DIR, "static/css").glob("*.css")
}
OURS = (
    "site.css",
    "finder.css",
    "feedback.css",
    "desk.css",
    "radar.css",
    "diff.css",
    "history.css",
    "search.css",
)  # the admin's are Django's, with our colours
PAPERS = ("paper", "sheet")
TONES = ("red", "amber", "green")


def list_tokens(rule: str) -> dict[str, str]:
    return dict(re.findall(r"--([\w-]+): (#\w+);", rule))


def list_schemes() -> dict[str, dict[str, str]]:
    """The colours by name: light, dark as it changes them, and print."""
    light, *_ = re.findall(r":root \{.*?\}", SHEETS["site.css"], re.DOTALL)
    dark = SHEETS["site.css"].split("prefers-color-scheme: dark")[1].split("}")[0]
    printed = SHEETS["site.css"].split("@media print")[1].split("}")[0]
    return {
        name: list_tokens(light) | list_tokens(rule)
        for name, rule in [("light", ""), ("dark", dark), ("print", printed)]
    }


def compute_brightness(colour: str) -> float:
    digits = colour[1:] if len(colour) == 7 else "".join(digit * 2 for digit in colour[1:])
    parts = [int(digits[at : at + 2], 16) / 255 for at in (0, 2, 4)]
    linear = [
        part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts
    ]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def compute_contrast(one: str, other: str) -> float:
    dark, light = sorted(map(compute_brightness, (one, other)))
    return (light + 0.05) / (dark + 0.05)


@pytest.mark.parametrize("scheme", ["light", "dark", "print"])
def test_every_word_stands_out_from_what_it_is_printed_on(scheme):
    colours = list_schemes()[scheme]
    pairs = [*product(("ink", "soft", "pen", *TONES), PAPERS), ("on-fill", "red-fill")]
    for tone in TONES:
        pairs += [
            (tone, f"{tone}-wash"),
            ("ink", f"{tone}-wash"),
            ("pen", f"{tone}-wash"),
            ("on-fill", f"{tone}-fill"),
        ]
    faint = {pair: compute_contrast(*(colours[name] for name in pair)) for pair in pairs}
    assert not {pair: ratio for pair, ratio in faint.items() if ratio < 4.5}
    # The edge of a field or a letter has to be seen as well.
    assert all(compute_contrast(colours["edge"], colours[paper]) >= 3 for paper in PAPERS)


@pytest.mark.parametrize("name", OURS)
def test_colours_are_named_in_one_place(name):
    rules = re.sub(r":root \{.*?\}", "", SHEETS[name], flags=re.DOTALL)
    rules = rules.replace(
        "background: #fff; }", ""
    )  # under pictures, which were drawn on white, and a QR code
    assert re.findall(r"#(?:[0-9a-f]{3}){1,2}\b(?!\w)(?=[;\s])", rules) == []


@pytest.mark.parametrize("name", OURS)
def test_directions_turn_with_the_script(name):
    rules = re.sub(r"/\*.*?\*/", "", SHEETS[name], flags=re.DOTALL)
    sides = r"left|right|(?:margin|padding|border)-(?:left|right|top|bottom)"
    physical = rf"(?<![\w-])(?:{sides}|(?:max-|min-)?(?:width|height)):"
    media = re.sub(r"\((?:min|max)-width: [\d.]+em\)", "", rules)
    assert re.findall(physical, media) == []


@pytest.mark.parametrize("name", OURS)
def test_space_and_type_come_from_their_scales(name):
    """What is set in whole steps says so by name; hair's breadths below the first step stay as they
    are.
    """
    steps = set(re.findall(r"--s\d: ([\d.]+rem)", SHEETS["site.css"]))
    rules = re.sub(r":root \{.*?\}", "", SHEETS[name], flags=re.DOTALL)
    spaced = re.findall(r"(?:^|[;{]\s*)((?:margin|padding|gap)[\w-]*): ([^;}]+)", rules)
    stray = {(key, value) for key, value in spaced if steps & set(value.split())}
    assert stray == set()
