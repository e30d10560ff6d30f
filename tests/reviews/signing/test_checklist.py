"""What a signature is asked: about what changed, about the page, or about why it is read again."""

from itertools import chain

import pytest

from articles.content import kinds
from articles.content.diff import compare, compare_parts, count_parts, find_changed_parts
from articles.content.document import Advice, DocumentReference
from reviews.signing import checklist
from tests.articles.content.test_document import FIXTURES

IMAGE = {
    "sha256": "a" * 64, "media_type": "image/png", "width": 9, "height": 9, "alt": "A face",
    "place": "overview",
}  # fmt: skip


@pytest.fixture(scope="module")
def document():
    text = (FIXTURES / "document-1-symptom.json").read_text()
    document = kinds.parse_document(text)
    body = "<p>A muscle tightens.</p><p>Take 5 mg.</p><p>It passes by itself.</p>"
    return document.model_copy(update={"body": body})


def compare_documents(old, new):
    blocks = kinds.get("symptom").blocks
    return compare_parts(blocks(old), blocks(new))


def ask(old, **changed) -> dict[str, tuple[str, ...]]:
    """By the name of each line that a change is asked, the labels of its parts."""
    new = old.model_copy(update=changed)
    asked = checklist.build_change_checklist(new, compare_documents(old, new))
    assert asked.over == "change"
    return {item.name: item.part_labels for item in asked.items}


def test_one_sentence_is_asked_about_and_nothing_else(document):
    body = document.body.replace("A muscle tightens.", "A muscle pulls.")
    assert ask(document, body=body) == {"text": ("Overview",), "language": ("Overview",)}


def test_a_dose_is_asked_about_by_its_passage_and_so_are_the_cards(document):
    body = document.body.replace("5 mg", "10 mg")
    asked = ask(document, body=body)
    assert asked == dict.fromkeys(("cards_fit", "text", "doses", "language"), ("Overview",))
    moved = "<p>Take 5 mg.</p><p>A muscle tightens.</p><p>It passes by itself.</p>"
    assert "doses" in ask(document, body=moved)
    taken_out = ask(document, body=document.body.replace("<p>Take 5 mg.</p>", ""))
    assert taken_out == dict.fromkeys(("cards_fit", "removed", "doses"), ("Overview",))


@pytest.mark.parametrize(
    ("before", "after"),
    [("Rest for 2 days.", "Rest for 20 days."), ("Wait.", "Wait 3 weeks."), ("Rub 1.", "Rub.")],
)
def test_any_other_number_in_a_text_is_asked_about_as_a_figure(document, before, after):
    old = document.model_copy(update={"body": f"<p>{before}</p>"})
    assert "doses" in ask(old, body=f"<p>{after}</p>")


def test_a_warning_that_was_taken_out_is_asked_about(document):
    body = document.body.replace("<p>It passes by itself.</p>", "")
    assert ask(document, body=body) == {"removed": ("Overview",)}
    assert ask(document, treatment="") == {"removed": ("Treatment",)}


def test_a_changed_card_is_asked_about_with_its_level_and_the_groups_of_people(document):
    card = document.advice.model_copy(update={"html": "<p>Call 911 if your face droops.</p>"})
    asked = ask(document, advice=card)
    assert {"advice", "card_levels", "groups_of_people", "language"} <= asked.keys()
    assert not asked.keys() & {"text", "references", "images", "causes", "cards_fit"}


def test_a_card_that_is_gone_is_asked_about_as_gone(document):
    urgent = Advice(level="urgent", html="<p>Get help today.</p>")
    old = document.model_copy(update={"further_advice": (urgent,)})
    asked = ask(old, further_advice=())
    assert asked["advice_removed"][0] == "Urgent card: removed"
    assert {"card_levels", "groups_of_people"} <= asked.keys()
    all_gone = ask(document, advice=None)
    assert "advice_removed" in all_gone
    assert not all_gone.keys() & {"card_levels", "groups_of_people", "cards_fit"}


def test_causes_names_and_related_symptoms_ask_whether_the_cards_still_fit(document):
    group = document.causes[0]
    fewer = (group.model_copy(update={"causes": group.causes[1:]}), *document.causes[1:])
    asked = ask(document, causes=fewer)
    assert asked["causes"]
    assert set(asked["cards_fit"]) == set(asked["causes"])
    assert "related" in ask(document, related=document.related[1:])
    assert "cards_fit" in ask(document, related=document.related[1:])
    assert {"names", "cards_fit"} <= ask(document, other_names=("Another",)).keys()
    without_cards = document.model_copy(update={"advice": None, "further_advice": ()})
    assert "cards_not_needed" in ask(without_cards, causes=fewer)
    assert "cards_fit" not in ask(without_cards, causes=fewer)


