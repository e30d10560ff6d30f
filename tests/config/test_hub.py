"""A symptom with thousands of causes: its form shows some rows at a time, saves those, and leaves the others alone."""

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext

from articles.actions import record_revision
from articles.models import Article
from articles.row_order import placed
from reviews.actions import request_review, withdraw_page
from symptoms import causes
from symptoms.models import CauseAddress, PublishedCause, SymptomCause
from tests import hubs, stories
from tests.forms import filled
from tests.html import text

pytestmark = pytest.mark.django_db
MEGABYTE = 1_000_000


@pytest.fixture
def at_work(client, ann):
    client.force_login(ann)
    return client


@pytest.fixture
def hub(ann):
    return hubs.write_hub(ann, causes=120)


def form_of(page, query: str = "") -> str:
    return f"/admin/symptoms/symptom/{page.pk}/change/{query}"


def order(page) -> list[int]:
    """The causes of a page by the numbers in their names, as they are stored."""
    names = SymptomCause.objects.filter(symptom=page).values_list("cause__name", flat=True)
    return [int(name.split()[1]) for name in names if name.startswith("Condition ")]


def shown(response) -> list[int]:
    """The numbers that the rows of causes have on a form."""
    values = filled(response)
    count = int(values["symptom_causes-TOTAL_FORMS"][0])
    return [int(values[f"symptom_causes-{row}-position"][0]) for row in range(count)]


def mistakes(response) -> list[str]:
    return [f"{found.where}: {found.message}" for found in response.context["mistakes"]]


def row(number: int, **fields) -> dict:
    return {f"symptom_causes-{number}-{name}": value for name, value in fields.items()}


def test_a_long_list_shows_fifty_rows_and_says_which(at_work, hub):
    response = at_work.get(form_of(hub))
    assert shown(response) == list(range(1, 51))
    said = text(response.text)
    assert "Causes 1–50 of 120." in said
    assert "Next 50 causes" in said
    assert "Previous" not in said
    assert 'href="?symptom_causes-at=51#section-causes"' in response.text
    assert shown(at_work.get(form_of(hub, "?symptom_causes-at=51"))) == list(range(51, 101))
    last = at_work.get(form_of(hub, "?symptom_causes-at=120"))
    assert shown(last) == list(range(101, 121))
    assert "Causes 101–120 of 120." in text(last.text)
    assert 'id="symptom_causes-0-name">Cause 101<' in last.text


def test_a_short_list_shows_everything_and_speaks_of_no_pages(at_work, ann):
    page = hubs.write_hub(ann, causes=50)
    response = at_work.get(form_of(page, "?symptom_causes-at=20&symptom_causes-find=zzz"))
    assert shown(response) == list(range(1, 51))
    assert "row-pages" not in response.text


@pytest.mark.parametrize("at", ["0", "-3", "x", "²", "9" * 30, "", "99999"])
def test_a_number_that_the_list_does_not_have_is_no_error(at_work, hub, at):
    rows = shown(at_work.get(form_of(hub, f"?symptom_causes-at={at}")))
    assert rows in (list(range(1, 51)), list(range(101, 121)))


def test_a_cause_is_found_by_name_with_the_number_that_it_has(at_work, hub):
    response = at_work.get(form_of(hub, "?symptom_causes-find=CONDITION+011"))
    assert shown(response) == [12, *range(111, 121)]
    assert "with “CONDITION 011”" in text(response.text)
    assert "Show all 120" in text(response.text)
    none = at_work.get(form_of(hub, "?symptom_causes-find=zebra"))
    assert "No cause in this list has “zebra” in its name." in text(none.text)
    assert shown(none) == []


def test_saving_writes_the_rows_that_were_shown_and_no_other(at_work, hub):
    address = form_of(hub, "?symptom_causes-at=51")
    values = filled(at_work.get(address)) | row(3, text="<p>Changed by hand.</p>")
    with CaptureQueriesContext(connection) as queries:
        assert at_work.post(address, values).status_code == 302
    written = [q["sql"] for q in queries if q["sql"].startswith('UPDATE "symptoms_symptomcause"')]
    assert len(written) == 1
    texts = list(SymptomCause.objects.filter(symptom=hub).values_list("text", flat=True))
    assert texts[53] == "<p>Changed by hand.</p>"
    assert [place for place, said in enumerate(texts) if said == hubs.SAID.format(place, place + 2)] == [
        *range(53),
        *range(54, 120),
    ]
    assert order(hub) == list(range(120))
    saved = hub.latest_revision()
    assert saved.number == 3
    assert sum(len(group.causes) for group in saved.read().causes) == 120


