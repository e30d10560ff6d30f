"""The frozen document: one byte string, in whatever order it was built, for every later build."""

import hashlib
import json
from pathlib import Path

import pytest
import rfc8785
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from articles.content import kinds
from articles.content.document import (
    AboutDocument,
    Advice,
    ArticleDocument,
    Document,
    DocumentReference,
    canonicalize,
    canonicalize_together,
    digest,
)
from articles.content.emergency_document import EmergencyDocument
from symptoms.content.document import CauseGroup, DocumentCause, SymptomDocument

FIXTURES = Path(__file__).parents[2] / "fixtures"
DIGESTS = {
    "document-1-about.json": "22ab96e59abef53fc1664a743c29c1e13d680ac6cfb084afc0dd255984dfd790",
    "document-1-article.json": "d21fdd141704081746434fd6332043332f2365394e2627992c5543e4b06c081a",
    "document-1-emergency.json": "4891d33b5d039895f7e0996cc8c8419bd5bfa0a901944708142d64abb63a8f5b",
    "document-1-symptom.json": "9d859809c7e1d255ae4e90e009c40f4a56f2a797780cba4c6e7f78c94e21dca2",
    "document-1-symptom-cards.json": (
        "09fb8456395235fe58076afd518004fa48f93f5b4f05460f11efde02af5e5f33"
    ),
}
text_values = st.text(st.characters(exclude_categories=["Cs"]), max_size=30)
values = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53) + 1, 2**53 - 1) | text_values,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(text_values, inner, max_size=4),
    max_leaves=20,
)
documents = st.builds(
    ArticleDocument,
    uuid=st.uuids(),
    language=st.sampled_from(["en", "de"]),
    title=text_values,
    headline=text_values,
    summary=text_values,
    written_by=text_values,
    advice=st.none()
    | st.builds(
        Advice, level=st.sampled_from(["emergency", "urgent", "routine"]), html=text_values
    ),
    body=text_values,
    references=st.lists(
        st.builds(
            DocumentReference,
            title=text_values,
            publisher=text_values,
            url=text_values,
            year=st.none() | st.integers(1500, 2200),
        ),
        max_size=3,
    ).map(tuple),
    tags=st.lists(text_values, max_size=3).map(tuple),
)


def shuffle_keys(value):
    """The same value with the keys of each object the other way round."""
    if isinstance(value, dict):
        return {key: shuffle_keys(value[key]) for key in reversed(value)}
    return [shuffle_keys(item) for item in value] if isinstance(value, list) else value


@given(st.dictionaries(text_values, values))
def test_the_order_of_keys_does_not_matter(value):
    assert canonicalize(shuffle_keys(value)) == canonicalize(value)


@given(st.dictionaries(text_values, values))
def test_the_fast_way_writes_the_bytes_of_rfc_8785(value):
    assert canonicalize(value) == rfc8785.dumps(value)


@given(documents)
def test_a_document_read_and_written_again_is_the_same_bytes(document):
    text = canonicalize(document)
    assert canonicalize(kinds.parse_document(text.decode())) == text
    assert kinds.parse_document(text.decode()) == document


