"""How often, in three words, or never."""

import pytest

from symptoms.imports.reading import frequencies


@pytest.mark.parametrize(
    ("raw", "word"),
    [
        ("HP:0040280", "common"),
        ("HP:0040281", "common"),
        ("HP:0040282", "common"),
        ("HP:0040283", "uncommon"),
        ("HP:0040284", "rare"),
        ("HP:0040285", None),
        ("3/10", "common"),
        ("2 of 10", "uncommon"),
        ("1/100", "rare"),
        ("0/12", None),
        ("30%", "common"),
        ("29.9 %", "uncommon"),
        ("4.9%", "rare"),
        ("0%", None),
        ("0.0%", None),
        ("", ""),
        ("often", ""),
        ("3/0", ""),
        ("12/10", ""),
        ("140%", ""),
        ("HP:0009999", ""),
    ],
)
def test_each_way_to_say_it_has_one_word(raw, word):
    assert frequencies.word(raw) == word


def test_the_rule_that_says_nothing_still_leaves_out_what_was_never_seen(monkeypatch):
    monkeypatch.setattr(frequencies, "RULE", frequencies.unsaid)
    frequencies.word.cache_clear()
    assert (frequencies.word("30%"), frequencies.word("0/9")) == ("", None)
    frequencies.word.cache_clear()