def test_nothing_changed_is_nothing_saved(at_work, hub):
    address = form_of(hub, "?symptom_causes-at=101")
    response = at_work.post(address, filled(at_work.get(address)), follow=True)
    assert "Nothing was changed" in response.text
    assert hub.revisions.count() == 2


def test_who_goes_on_editing_sees_the_same_rows_or_those_asked_for(at_work, hub):
    address = form_of(hub, "?symptom_causes-at=51")
    opened = filled(at_work.get(address))
    response = at_work.post(address, opened | {"_continue": "Save and continue editing"})
    assert response["Location"] == address
    turned = "symptom_causes-at=101#section-causes"
    response = at_work.post(address, opened | row(0, text="<p>Typed.</p>") | {"_continue": turned})
    assert response["Location"] == form_of(hub, f"?{turned}")
    assert SymptomCause.objects.filter(symptom=hub, text="<p>Typed.</p>").count() == 1
    away = at_work.post(address, filled(at_work.get(address)) | {"_continue": "https://example.org/?x-at=1#/x"})
    assert away["Location"].startswith(form_of(hub))
    assert "//" not in away["Location"]


def test_a_number_moves_a_row_to_any_place_of_the_whole_list(at_work, hub):
    address = form_of(hub, "?symptom_causes-at=51")
    values = filled(at_work.get(address))
    at_work.post(address, values | row(9, position="3"))
    assert order(hub) == [0, 1, 59, *range(2, 59), *range(60, 120)]
    at_work.post(address, filled(at_work.get(address)) | row(0, position="5000") | row(1, position="0"))
    assert order(hub)[0] == 50
    assert order(hub)[-1] == 49


def test_rows_that_change_places_leave_all_others_as_they_are_stored(at_work, hub):
    """As the script numbers a page of rows after one was moved up by two."""
    address = form_of(hub, "?symptom_causes-at=51")
    values = filled(at_work.get(address)) | row(2, position="51") | row(0, position="52") | row(1, position="53")
    before = dict(SymptomCause.objects.filter(symptom=hub).values_list("pk", "position"))
    at_work.post(address, values)
    after = dict(SymptomCause.objects.filter(symptom=hub).values_list("pk", "position"))
    assert order(hub) == [*range(50), 52, 50, 51, *range(53, 120)]
    assert sum(after[pk] != place for pk, place in before.items()) == 3


def test_equal_and_missing_numbers_of_an_import_are_put_right_by_the_first_move(at_work, hub):
    SymptomCause.objects.filter(symptom=hub).update(position=0)
    address = form_of(hub, "?symptom_causes-at=101")
    assert shown(at_work.get(address)) == list(range(101, 121))
    at_work.post(address, filled(at_work.get(address)) | row(0, position="102") | row(1, position="101"))
    assert order(hub) == [*range(100), 101, 100, *range(102, 120)]


def test_a_new_row_goes_to_the_end_of_the_whole_list_or_where_its_number_says(at_work, hub, ann):
    coffee, tea = (stories.write_cause(ann, name=name, slug=name.lower()) for name in ("Coffee", "Tea"))
    new = {"symptom_causes-TOTAL_FORMS": 52} | row(50, cause=coffee.pk) | row(51, cause=tea.pk, position="60")
    address = form_of(hub, "?symptom_causes-at=51")
    assert at_work.post(address, filled(at_work.get(address)) | new).status_code == 302
    names = [cause.cause.name for cause in SymptomCause.objects.filter(symptom=hub).select_related("cause")]
    assert (names[59], names[121]) == ("Tea", "Coffee")
    assert order(hub) == list(range(120))
    positions = list(SymptomCause.objects.filter(symptom=hub).values_list("position", flat=True))
    assert positions == sorted(set(positions))


def test_a_deleted_row_is_gone_and_the_others_stay(at_work, hub):
    address = form_of(hub, "?symptom_causes-at=51")
    values = filled(at_work.get(address)) | row(0, DELETE="on") | row(2, position="52") | row(1, position="53")
    assert at_work.post(address, values).status_code == 302
    assert order(hub) == [*range(50), 52, 51, *range(53, 120)]