@given(documents)
def test_outsiders_get_the_same_bytes_from_plain_json(document):
    text = canonicalize(document)
    plain = json.dumps(json.loads(text), sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    keys = "".join(json.loads(text))
    if all(ord(character) < 0x10000 for character in keys):
        assert plain.encode() == text


def test_a_digest_is_sha_256_in_64_digits():
    assert digest(b"x") == hashlib.sha256(b"x").hexdigest()
    assert len(digest(b"")) == 64


def test_a_lone_surrogate_has_no_bytes():
    with pytest.raises(rfc8785.CanonicalizationError):
        canonicalize({"title": "\ud800"})


@pytest.mark.parametrize("name", DIGESTS)
def test_documents_of_every_schema_still_read(name):
    stored = (FIXTURES / name).read_bytes().rstrip(b"\n")
    assert digest(stored) == DIGESTS[name]
    document = kinds.parse_document(stored.decode())
    assert document.kind in name
    assert canonicalize(document) == stored


@pytest.mark.parametrize(
    "model", [AboutDocument, ArticleDocument, EmergencyDocument, SymptomDocument]
)
def test_every_field_of_a_document_is_in_its_fixture(model):
    """A new field needs a default, so that older text still reads, or the next schema number."""
    kind = model.model_fields["kind"].default
    stored = json.loads((FIXTURES / f"document-1-{kind}.json").read_text())
    added = {field.alias or name for name, field in model.model_fields.items()} - stored.keys()
    assert all(not model.model_fields[name].is_required() for name in added)


@pytest.mark.parametrize(
    "text",
    [
        "[]",
        "null",
        "{}",
        '{"schema": 1, "kind": "poem"}',
        '{"schema": 99, "kind": "article"}',
        '{"kind": "article"}',
    ],
)
def test_what_this_build_does_not_know_it_refuses_to_read(text):
    with pytest.raises(kinds.UnknownDocument):
        kinds.parse_document(text)


def test_a_document_refuses_unknown_fields_and_changes():
    stored = json.loads((FIXTURES / "document-1-article.json").read_text())
    with pytest.raises(ValidationError):
        kinds.parse_document(json.dumps(stored | {"smuggled": "in"}))
    with pytest.raises(ValidationError):
        kinds.parse_document(json.dumps(stored)).title = "Another"


def read_cards() -> dict:
    return json.loads((FIXTURES / "document-1-symptom-cards.json").read_text())


def test_cards_come_gravest_first_each_with_its_heading_or_the_label_of_its_level():
    document = kinds.parse_document(json.dumps(read_cards()))
    assert [(card.level, card.label) for card in document.care_cards] == [
        ("emergency", "Call 911 now"),
        ("urgent", "Get help today"),
        ("routine", "When to see a clinician"),
    ]
    assert list(document.get_rich_texts())[:3] == [
        "Emergency card",
        "Urgent card",
        "Non-urgent card",
    ]
    assert document.get_line_texts()["Headings of care cards"] == (
        "Call 911 now",
        "Get help today",
        "",
    )


def test_a_single_card_keeps_its_label_and_a_page_without_cards_has_none():
    stored = read_cards()
    single = kinds.parse_document(json.dumps(stored | {"further_advice": []}))
    assert next(iter(single.get_rich_texts())) == "When to get help"
    none = kinds.parse_document(json.dumps(stored | {"further_advice": [], "advice": None}))
    assert none.care_cards == ()
    assert next(iter(none.get_rich_texts())) == "Overview"


@pytest.mark.parametrize(
    "levels",
    [
        ("urgent", "emergency"),
        ("emergency", "routine", "urgent"),
        ("urgent", "urgent"),
        ("", "urgent"),
        ("emergency", "urgent", "routine", "routine"),
    ],
)
def test_cards_of_one_level_or_in_another_order_are_no_document(levels):
    gravest, *further = [
        {"level": level, "html": "<p>Go.</p>"} if level else None for level in levels
    ]
    with pytest.raises(ValidationError, match="the gravest comes first"):
        kinds.parse_document(
            json.dumps(read_cards() | {"advice": gravest, "further_advice": further})
        )


def test_what_says_nothing_is_not_written():
    empty = {"further_advice": [], "same_for_everyone": False, "shows_crisis_line": False}
    document = kinds.parse_document(json.dumps(read_cards() | empty))
    assert not empty.keys() & json.loads(canonicalize(document)).keys()
    card = Advice(level="urgent", html="<p>Go.</p>", heading="")
    assert canonicalize(card) == b'{"html":"<p>Go.</p>","level":"urgent"}'


@pytest.mark.parametrize("kind", kinds.get_all(), ids=lambda kind: kind.name)
def test_every_kind_of_page_is_a_document(kind):
    assert issubclass(kind.document, Document)
    assert kinds.get_for_model(kind.model) is kinds.get(kind.name) is kind


@given(documents)
def test_the_quick_canonical_bytes_of_a_document_are_those_of_rfc_8785(document):
    assert canonicalize(document) == rfc8785.dumps(document.model_dump(mode="json", by_alias=True))


causes = st.lists(
    st.builds(
        DocumentCause,
        uuid=st.uuids(),
        slug=text_values,
        name=text_values,
        frequency=st.sampled_from(["", "rare"]),
        html=text_values,
        catch_all=st.booleans(),
    ),
    min_size=1,
    max_size=4,
)


@given(documents, causes, st.lists(st.tuples(text_values, st.sets(st.integers(0, 3))), max_size=3))
def test_documents_that_share_causes_have_the_same_bytes_together_as_each_has_alone(
    article, shared, groups
):
    common = article.model_dump() | {"kind": "symptom", "phrase": "aches"}
    fields = {name: common[name] for name in SymptomDocument.model_fields.keys() & common.keys()}
    chosen = []
    for heading, places in groups:
        causes = tuple(shared[place] for place in places if place < len(shared))
        chosen.append(CauseGroup(heading=heading, causes=causes))
    symptoms = [
        SymptomDocument(**fields, causes=causes)
        for causes in (tuple(chosen), tuple(reversed(chosen)), ())
    ]
    together = canonicalize_together([article, *symptoms])
    assert together == [canonicalize(document) for document in (article, *symptoms)]
    assert together[1] == rfc8785.dumps(symptoms[0].model_dump(mode="json", by_alias=True))
