"""A symptom with many causes: its form shows and saves some rows at a time."""

import re

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from articles.admin.inline_ordering import reorder_rows
from symptoms.models import Symptom, SymptomCause
from tests import factories
from tests.factories import get_person
from tests.html import get_text, list_cause_positions, list_errors, make_cause_row, read_form

pytestmark = pytest.mark.django_db


@pytest.fixture(scope="module")
def built_symptom(module_db) -> Symptom:
    return factories.make_large_symptom(get_person("ann"), causes=120)


@pytest.fixture
def large_symptom(built_symptom, db) -> Symptom:
    return Symptom.objects.get(pk=built_symptom.pk)


def get_form_path(page, query: str = "") -> str:
    return f"/admin/symptoms/symptom/{page.pk}/change/{query}"


def list_cause_numbers(page) -> list[int]:
    """The causes of a page by the numbers in their names, as they are stored."""
    names = SymptomCause.objects.filter(symptom=page).values_list("cause__name", flat=True)
    return [int(name.split()[1]) for name in names if name.startswith("Condition ")]


def test_a_long_list_shows_fifty_rows_and_says_which(ann_client, large_symptom):
    response = ann_client.get(get_form_path(large_symptom))
    assert list_cause_positions(response) == list(range(1, 51))
    text = get_text(response.text)
    assert "Causes 1–50 of 120." in text
    assert "Next 50 causes" in text
    assert "Previous" not in text
    assert 'href="?symptom_causes-at=51#section-causes"' in response.text
    assert list_cause_positions(
        ann_client.get(get_form_path(large_symptom, "?symptom_causes-at=51"))
    ) == list(range(51, 101))
    last = ann_client.get(get_form_path(large_symptom, "?symptom_causes-at=120"))
    assert list_cause_positions(last) == list(range(101, 121))
    assert "Causes 101–120 of 120." in get_text(last.text)
    assert "<h3>Cause 101<" in last.text


@pytest.mark.parametrize("at", ["0", "-3", "x", "²", "9" * 30, "", "99999"])
def test_a_number_that_the_list_does_not_have_is_no_error(ann_client, large_symptom, at):
    rows = list_cause_positions(
        ann_client.get(get_form_path(large_symptom, f"?symptom_causes-at={at}"))
    )
    assert rows in (list(range(1, 51)), list(range(101, 121)))


def test_a_cause_is_found_by_name_with_the_number_that_it_has(ann_client, large_symptom):
    response = ann_client.get(get_form_path(large_symptom, "?symptom_causes-find=CONDITION+011"))
    assert list_cause_positions(response) == [12, *range(111, 121)]
    assert "with “CONDITION 011”" in get_text(response.text)
    assert "Show all 120" in get_text(response.text)
    none = ann_client.get(get_form_path(large_symptom, "?symptom_causes-find=zebra"))
    assert "No cause in this list has “zebra” in its name." in get_text(none.text)
    assert list_cause_positions(none) == []


def test_saving_writes_the_rows_that_were_shown_and_no_other(ann_client, large_symptom):
    address = get_form_path(large_symptom, "?symptom_causes-at=51")
    values = read_form(ann_client.get(address)) | make_cause_row(3, text="<p>Changed by hand.</p>")
    with CaptureQueriesContext(connection) as queries:
        assert ann_client.post(address, values).status_code == 302
    written = [q["sql"] for q in queries if q["sql"].startswith('UPDATE "symptoms_symptomcause"')]
    assert len(written) == 1
    texts = list(SymptomCause.objects.filter(symptom=large_symptom).values_list("text", flat=True))
    assert texts[53] == "<p>Changed by hand.</p>"
    assert [
        place
        for place, text in enumerate(texts)
        if text == factories.CAUSE_TEXT.format(place, place + 2)
    ] == [
        *range(53),
        *range(54, 120),
    ]
    assert list_cause_numbers(large_symptom) == list(range(120))
    saved = large_symptom.get_latest_revision()
    assert saved.number == 3
    assert sum(len(group.causes) for group in saved.read().causes) == 120


def test_nothing_changed_is_nothing_saved(ann_client, large_symptom):
    address = get_form_path(large_symptom, "?symptom_causes-at=101")
    response = ann_client.post(address, read_form(ann_client.get(address)), follow=True)
    assert "Nothing was changed" in response.text
    assert large_symptom.revisions.count() == 2