def test_a_cause_that_stands_on_another_page_is_refused_and_told_where(at_work, hub):
    cause = SymptomCause.objects.filter(symptom=hub)[110].cause
    typed = {"symptom_causes-TOTAL_FORMS": 51} | row(50, cause=cause.pk, text="<p>Kept.</p>")
    response = at_work.post(form_of(hub), filled(at_work.get(form_of(hub))) | typed)
    assert mistakes(response) == [
        f"Cause 51: Cause: “{cause.name}” is in this list already, as number 111. Change that one, or leave this one "
        "out. It is not among the rows shown here: look for it in the list once this is saved."
    ]
    assert "&lt;p&gt;Kept.&lt;/p&gt;" in response.text
    assert SymptomCause.objects.filter(symptom=hub).count() == 120


def test_the_same_cause_twice_among_new_rows_is_refused(at_work, hub, ann):
    coffee = stories.write_cause(ann, name="Coffee", slug="coffee")
    typed = {"symptom_causes-TOTAL_FORMS": 52} | row(50, cause=coffee.pk) | row(51, cause=coffee.pk)
    response = at_work.post(form_of(hub), filled(at_work.get(form_of(hub))) | typed)
    said = "“Coffee” stands twice among these rows. Leave one of them out."
    assert mistakes(response) == [f"Cause 52: Cause: {said}"]


def test_a_form_that_comes_back_shows_the_same_rows(at_work, hub):
    address = form_of(hub, "?symptom_causes-at=51")
    response = at_work.post(address, filled(at_work.get(address)) | row(4, group="x" * 130))
    assert [line.partition(": Ensure")[0] for line in mistakes(response)] == ["Cause 55: Group"]
    assert shown(response) == list(range(51, 101))
    assert "Causes 51–100 of 120." in text(response.text)
    assert at_work.post(address, filled(response) | row(4, group="Short")).status_code == 302
    assert SymptomCause.objects.get(symptom=hub, group="Short").position == 54


def test_the_preview_is_of_the_whole_page(at_work, hub):
    address = form_of(hub, "?symptom_causes-at=51")
    values = filled(at_work.get(address)) | row(0, text="<p>Typed on page two.</p>", position="1")
    values |= row(1, DELETE="on")
    found = at_work.post(form_of(hub).replace("change", "draft"), values).json()
    said = text(found["html"]).partition("What causes weakness?")[2]
    assert "Typed on page two." in said
    assert said.index("Condition 0050") < said.index("Condition 0000")
    assert all(f"Condition {number:04}" in said for number in range(120) if number != 51)
    assert "Condition 0051" not in said


def test_two_editors_on_two_pages_of_rows_lose_nothing(client, hub, ann, morgan):
    hers, his = form_of(hub), form_of(hub, "?symptom_causes-at=101")
    client.force_login(ann)
    opened_by_ann = filled(client.get(his))
    client.force_login(morgan)
    coffee = stories.write_cause(morgan, name="Coffee", slug="coffee")
    added = {"symptom_causes-TOTAL_FORMS": 51} | row(50, cause=coffee.pk, position="1")
    assert client.post(hers, filled(client.get(hers)) | added | row(0, text="<p>Morgan.</p>")).status_code == 302
    client.force_login(ann)
    typed = opened_by_ann | row(1, position="101") | row(0, position="102") | row(5, text="<p>Ann.</p>")
    response = client.post(his, typed)
    assert "Morgan Mill saved this page after you opened it" in response.text
    assert "Coffee" in response.text
    assert client.post(his, filled(response)).status_code == 302
    assert order(hub) == [*range(100), 101, 100, *range(102, 120)]
    texts = SymptomCause.objects.filter(symptom=hub, text__in=["<p>Morgan.</p>", "<p>Ann.</p>"])
    assert texts.count() == 2
    assert SymptomCause.objects.filter(symptom=hub).count() == 121


def test_a_row_deleted_meanwhile_keeps_what_was_typed_into_it(client, hub, ann, morgan):
    address = form_of(hub, "?symptom_causes-at=51")
    client.force_login(ann)
    opened = filled(client.get(address))
    client.force_login(morgan)
    client.post(address, filled(client.get(address)) | row(0, DELETE="on"))
    client.force_login(ann)
    response = client.post(address, opened | row(0, text="<p>Typed into it.</p>"))
    assert client.post(address, filled(response)).status_code == 302
    kept = SymptomCause.objects.get(symptom=hub, text="<p>Typed into it.</p>")
    assert "0050" in kept.cause.name
    assert sorted(order(hub)) == list(range(120))


def test_a_number_means_the_place_that_it_had_when_the_form_was_opened():
    rows = ["new", "a", "b", "c", "d"]
    assert placed(rows, [(1, "b"), (2, "a")], {1: 2, 2: 3, 3: 4}) == ["new", "b", "a", "c", "d"]
    assert placed(["a", "b", "c"], [(2, "x"), (2, "y")], {}) == ["a", "x", "y", "b", "c"]
    assert placed([], [(7, "x")], {}) == ["x"]
    assert placed(["a", "b"], [(0, "b")], {1: 1, 2: 2}) == ["b", "a"]


