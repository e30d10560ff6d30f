"""How a question is put: what is asked about, who has it, what is denied, and in which language."""

from itertools import chain

import pytest

from articles.search.foreign_text import detect_foreign_text
from articles.search.query_parser import parse_query
from articles.search.sounds import encode_sound
from articles.search.vocabulary import Vocabulary
from articles.search.wording import Wording, read_wording, tokenize


def read(text: str) -> Wording:
    return read_wording(tokenize(text))


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("headache and fever", [("headache",), ("fever",)]),
        ("cough with rash", [("cough",), ("rash",)]),
        ("joint pain + rash, hiccups", [("joint", "pain"), ("rash",), ("hiccups",)]),
        ("pins and needles", [("pins", "and", "needles")]),
        ("should I worry about night sweats", [("night", "sweats")]),
        ("how long does a fever last?", [("fever",)]),
        ("is there a cure for hiccups", [("hiccups",)]),
        ("rash for 3 days", [("rash",)]),
        ("cough won't go away", [("cough",)]),
        ("what does this mean", [("what", "does", "this", "mean")]),
        ("no fever", [("no", "fever")]),
    ],
)
def test_a_question_is_about_its_parts_without_what_only_asks(text, parts):
    assert list(read(text).parts) == parts


@pytest.mark.parametrize(
    ("text", "denied"),
    [
        ("rash not itchy", [("itchy",)]),
        ("rash that doesn't itch", [("itch",)]),
        ("headache but no fever", [("fever",)]),
        ("headache w/o fever", [("fever",)]),
        ("headache without fever, chills or rash", [("fever",), ("chills",), ("rash",)]),
        ("swollen arm no stomach pain", [("stomach", "pain")]),
        ("dizzy, no hearing loss", [("hearing", "loss")]),
        ("rash never had any fever", [("fever",)]),
        # The absence of what a body does is the complaint.
        ("no appetite and tired", []),
        ("why am i not sleeping", []),
        ("cut is not healing", []),
        ("eye won't stop twitching", []),
        ("can't move my arm", []),
    ],
)
def test_what_is_denied_is_no_part_unless_its_absence_is_the_complaint(text, denied):
    wording = read(text)
    assert list(wording.denied) == denied
    assert wording.parts
    assert set(wording.parts[0]).isdisjoint(chain.from_iterable(denied))


@pytest.mark.parametrize(
    ("text", "people"),
    [
        ("rash on toddler", ["toddler"]),
        ("my 3 year old has a cough", ["child"]),
        ("5 month old with a rash", ["baby"]),
        ("82 yo with a cough", ["elderly"]),
        ("pregnant and dizzy", ["pregnant"]),
        ("my husband has a cough", ["husband"]),
        ("pregnant", []),
    ],
)
def test_who_has_it_is_read_apart_from_what_it_is(text, people):
    assert list(read(text).people) == people


def test_when_it_happens_counts_less_than_what_it_is():
    query = parse_query("dizzy when standing up")
    assert [term[0].stems for term in query.core_terms] == [("dizzi",)]
    assert len(query.terms) == 2
    assert len(parse_query("when standing up").core_terms) == 1


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("headake", "headache"),
        ("exema", "eczema"),
        ("nausia", "nausea"),
        ("diarea", "diarrhea"),
        ("numonia", "pneumonia"),
        ("cawf", "cough"),
        ("asma", "asthma"),
        ("soriasis", "psoriasis"),
        ("constipashun", "constipation"),
        ("rumatizm", "rheumatism"),
    ],
)
def test_words_that_sound_alike_have_one_code(typed, meant):
    assert encode_sound(typed) == encode_sound(meant)


def build_vocabulary(*words: str) -> Vocabulary:
    stems = parse_query(" ".join(words)).stems
    return Vocabulary(dict.fromkeys(words, 1), dict.fromkeys(stems, 1), len(words), {})


def test_a_word_is_in_doubt_if_it_has_a_stem_and_is_no_form_of_a_word_with_it():
    known = build_vocabulary("migrans", "migraine", "breathing", "twitching", "itchy")
    assert known.is_in_doubt("migrane")
    assert known.guess_words("migrane")[0].text == "migraine"
    for word in ("breathe", "breath", "twitch", "twitches", "twitched", "itch"):
        assert not known.is_in_doubt(word), word


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("kopfschmerzen", "German"),
        ("mir ist schwindlig seit gestern", "German"),
        ("j'ai mal au ventre", "French"),
        ("mal di gola", "Italian"),
        ("dolor de estómago", "Spanish"),
        ("dor de cabeça", "Portuguese"),
        ("buikpijn en koorts", "Dutch"),
        ("ból głowy", "Polish"),
        ("huvudvärk", "Swedish"),
        ("головная боль", ""),
        ("صداع", "Arabic"),
    ],
)
def test_another_language_is_recognised(text, language):
    foreign = detect_foreign_text(text, build_vocabulary("rash"))
    assert foreign is not None
    assert foreign.language == language


@pytest.mark.parametrize(
    "text",
    [
        "cafe au lait spots",
        "grand mal seizure",
        "diarrhee",
        "my son has a rash",
        "hart burn",
        "tic douloureux",
        "Ménière disease",
        "no me gusta",
        "die of cough",
    ],
)
def test_english_and_medical_words_are_no_other_language(text):
    known = build_vocabulary("seizure", "spots", "rash", "disease", "cough")
    assert detect_foreign_text(text, known) is None


def test_the_english_words_of_another_language_are_what_is_understood():
    known = build_vocabulary("migraine", "mal", "de")
    foreign = detect_foreign_text("migraine avec douleur de tête", known)
    assert foreign is not None
    assert foreign.understood == ("migraine",)


HOSTILE = """
? ?!,.;+&/ 🤒🤕 no|no no no|not,|and and and|w/o|w/|no or nor|without|(
"""


@pytest.mark.parametrize(
    "text",
    [*HOSTILE.split("|"), "\x00", "a" * 8000, "\u202efever\u202c", "-" * 400, "fever," * 900],
)
def test_whatever_is_typed_is_read(text):
    query = parse_query(text)
    assert len(query.terms) <= 8
    assert len(query.part_keys) < 400