def test_who_goes_on_editing_sees_the_same_rows_or_those_asked_for(ann_client, large_symptom):
    address = get_form_path(large_symptom, "?symptom_causes-at=51")
    opened = read_form(ann_client.get(address))
    response = ann_client.post(address, opened | {"_continue": "Save and continue editing"})
    assert response["Location"] == address
    turned = "symptom_causes-at=101#section-causes"
    response = ann_client.post(
        address, opened | make_cause_row(0, text="<p>Typed.</p>") | {"_continue": turned}
    )
    assert response["Location"] == get_form_path(large_symptom, f"?{turned}")
    assert SymptomCause.objects.filter(symptom=large_symptom, text="<p>Typed.</p>").count() == 1
    away = ann_client.post(
        address,
        read_form(ann_client.get(address)) | {"_continue": "https://example.org/?x-at=1#/x"},
    )
    assert away["Location"].startswith(get_form_path(large_symptom))
    assert "//" not in away["Location"]


def test_a_number_moves_a_row_to_any_place_of_the_whole_list(ann_client, large_symptom):
    address = get_form_path(large_symptom, "?symptom_causes-at=51")
    values = read_form(ann_client.get(address))
    ann_client.post(address, values | make_cause_row(9, position="3"))
    assert list_cause_numbers(large_symptom) == [0, 1, 59, *range(2, 59), *range(60, 120)]
    ann_client.post(
        address,
        read_form(ann_client.get(address))
        | make_cause_row(0, position="5000")
        | make_cause_row(1, position="0"),
    )
    assert list_cause_numbers(large_symptom)[0] == 50
    assert list_cause_numbers(large_symptom)[-1] == 49


def test_rows_that_change_places_leave_all_others_as_they_are_stored(ann_client, large_symptom):
    """As the script numbers a page of rows after one was moved up by two."""
    address = get_form_path(large_symptom, "?symptom_causes-at=51")
    values = (
        read_form(ann_client.get(address))
        | make_cause_row(2, position="51")
        | make_cause_row(0, position="52")
        | make_cause_row(1, position="53")
    )
    before = dict(SymptomCause.objects.filter(symptom=large_symptom).values_list("pk", "position"))
    ann_client.post(address, values)
    after = dict(SymptomCause.objects.filter(symptom=large_symptom).values_list("pk", "position"))
    assert list_cause_numbers(large_symptom) == [*range(50), 52, 50, 51, *range(53, 120)]
    assert sum(after[pk] != place for pk, place in before.items()) == 3


def test_equal_and_missing_numbers_of_an_import_are_put_right_by_the_first_move(
    ann_client, large_symptom
):
    SymptomCause.objects.filter(symptom=large_symptom).update(position=0)
    address = get_form_path(large_symptom, "?symptom_causes-at=101")
    assert list_cause_positions(ann_client.get(address)) == list(range(101, 121))
    ann_client.post(
        address,
        read_form(ann_client.get(address))
        | make_cause_row(0, position="102")
        | make_cause_row(1, position="101"),
    )
    assert list_cause_numbers(large_symptom) == [*range(100), 101, 100, *range(102, 120)]


def test_a_new_row_goes_to_the_end_of_the_whole_list_or_where_its_number_says(
    ann_client, large_symptom, ann
):
    coffee, tea = (
        factories.make_cause(ann, name=name, slug=name.lower()) for name in ("Coffee", "Tea")
    )
    new = (
        {"symptom_causes-TOTAL_FORMS": 52}
        | make_cause_row(50, cause=coffee.pk)
        | make_cause_row(51, cause=tea.pk, position="60")
    )
    address = get_form_path(large_symptom, "?symptom_causes-at=51")
    assert ann_client.post(address, read_form(ann_client.get(address)) | new).status_code == 302
    names = [
        cause.cause.name
        for cause in SymptomCause.objects.filter(symptom=large_symptom).select_related("cause")
    ]
    assert (names[59], names[121]) == ("Tea", "Coffee")
    assert list_cause_numbers(large_symptom) == list(range(120))
    positions = list(
        SymptomCause.objects.filter(symptom=large_symptom).values_list("position", flat=True)
    )
    assert positions == sorted(set(positions))


def test_a_deleted_row_is_gone_and_the_others_stay(ann_client, large_symptom):
    address = get_form_path(large_symptom, "?symptom_causes-at=51")
    values = (
        read_form(ann_client.get(address))
        | make_cause_row(0, DELETE="on")
        | make_cause_row(2, position="52")
        | make_cause_row(1, position="53")
    )
    assert ann_client.post(address, values).status_code == 302
    assert list_cause_numbers(large_symptom) == [*range(50), 52, 51, *range(53, 120)]