def test_rows_of_every_sort_are_paged(at_work, hub, ann):
    hub.other_names.model.objects.bulk_create(
        hub.other_names.model(symptom=hub, name=f"Name {n}", folded=f"name {n}", position=n) for n in range(60)
    )
    hub.codes.model.objects.bulk_create(hub.codes.model(symptom=hub, system="MeSH", code=f"D{n:03}") for n in range(60))
    address = form_of(hub, "?codes-at=51&other_names-at=51&symptom_causes-find=condition")
    response = at_work.get(address)
    said = text(response.text)
    assert "Codes 51–60 of 60." in said
    assert "Other names 51–60 of 60." in said
    values = filled(response)
    assert values["codes-0-code"] == ["D050"]
    assert 'name="codes-at" value="51"' in response.text  # looking for a cause leaves the codes where they are
    assert at_work.post(address, values | {"codes-0-display": "Weakness"}).status_code == 302
    assert hub.codes.count() == 60


def test_another_name_that_stands_already_is_refused_in_words(at_work, ann):
    page = stories.write_symptom(ann)
    page.other_names.create(name="Twitching")
    typed = {"other_names-TOTAL_FORMS": 2, "other_names-1-name": "TWITCHING"}
    response = at_work.post(form_of(page), filled(at_work.get(form_of(page))) | typed)
    assert mistakes(response)[0].startswith("Other name 2: “TWITCHING” is in this list already, as number 1.")


@pytest.mark.parametrize("query", ["", "?symptom_causes-at=51", "?symptom_causes-find=0"])
def test_the_form_costs_the_same_queries_however_many_rows(at_work, ann, query):
    def cost(causes: int) -> int:
        page = hubs.write_hub(ann, causes=causes, title=f"Page {causes}")
        at_work.get(form_of(page, query))
        with CaptureQueriesContext(connection) as queries:
            assert at_work.get(form_of(page, query)).status_code == 200
        return len(queries)

    assert cost(1) == cost(3) == cost(120)


def test_saving_one_word_costs_the_same_queries_however_many_rows(at_work, ann):
    def cost(causes: int) -> int:
        page = hubs.write_hub(ann, causes=causes, title=f"Page {causes}")
        values = filled(at_work.get(form_of(page))) | row(0, text="<p>One word.</p>")
        with CaptureQueriesContext(connection) as queries:
            assert at_work.post(form_of(page), values).status_code == 302
        return len(queries)

    assert cost(1) == cost(3) == cost(120)


def test_a_page_of_two_thousand_causes_is_signed_withdrawn_and_its_causes_go_to_whoever_named_them_before(
    ann, ravi, morgan
):
    hub = hubs.write_hub(ann, causes=1_200)
    twin = stories.write_symptom(ann, slug="tiredness", title="Tiredness")
    rows = SymptomCause.objects.filter(symptom=hub)
    SymptomCause.objects.bulk_create([SymptomCause(symptom=twin, cause_id=row.cause_id) for row in rows])
    record_revision(twin, by=ann)
    stories.sign(twin, by=ravi, asked_by=ann)
    first = stories.sign(hub, by=ravi, asked_by=ann)
    withdraw_page(Article.objects.get(pk=hub.pk), reason="safety", by=morgan)
    latest = PublishedCause.objects.filter(latest=True)
    assert latest.count() == 1_200
    assert set(latest.values_list("article", flat=True)) == {twin.pk}
    with transaction.atomic():
        causes.forget(first.revision.read())
        assert CauseAddress.objects.count() == 1_200  # the other page was signed with them


def rewrite(page, by) -> None:
    """Another text on each cause, and all causes in another order."""
    rows = list(SymptomCause.objects.filter(symptom=page))
    for place, changed in enumerate(rows):
        changed.text = changed.text.replace("mostly at night", "rarely by day")
        changed.position = (place * 7) % len(rows)
    SymptomCause.objects.bulk_update(rows, ["text", "position"], batch_size=300)
    record_revision(page, by=by)