def test_lists_that_changed_are_asked_about_alone(document):
    source = DocumentReference(title="Another", url="https://a.example/")
    added = ask(document, references=(*document.references, source))
    assert added == {"references": ("Reference",)}
    assert ask(document, references=document.references[1:]) == added
    assert ask(document, codes=()) == {"codes": ("Code",)}
    new = document.model_validate(document.model_dump(by_alias=True) | {"figures": [IMAGE]})
    assert ask(document, figures=new.figures) == {"images": ("Image",)}


def test_what_differs_only_as_it_is_stored_is_asked_about_as_that(document):
    old = document.model_copy(update={"body": "<p>Rest at night.</p>"})
    assert ask(old, body="<p >Rest at night.</p>") == {"stored": ("Overview",)}
    dose = document.model_copy(update={"body": "<p>Take 5 mg at night.</p>"})
    asked = ask(dose, body="<p >Take 5 mg at night.</p>")
    assert {"stored", "doses", "cards_fit"} == asked.keys()
    assert ask(old, language="es") == {"stored": ("Language",)}


def test_without_any_change_one_line_says_so(document):
    assert ask(document) == {"unchanged": ()}


def test_a_change_for_a_reason_is_asked_about_the_reason_too(document):
    new = document.model_copy(update={"body": "<p>Other.</p>"})
    parts = compare_documents(document, new)
    asked = checklist.build_change_checklist(new, parts, has_reason=True)
    assert asked.items[-1] == checklist.REASON_FOR_CHANGE


def test_a_page_that_is_read_again_is_asked_about_the_reason_alone(document):
    asked = checklist.build_reread_checklist(document)
    assert [item.name for item in asked.items] == ["reason", "advice", "doses"]
    assert all("reason of this review" in item.statement for item in asked.items[1:])
    bare = document.model_copy(
        update={"advice": None, "body": "<p>Rest.</p>", "treatment": "", "spotlight": ""}
    )
    assert "advice" not in [item.name for item in checklist.build_reread_checklist(bare).items]


def test_every_changed_part_is_asked_about_in_a_line(document):
    """Whatever changes: no part of the diff is signed that no line was asked over."""
    group = document.causes[0]
    changes = [
        {"title": "Other"}, {"headline": "Other?"}, {"summary": "Other."}, {"written_by": "Other"},
        {"body": "<p>Other.</p>"}, {"treatment": ""}, {"tags": ("other",)}, {"language": "es"},
        {"references": ()}, {"codes": ()}, {"related": ()}, {"causes": ()}, {"other_names": ()},
        {"advice": None}, {"phrase": "other"}, {"plural": not document.plural},
        {"spotlight": "<p>Other.</p>"}, {"spotlight_title": "Other"}, {"causes_intro": "<p>O.</p>"},
        {"causes": (group.model_copy(update={"causes": group.causes[::-1]}), *document.causes[1:])},
        {"related": document.related[::-1]}, {"same_for_everyone": True},
        {"advice": document.advice.model_copy(update={"level": "routine"})},
        {"advice": document.advice.model_copy(update={"heading": "Other"})},
        {"further_advice": (Advice(level="routine", html="<p>Wait.</p>"),)},
    ]  # fmt: skip
    for changed in changes:
        new = document.model_copy(update=changed)
        parts = [part for part in compare_documents(document, new) if part.changes]
        assert parts, changed
        asked = checklist.build_change_checklist(new, parts)
        over = {part.key for part in chain.from_iterable(item.parts for item in asked.items)}
        assert over == {part.key for part in parts}, changed
        # One number of parts, wherever parts are counted.
        blocks = kinds.get("symptom").blocks
        cheap = find_changed_parts(blocks(document), blocks(new))
        assert {part.key for part in cheap} == {part.key for part in parts}
        assert len(cheap) == len(parts)
        assert count_parts(compare(blocks(document), blocks(new))) == len(parts)


def test_names_of_lines_never_change():
    """They are keys in the ledger."""
    names = {item.name for item in vars(checklist).values() if hasattr(item, "statement")}
    assert names >= {
        "advice", "card_levels", "groups_of_people", "causes", "doses", "images", "references",
        "language", "advice_removed", "cards_fit", "cards_not_needed", "text", "removed", "related",
        "names", "codes", "stored", "reason", "unchanged",
    }  # fmt: skip
    assert {
        "advice", "card_levels", "groups_of_people", "advice_removed", "cards_fit",
        "cards_not_needed", "doses",
    } == checklist.NEEDS_CONFIRMATION  # fmt: skip


def test_the_reading_time_of_a_change_is_that_of_what_changed(document):
    long_text = document.body + "<p>Word.</p>" * 2000
    old = document.model_copy(update={"body": long_text})
    new = document.model_copy(update={"body": long_text.replace("A muscle", "The muscle")})
    change = checklist.build_change_checklist(new, compare_documents(old, new))
    assert change.reading_seconds <= 3
    assert checklist.build_page_checklist(new).reading_seconds > 600