def test_a_cause_that_stands_on_another_page_is_refused_and_told_where(ann_client, large_symptom):
    cause = SymptomCause.objects.filter(symptom=large_symptom)[110].cause
    typed = {"symptom_causes-TOTAL_FORMS": 51} | make_cause_row(
        50, cause=cause.pk, text="<p>Kept.</p>"
    )
    response = ann_client.post(
        get_form_path(large_symptom),
        read_form(ann_client.get(get_form_path(large_symptom))) | typed,
    )
    assert list_errors(response) == [
        f"Cause 51: Cause: “{cause.name}” is in this list already, as number 111. "
        "Change that one, or remove this one. "
        "It is not among the rows shown here: search for it in the list once this is saved."
    ]
    assert "&lt;p&gt;Kept.&lt;/p&gt;" in response.text
    assert SymptomCause.objects.filter(symptom=large_symptom).count() == 120


def test_the_same_cause_twice_among_new_rows_is_refused(ann_client, large_symptom, ann):
    coffee = factories.make_cause(ann, name="Coffee", slug="coffee")
    typed = (
        {"symptom_causes-TOTAL_FORMS": 52}
        | make_cause_row(50, cause=coffee.pk)
        | make_cause_row(51, cause=coffee.pk)
    )
    response = ann_client.post(
        get_form_path(large_symptom),
        read_form(ann_client.get(get_form_path(large_symptom))) | typed,
    )
    text = "“Coffee” is listed twice in these rows. Remove one of them."
    assert list_errors(response) == [f"Cause 52: Cause: {text}"]


def test_a_form_that_comes_back_shows_the_same_rows(ann_client, large_symptom):
    address = get_form_path(large_symptom, "?symptom_causes-at=51")
    response = ann_client.post(
        address, read_form(ann_client.get(address)) | make_cause_row(4, group="x" * 130)
    )
    assert [line.partition(": Ensure")[0] for line in list_errors(response)] == ["Cause 55: Group"]
    assert list_cause_positions(response) == list(range(51, 101))
    assert "Causes 51–100 of 120." in get_text(response.text)
    assert (
        ann_client.post(address, read_form(response) | make_cause_row(4, group="Short")).status_code
        == 302
    )
    assert SymptomCause.objects.get(symptom=large_symptom, group="Short").position == 54


def test_the_preview_is_of_the_whole_page(ann_client, large_symptom):
    address = get_form_path(large_symptom, "?symptom_causes-at=51")
    values = read_form(ann_client.get(address)) | make_cause_row(
        0, text="<p>Typed on page two.</p>", position="1"
    )
    values |= make_cause_row(1, DELETE="on")
    found = ann_client.post(get_form_path(large_symptom).replace("change", "draft"), values).json()
    text = get_text(found["html"]).partition("What causes weakness?")[2]
    assert "Typed on page two." in text
    assert text.index("Condition 0050") < text.index("Condition 0000")
    assert all(f"Condition {number:04}" in text for number in range(120) if number != 51)
    assert "Condition 0051" not in text


def test_two_editors_on_two_pages_of_rows_lose_nothing(client, large_symptom, ann, morgan):
    hers, his = get_form_path(large_symptom), get_form_path(large_symptom, "?symptom_causes-at=101")
    client.force_login(ann)
    opened_by_ann = read_form(client.get(his))
    client.force_login(morgan)
    coffee = factories.make_cause(morgan, name="Coffee", slug="coffee")
    added = {"symptom_causes-TOTAL_FORMS": 51} | make_cause_row(50, cause=coffee.pk, position="1")
    assert (
        client.post(
            hers, read_form(client.get(hers)) | added | make_cause_row(0, text="<p>Morgan.</p>")
        ).status_code
        == 302
    )
    client.force_login(ann)
    typed = (
        opened_by_ann
        | make_cause_row(1, position="101")
        | make_cause_row(0, position="102")
        | make_cause_row(5, text="<p>Ann.</p>")
    )
    response = client.post(his, typed)
    assert "Morgan Mill saved this page after you opened it" in response.text
    assert "Coffee" in response.text
    assert client.post(his, read_form(response)).status_code == 302
    assert list_cause_numbers(large_symptom) == [*range(100), 101, 100, *range(102, 120)]
    texts = SymptomCause.objects.filter(
        symptom=large_symptom, text__in=["<p>Morgan.</p>", "<p>Ann.</p>"]
    )
    assert texts.count() == 2
    assert SymptomCause.objects.filter(symptom=large_symptom).count() == 121


