"""MedlinePlus health topics: one article a topic, nothing fetched, nothing expanded."""

import pytest

from articles.imports.formats import UnreadableFile
from tests.files import read_file, write_file

DOCTYPE = (
    '<!DOCTYPE health-topics PUBLIC "-//NLM//DTD health-topics //EN" '
    '"https://dtd.invalid/topics.dtd">\n'
)
TOPIC = """<health-topic title="Sore Throat" url="https://example.org/sorethroat.html" id="12"
    language="English" meta-desc="Why a throat hurts.">
  <also-called>Pharyngitis</also-called>
  <full-summary>&lt;h3&gt;Rest&lt;/h3&gt;&lt;p&gt;See &lt;a
    href="colds.html"&gt;colds&lt;/a&gt;.&lt;script&gt;x()&lt;/script&gt;</full-summary>
  <group url="https://example.org/ent.html" id="2">
    Ear, Nose and Throat
  </group>
  <mesh-heading><descriptor id="D010612">Pharyngitis</descriptor></mesh-heading>
  <see-reference>Throat, Sore</see-reference>
  <related-topic url="https://example.org/colds.html" id="13">Colds</related-topic>
  <site title="A" url="https://a.example/"/><site title="B" url="https://b.example/"/>
</health-topic>
"""
SPANISH = (
    '<health-topic title="Dolor" url="https://example.org/es/dolor.html" id="14" '
    'language="Spanish"/>\n'
)


def read(
    tmp_path,
    inside: str,
    head: str = '<?xml version="1.0"?>\n' + DOCTYPE,
    date="07/21/2024 02:32:56",
):
    return read_file(
        "medlineplus",
        write_file(
            tmp_path, f'{head}<health-topics date-generated="{date}">\n{inside}</health-topics>'
        ),
    )


def test_a_topic_is_an_article_with_its_source(tmp_path):
    assert read(tmp_path, TOPIC).only == {
        "type": "article",
        "id": "mplus-12",
        "title": "Sore Throat",
        "url": "https://example.org/sorethroat.html",
        "language": "en",
        "summary": "Why a throat hurts.",
        "body": '<h2>Rest</h2><p>See <a href="https://example.org/colds.html">colds</a>.</p>',
        "topics": ["Ear, Nose and Throat"],
        "tags": ["Pharyngitis"],
        "references": [
            {
                "title": "Sore Throat",
                "publisher": "MedlinePlus, National Library of Medicine",
                "url": "https://example.org/sorethroat.html",
                "year": 2024,
            }
        ],
    }


def test_what_has_no_place_is_counted_and_told_once(tmp_path):
    notes = read(tmp_path, TOPIC + TOPIC.replace('"12"', '"15"')).notes
    assert "no sources: 4." in notes
    assert "only symptoms have codes: 2." in notes
    assert "became tags, as articles have no other names: 2." in notes
    assert "turn names round (“Pain, Abdominal”): 2." in notes
    assert notes.count("Dropped: 1 script.") == 2


def test_a_topic_in_another_language_is_refused_with_its_line(tmp_path):
    gathered = read(tmp_path, TOPIC + SPANISH)
    (refused,) = gathered.refused
    assert (refused.line, refused.key, refused.field) == (17, "mplus-14", "language")
    assert "in Spanish" in refused.reason
    assert gathered.only["id"] == "mplus-12"


@pytest.mark.parametrize(
    ("attributes", "field", "reason"),
    [
        ('title="" id="1"', "title", "no title"),
        ('title="Rest"', "id", "no id"),
        (f'title="{"a" * 201}" id="1"', "title", "longer than 200"),
    ],
)
def test_a_topic_that_cannot_be_a_page_is_refused(tmp_path, attributes, field, reason):
    (refused,) = read(tmp_path, f"<health-topic {attributes}/>").refused
    assert refused.field == field
    assert reason in refused.reason


def test_a_summary_that_is_too_long_is_left_out_and_told(tmp_path):
    gathered = read(tmp_path, f'<health-topic title="Rest" id="1" meta-desc="{"a" * 301}"/>')
    assert "summary" not in gathered.only
    assert "Summaries of more than 300 characters left out: 1." in gathered.notes


BILLION = "".join(f'<!ENTITY a{n} "{f"&a{n - 1};" * 10}">' for n in range(1, 10))


@pytest.mark.parametrize(
    "subset",
    [
        f'<!ENTITY a0 "ha">{BILLION}',
        '<!ENTITY a9 SYSTEM "file:///etc/passwd">',
        '<!ENTITY a9 SYSTEM "http://dtd.invalid/x">',
        '<!ENTITY % p SYSTEM "http://dtd.invalid/x"> %p;',
    ],
)
def test_entities_are_neither_expanded_nor_fetched(tmp_path, subset):
    with pytest.raises(UnreadableFile, match="declares entities"):
        read(
            tmp_path,
            '<health-topic title="&a9;" id="1"/>',
            f"<!DOCTYPE health-topics [{subset}]>\n",
        )


def test_a_name_that_only_the_dtd_could_explain_is_not_guessed(tmp_path):
    with pytest.raises(UnreadableFile, match="not well-formed"):
        read(
            tmp_path,
            '<health-topic title="a" id="1"><full-summary>&eacute;</full-summary></health-topic>',
        )


def test_broken_xml_says_the_line(tmp_path):
    with pytest.raises(UnreadableFile, match="Line 4: this is not well-formed"):
        read(tmp_path, "<health-topic></nothing>")


def test_other_xml_says_what_it_is(tmp_path):
    with pytest.raises(UnreadableFile, match="of <rss> and not of <health-topics>"):
        read_file("medlineplus", write_file(tmp_path, "<rss><channel/></rss>"))


def test_elements_without_end_within_each_other_stop_the_reading(tmp_path):
    with pytest.raises(UnreadableFile, match="more than 50 deep"):
        read(tmp_path, "<a>" * 1_000_000)


def test_a_topic_with_two_texts_is_refused(tmp_path):
    text = "<full-summary>One.</full-summary>"
    topics = (
        f'<health-topic title="a" id="1">{text}{text}</health-topic>'
        f'<health-topic title="b" id="2">{text}</health-topic>'
    )
    path = write_file(tmp_path, f"<health-topics>{topics}</health-topics>")
    gathered = read_file("medlineplus", path)
    assert "“full-summary” is there twice" in gathered.reasons
    assert gathered.only["id"] == "mplus-2"
