"""How often a symptom comes with a cause: in percent, never, or nobody knows."""

import pytest

from symptoms.imports.formats import frequencies


@pytest.mark.parametrize(
    ("raw", "share"),
    [
        ("HP:0040280", 100),
        ("HP:0040283", 5),
        ("HP:0040285", 0),
        ("3/10", 30),
        ("2 of 10", 20),
        ("1/100", 1),
        ("0/12", 0),
        ("30%", 30),
        ("29.9 %", 29.9),
        ("0%", 0),
        ("0.0%", 0),
        ("", None),
        ("often", None),
        ("3/0", None),
        ("12/10", None),
        ("140%", None),
        ("HP:0009999", None),
    ],
)
def test_each_way_to_say_it_is_a_share(raw, share):
    assert frequencies.parse_percentage(raw) == share