def test_a_row_deleted_meanwhile_keeps_what_was_typed_into_it(client, large_symptom, ann, morgan):
    address = get_form_path(large_symptom, "?symptom_causes-at=51")
    client.force_login(ann)
    opened = read_form(client.get(address))
    client.force_login(morgan)
    client.post(address, read_form(client.get(address)) | make_cause_row(0, DELETE="on"))
    client.force_login(ann)
    response = client.post(address, opened | make_cause_row(0, text="<p>Typed into it.</p>"))
    assert client.post(address, read_form(response)).status_code == 302
    kept = SymptomCause.objects.get(symptom=large_symptom, text="<p>Typed into it.</p>")
    assert "0050" in kept.cause.name
    assert sorted(list_cause_numbers(large_symptom)) == list(range(120))


def test_a_number_means_the_place_that_it_had_when_the_form_was_opened():
    rows = ["new", "a", "b", "c", "d"]
    assert reorder_rows(rows, [(1, "b"), (2, "a")], {1: 2, 2: 3, 3: 4}) == [
        "new",
        "b",
        "a",
        "c",
        "d",
    ]
    assert reorder_rows(["a", "b", "c"], [(2, "x"), (2, "y")], {}) == ["a", "x", "y", "b", "c"]
    assert reorder_rows([], [(7, "x")], {}) == ["x"]
    assert reorder_rows(["a", "b"], [(0, "b")], {1: 1, 2: 2}) == ["b", "a"]


def test_rows_of_every_sort_are_paged(ann_client, large_symptom, ann):
    large_symptom.other_names.model.objects.bulk_create(
        large_symptom.other_names.model(
            symptom=large_symptom, name=f"Name {n}", folded=f"name {n}", position=n
        )
        for n in range(60)
    )
    large_symptom.codes.model.objects.bulk_create(
        large_symptom.codes.model(symptom=large_symptom, system="MeSH", code=f"D{n:03}")
        for n in range(60)
    )
    address = get_form_path(
        large_symptom, "?codes-at=51&other_names-at=51&symptom_causes-find=condition"
    )
    response = ann_client.get(address)
    text = get_text(response.text)
    assert "Codes 51–60 of 60." in text
    assert "Other names 51–60 of 60." in text
    values = read_form(response)
    assert values["codes-0-code"] == ["D050"]
    assert (
        'name="codes-at" value="51"' in response.text
    )  # looking for a cause leaves the codes where they are
    assert ann_client.post(address, values | {"codes-0-display": "Weakness"}).status_code == 302
    assert large_symptom.codes.count() == 60


def test_another_name_that_stands_already_is_refused_in_words(ann_client, ann):
    page = factories.make_symptom(ann)
    page.other_names.create(name="Twitching")
    typed = {"other_names-TOTAL_FORMS": 2, "other_names-1-name": "TWITCHING"}
    response = ann_client.post(
        get_form_path(page), read_form(ann_client.get(get_form_path(page))) | typed
    )
    assert list_errors(response)[0].startswith(
        "Other name 2: “TWITCHING” is in this list already, as number 1."
    )


def test_a_long_comparison_says_how_much_there_is_and_shows_all_of_it(
    ann_client, large_symptom, ann
):
    factories.rewrite_causes(large_symptom, ann)
    address = get_form_path(large_symptom).replace("change/", "compare/?old=2&new=3")
    first, second, third = (ann_client.get(f"{address}&page={number}") for number in (1, 2, 3))
    text = [get_text(page.text) for page in (first, second, third)]
    assert "Changes 1–100 of" in text[0]
    shown = sum(page.text.count('<section class="change') for page in (first, second, third))
    assert shown > 200
    parts = int(re.search(r"(\d+) parts changed between the two", text[0])[1])
    assert 100 < parts <= shown  # a cause is one part: what it says, and what it is
    history = ann_client.get(get_form_path(large_symptom).replace("change/", "revisions/"))
    assert f"And {shown - 20} more. Compare the two revisions to see all." in get_text(history.text)
    assert "compare/?old=2&amp;new=3" in history.text
