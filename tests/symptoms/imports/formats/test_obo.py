"""Ontologies in OBO format: a symptom a term, filed under what stands at the top."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from symptoms.imports.formats.obo_graph import MAX_TOP_TERMS, OntologyGraph
from symptoms.imports.formats.obo_stanzas import parse_sources, split_quoted
from tests.files import read_file, write_file

CASES = Path("tests/fixtures/fidelity")
HEAD = "format-version: 1.2\nontology: t\n"
ROOT = "\n[Term]\nid: T:0\nname: symptom\n"
TOP = "\n[Term]\nid: T:1\nname: skin symptom\nis_a: T:0 ! symptom\n"


def term(number: int, name: str, *lines: str) -> str:
    return "\n".join(["", "[Term]", f"id: T:{number}", f"name: {name}", *lines, ""])


def read(tmp_path, *terms: str, head: str = HEAD):
    return read_file("obo", write_file(tmp_path, head + "".join(terms)))


def by_id(gathered) -> dict[str, dict]:
    return {values["id"]: values for values in gathered.values}


def test_a_term_is_a_symptom_with_its_sources(tmp_path):
    itch = term(
        2,
        "itch",
        r'def: "A wish to \"scratch\"\, at once." [url:http\://a.example/itch?a=1, PMID:12, '
        r'"no url" , url:https\://b.example/c\,d]',
        "comment: look again ! not a comment",
        'synonym: "pruritus" EXACT [url:https\\://c.example/]',
        'synonym: "Itch" EXACT []',
        'synonym: "tickle" RELATED []',
        'xref: MESH:D011537 "Pruritus"',
        "xref: ICD9CM_2005:698.9",
        "xref: UMLS_CUI:C0033774",
        "alt_id: T:12",
        'is_a: T:1 {source="x"} ! skin symptom',
        "created_by: someone",
    )
    gathered = read(tmp_path, ROOT, TOP, itch)
    assert by_id(gathered)["T:2"] == {
        "type": "symptom",
        "id": "T:2",
        "title": "Itch",
        "language": "en",
        "url": "http://purl.obolibrary.org/obo/T_2",
        "body": '<p>A wish to "scratch", at once.</p>',
        "other_names": ["pruritus"],
        "codes": [
            {"system": "MeSH", "code": "D011537", "display": "Pruritus"},
            {"system": "ICD-9-CM", "code": "698.9"},
        ],
        "topics": ["Skin symptoms"],
        "references": [
            {"title": "T:2 Itch", "url": "http://purl.obolibrary.org/obo/T_2"},
            {"title": "a.example", "url": "http://a.example/itch?a=1"},
            {"title": "b.example", "url": "https://b.example/c,d"},
        ],
        "also": ["T:12"],
    }
    assert "Codes of UMLS_CUI left out, a system that we do not have: 1." in gathered.notes
    assert "broader, narrower or related: 1." in gathered.notes
    assert "Lines “comment” left out: 1." in gathered.notes


def test_the_root_names_the_whole_and_is_no_page(tmp_path):
    gathered = read(tmp_path, ROOT, TOP)
    assert [values["id"] for values in gathered.values] == ["T:1"]
    assert "“symptom” names the whole ontology" in gathered.notes


def test_the_header_may_say_which_term_is_the_root(tmp_path):
    head = HEAD + "property_value: IAO:0000700 T:0\n"
    gathered = read(
        tmp_path,
        ROOT,
        TOP,
        term(3, "rash", "is_a: T:1"),
        term(4, "pain"),
        term(5, "ache", "is_a: T:4"),
        head=head,
    )
    topics = {key: values["topics"] for key, values in by_id(gathered).items()}
    assert topics == {"T:1": [], "T:3": ["Skin symptoms"], "T:4": ["Pain"], "T:5": ["Pain"]} | {
        "T:1": ["Skin symptoms"]
    }


def test_a_term_at_the_top_with_nothing_below_it_is_no_topic(tmp_path):
    assert by_id(read(tmp_path, ROOT, TOP, term(3, "hiccup", "is_a: T:0")))["T:3"]["topics"] == []


def test_names_keep_their_capitals_where_they_are_meant(tmp_path):
    gathered = by_id(
        read(tmp_path, term(1, "Pel-Epstein fever"), term(2, "pH imbalance"), term(3, "fever"))
    )
    assert (gathered["T:1"]["title"], gathered["T:1"]["phrase"]) == (
        "Pel-Epstein fever",
        "Pel-Epstein fever",
    )
    assert gathered["T:2"]["title"] == "pH imbalance"
    assert "phrase" not in gathered["T:3"]


def test_obsolete_terms_lead_to_the_one_that_took_their_place(tmp_path):
    gathered = read(
        tmp_path,
        term(1, "obsolete ague", "is_obsolete: true", "replaced_by: T:9"),
        term(2, "obsolete dropsy", "is_obsolete: true", "replaced_by: T:8", "replaced_by: T:9"),
        term(3, "obsolete grippe", "is_obsolete: true", "consider: T:9"),
    )
    assert gathered.values[0] == {
        "type": "retired",
        "id": "T:1",
        "title": "Ague",
        "replaced_by": "T:9",
    }
    assert [values["replaced_by"] for values in gathered.values] == ["T:9", None, None]
    assert "T:8, T:9 took its place" in gathered.notes
    assert "consider T:9" in gathered.notes


def test_circles_are_told_and_never_followed(tmp_path):
    gathered = read(
        tmp_path,
        ROOT,
        TOP,
        term(2, "a", "is_a: T:3", "is_a: T:1"),
        term(3, "b", "is_a: T:2"),
        term(4, "c", "is_a: T:4"),
        term(5, "d", "is_a: T:2"),
        term(6, "e", "is_a: T:77"),
    )
    assert "(T:2 → T:3 → T:2)" in gathered.notes
    assert "(T:4 → T:4)" in gathered.notes
    assert "Links to terms that are not in the file left out: 1." in gathered.notes
    assert by_id(gathered)["T:2"]["topics"] == ["Skin symptoms"]
    assert len(gathered.found) == 6


@pytest.mark.parametrize(
    ("lines", "reason"),
    [
        ("id: T:1\n", "no title"),
        ("name: a\n", "no id"),
        (f"id: T:1\nname: {'a' * 201}\n", "longer than 200"),
        ("id: T:1\nname: a\nnot a tag\n", "Line 7 is no “tag: value”"),
        ("id: T:1\nname: a\ndef: unquoted\n", "not between quotation marks"),
    ],
)
def test_a_term_that_cannot_be_a_page_is_refused_and_the_next_one_read(tmp_path, lines, reason):
    gathered = read(tmp_path, f"\n[Term]\n{lines}", term(2, "fever"))
    assert gathered.refused[0].line == 4
    assert reason in gathered.reasons
    assert gathered.only["id"] == "T:2"


def test_letters_that_are_no_utf_8_cost_their_term_alone(tmp_path):
    data = (
        (HEAD + term(1, "fever")).encode()
        + b"\n[Term]\nid: T:2\nname: Sj\xf6gren\n"
        + term(3, "pain").encode()
    )
    gathered = read_file("obo", write_file(tmp_path, data))
    assert "Line 10: Byte 9 of this line is not UTF-8 text" in gathered.reasons
    assert set(by_id(gathered)) == {"T:1", "T:3"}


def test_other_stanzas_and_comments_are_passed_over(tmp_path):
    gathered = read(
        tmp_path,
        "\n! a remark\n\n[Typedef]\nid: part_of\nname: part_of\n",
        term(1, "fever! high ! a remark"),
    )
    assert gathered.only["title"] == "Fever! high"


def test_what_the_next_terms_say_of_it_does_not_hang_on_their_order(tmp_path):
    assert by_id(read(tmp_path, term(3, "rash", "is_a: T:1"), TOP, ROOT))["T:3"]["topics"] == [
        "Skin symptoms"
    ]


def test_a_quoted_text_and_what_follows_it():
    assert split_quoted(r'"a \"b\" \\ c\nd" EXACT [x]') == ('a "b" \\ c\nd', "EXACT [x]")
    assert parse_sources(r'[url:https\://a.example/x\,y "the \"site\"", B:2]') == [
        "url:https://a.example/x,y",
        "B:2",
    ]
    assert parse_sources("[]") == []
    with pytest.raises(ValueError, match="quotation marks"):
        split_quoted('"never closed')


NODES = st.sampled_from("abcdefgh")


@given(st.dictionaries(NODES, st.lists(NODES, max_size=3).map(tuple)), st.lists(NODES, max_size=2))
def test_any_graph_ends_and_files_no_term_in_too_many_places(parents, roots):
    graph = OntologyGraph(parents, roots)
    assert graph.top_terms.keys() == parents.keys()
    assert all(len(tops) <= MAX_TOP_TERMS for tops in graph.top_terms.values())
    for circle in graph.find_cycles():
        following = [*circle[1:], circle[0]]
        assert all(above in parents[key] for key, above in zip(circle, following, strict=True))


QUALIFIERS = ['{comment="checked"}', '{a="b } ! c", d="e\\"f"}', '{source="X:1", xref="[y]"}', "{}"]
REMARKS = ["", " ! a remark", " ! a {remark}! [x]", " !"]


@pytest.mark.parametrize("qualifier", QUALIFIERS)
@pytest.mark.parametrize("remark", REMARKS)
def test_qualifiers_and_remarks_are_no_part_of_any_value(tmp_path, qualifier, remark):
    end = f" {qualifier}{remark}"
    head = term(2, f"head symptom{end}", f"is_a: T:0{end}")
    ache = term(
        3,
        f"sore head{end}",
        f'def: "It hurts! {{Much}}." [url:https\\://a.example/x]{end}',
        f'synonym: "headache" EXACT [url:https\\://b.example/]{end}',
        f"xref: MESH:D006261{end}",
        f"alt_id: T:13{end}",
        f"is_a: T:2{end}",
    )
    old = term(4, f"obsolete ache{end}", f"is_obsolete: true{end}", f"replaced_by: T:3{end}")
    found = by_id(read(tmp_path, ROOT, head, ache, old))
    assert found["T:2"]["title"] == "Head symptom"
    sore = found["T:3"]
    assert (sore["title"], sore["topics"]) == ("Sore head", ["Head symptoms"])
    assert (sore["body"], sore["other_names"]) == ("<p>It hurts! {Much}.</p>", ["headache"])
    assert sore["codes"] == [{"system": "MeSH", "code": "D006261"}]
    assert (sore["also"], sore["references"][1]["url"]) == (["T:13"], "https://a.example/x")
    assert found["T:4"]["replaced_by"] == "T:3"


@pytest.mark.parametrize(
    ("written", "name"),
    [
        (r"pain\, sharp\: \{here\}", "pain, sharp: {here}"),
        (r"stop \! now", "stop ! now"),
        ("what {is} this", "what {is} this"),
        ("ouch! that", "ouch! that"),
        ('5" nail {a="b"}', '5" nail'),
        (r"two\nlines\tand\Wmore", "two lines and more"),
        ("long \\\nname \\\nhere ! x", "long name here"),
        (r"back\\", "back\\"),
    ],
)
def test_escapes_and_lines_that_go_on_are_read(tmp_path, written, name):
    title = read(tmp_path, ROOT, TOP, term(2, written)).values[-1]["title"]
    assert title == name[:1].upper() + name[1:]


@pytest.mark.parametrize("tag", ["name: x", "id: T:3", 'def: "x" []', "is_obsolete: false"])
def test_a_tag_that_may_stand_once_refuses_its_term_if_it_is_there_twice(tmp_path, tag):
    itch = term(2, "itch", 'def: "It itches." []', "is_obsolete: false", tag)
    gathered = read(tmp_path, ROOT, TOP, itch)
    assert f"“{tag.partition(':')[0]}” is there twice" in gathered.reasons
    assert gathered.refused[0].key == "T:2"


def test_the_codes_of_case_11_are_read_from_versioned_systems():
    gathered = read_file("obo", CASES / "11-code-systems.obo")
    assert gathered.only["codes"] == [
        {"system": "SNOMED CT", "code": "162397003"},
        {"system": "ICD-9-CM", "code": "784.1"},
        {"system": "ICD-10-CM", "code": "R07.0"},
    ]
    assert "Codes of" not in gathered.notes


def test_the_name_of_case_12_has_no_qualifier():
    found = by_id(read_file("obo", CASES / "12-name-qualifier.obo"))
    assert found["EX:3"]["title"] == "Head symptom"
    assert found["EX:4"]["topics"] == ["Head symptoms"]


def test_systems_that_we_do_not_have_are_told_once_and_wrong_codes_with_their_term(tmp_path):
    itch = term(2, "itch", "xref: NCI2009_04D:C1", "xref: NCI_2010:C2", "xref: ICD10CM:R0.70")
    gathered = read(tmp_path, ROOT, TOP, itch)
    assert gathered.notes.count("Codes of NCI left out, a system that we do not have: 2.") == 1
    wrong = [note for note in gathered.noted if "R0.70" in note.reason]
    assert [(note.line, note.key) for note in wrong] == [(13, "T:2")]
    assert gathered.values[-1]["codes"] == []