def test_no_page_of_the_admin_or_the_desk_is_over_a_megabyte_at_2500_causes(client, ann, ravi):
    hub = hubs.write_hub(ann, causes=2_500, related=300)
    stories.sign(hub, by=ravi, asked_by=ann)
    rewrite(hub, ann)
    review = request_review(hub, by=ann, reviewer=ravi.reviewer)
    client.force_login(ann)
    base = form_of(hub).removesuffix("change/")
    addresses = ["change/", "change/?symptom_causes-at=1201&related_symptoms-at=101", "preview/", "preview/?causes=5"]
    addresses += ["change/?symptom_causes-find=condition", "revisions/", "compare/?old=2&new=3", "ask/"]
    answers = {address: client.get(base + address, follow=True) for address in addresses}
    opened = filled(answers["change/"])
    answers["draft/"] = client.post(f"{base}draft/", opened)
    answers["mistakes"] = client.post(f"{base}change/", opened | row(0, group="x" * 130))
    client.force_login(ravi)
    desk = f"/desk/reviews/{review.uuid}/"
    answers |= {address: client.get(desk + address) for address in ("", "?causes=5&changes=3", "?every=1&changes=9")}
    assert {name: answer.status_code for name, answer in answers.items() if answer.status_code != 200} == {}
    assert {name: len(answer.content) for name, answer in answers.items() if len(answer.content) >= MEGABYTE} == {}


def test_a_long_comparison_says_how_much_there_is_and_shows_all_of_it(at_work, hub, ann):
    rewrite(hub, ann)
    address = form_of(hub).replace("change/", "compare/?old=2&new=3")
    first, second, third = (at_work.get(f"{address}&page={number}") for number in (1, 2, 3))
    said = [text(page.text) for page in (first, second, third)]
    assert "Changes 1–100 of" in said[0]
    shown = sum(page.text.count('<section class="change') for page in (first, second, third))
    assert f"{shown} parts changed between the two" in said[0]
    assert shown > 200
    history = at_work.get(form_of(hub).replace("change/", "revisions/"))
    assert f"And {shown - 20} more. Compare the two revisions to see all." in text(history.text)
    assert "compare/?old=2&amp;new=3" in history.text


def test_the_preview_shows_each_part_of_the_causes(at_work, ann):
    hub = hubs.write_hub(ann, causes=1_001)
    address = form_of(hub).replace("change/", "preview/")
    first, last = at_work.get(address), at_work.get(f"{address}?causes=3")
    assert 'href="?causes=3#all-causes"' in first.text
    assert "Causes 1,001–1,001 of 1,001." in text(last.text)
    assert "Condition 1000" in last.text


def test_a_reviewer_reads_every_cause_and_every_change_of_a_hub(client, ann, ravi):
    hub = hubs.write_hub(ann, causes=600)
    stories.sign(hub, by=ravi, asked_by=ann)
    rewrite(hub, ann)
    review = request_review(hub, by=ann, reviewer=ravi.reviewer)
    client.force_login(ravi)
    desk = f"/desk/reviews/{review.uuid}/"
    page = client.get(desk)
    assert "The causes stand on 2 pages, for visitors and here. Your signature is for all of them." in text(page.text)
    seen, changes, said, number = "", 0, "", 1
    while True:
        part = client.get(f"{desk}?causes={min(number, 2)}&changes={number}")
        seen += part.text.partition('id="all-causes"')[2].partition("In lists and search")[0]
        said += text(part.text)
        changes += part.text.partition('id="changes"')[2].count('<section class="change">')
        if f"changes={number + 1}#changes" not in part.text:
            break
        number += 1
    assert all(f'id="cause-condition-{n:04}-' in seen for n in range(600))
    assert changes == 601  # each text, and the order of all
    assert "parts did not change, and are not repeated here." in text(page.text)
    assert "more of these changes. The page itself shows what came of them." in said  # the order of all causes
    every = client.get(f"{desk}?every=1")
    assert "Parts 1–200 of 1,2" in text(every.text)
    pinned = {"part": "Cause: Condition 0599 of weakness, autosomal type 17", "text": "Is this so?"}
    assert client.post(f"{desk}comment/", pinned).status_code == 302
    assert review.comments.get().label.startswith("Cause: Condition 0599")


def test_the_desk_shows_one_change_among_thousands_at_once(client, ann, ravi):
    hub = hubs.write_hub(ann, causes=600)
    stories.sign(hub, by=ravi, asked_by=ann)
    SymptomCause.objects.filter(symptom=hub, position=400).update(text="<p>One word.</p>")
    record_revision(hub, by=ann)
    review = request_review(hub, by=ann, reviewer=ravi.reviewer)
    client.force_login(ravi)
    page = client.get(f"/desk/reviews/{review.uuid}/")
    said = text(page.text.partition('id="changes"')[2])
    assert "1 part changed since the last signature" in said
    assert "[added: One word ]" in said
    assert "Parts 1" not in said
