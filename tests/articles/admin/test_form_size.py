"""What the form of a page sends: little for many rows, and all that saving needs."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from articles.form_fields import compute_fingerprint
from articles.models import Topic
from symptoms.models import SymptomCause
from tests import factories
from tests.html import make_cause_row, read_form

pytestmark = pytest.mark.django_db
LARGEST = 60_000  # bytes
MOST_QUERIES = 39
LONG_TEXT = f"<p>{'A muscle tightens by itself, again and again. ' * 20}</p>"


def get_form_path(page) -> str:
    return f"/admin/symptoms/symptom/{page.pk}/change/"


def make_page(ann, *, causes: int, related: int):
    page = factories.make_symptom(ann, slug=f"page-{causes}", title=f"Page {causes}")
    factories.add_facts(page, ann, causes=causes, related=related)
    return page


def test_a_form_of_many_rows_is_small(ann_client, ann):
    page = make_page(ann, causes=12, related=18)
    response = ann_client.get(get_form_path(page))
    assert len(response.content) <= LARGEST
    sent = read_form(response)
    assert len([name for name in sent if name.endswith("-id")]) == 12 + 18 + 3


def test_it_takes_as_many_queries_for_one_row_as_for_three(ann_client, ann):
    counts = set()
    for rows in (1, 3):
        page = make_page(ann, causes=rows, related=rows)
        ann_client.get(get_form_path(page))
        with CaptureQueriesContext(connection) as queries:
            ann_client.get(get_form_path(page))
        counts.add(len(queries))
    assert len(counts) == 1
    assert counts.pop() <= MOST_QUERIES


def test_a_long_text_is_sent_once_and_counts_as_changed_only_where_it_was(ann_client, ann):
    page = factories.make_symptom(ann, body=LONG_TEXT)
    form = get_form_path(page)
    response = ann_client.get(form)
    assert response.text.count("again and again") == 20
    opened = read_form(response)
    assert opened["initial-body"] == [compute_fingerprint(page.body)]
    saved = ann_client.post(form, opened, follow=True)
    assert "Nothing was changed" in saved.text
    shown = opened["body"][0].replace("\n", "\r\n")
    assert (
        "Nothing was changed" in ann_client.post(form, opened | {"body": shown}, follow=True).text
    )
    ann_client.post(form, opened | {"body": f"{LONG_TEXT}<p>More.</p>"})
    page.refresh_from_db()
    assert page.body.endswith("<p>More.</p>")


def test_a_form_that_has_the_opened_texts_and_places_whole_is_read_as_before(ann_client, ann):
    """A browser may have had it open while this build was installed."""
    page = make_page(ann, causes=2, related=1)
    form = get_form_path(page)
    opened = read_form(ann_client.get(form))
    del opened["symptom_causes-OPENED"]
    older = {f"initial-symptom_causes-{row}-position": row + 1 for row in range(2)}
    values = opened | older | {"initial-body": page.body}
    assert "Nothing was changed" in ann_client.post(form, values, follow=True).text


def test_a_row_keeps_its_choices_where_the_form_sends_only_the_one_chosen(ann_client, ann):
    page = make_page(ann, causes=1, related=1)
    SymptomCause.objects.filter(symptom=page).update(seriousness="serious", frequency="rare")
    form = get_form_path(page)
    ann_client.post(form, read_form(ann_client.get(form)) | make_cause_row(0, group="New"))
    row = SymptomCause.objects.get(symptom=page)
    assert (row.group, row.seriousness, row.frequency) == ("New", "serious", "rare")
    shown = ann_client.get(form, {"rows": 1}).text
    assert '<select name="symptom_causes-0-seriousness"' in shown
    assert shown.count('value="life-threatening"') == 3  # of the row, an empty one and the blank


def test_a_draft_makes_forms_of_touched_rows_alone_and_composes_what_saving_would(ann_client, ann):
    page = make_page(ann, causes=3, related=2)
    form = get_form_path(page)
    typed = read_form(ann_client.get(form)) | make_cause_row(1, text="<p>Typed here.</p>")
    typed |= {"symptom_causes-2-position": 1, "symptom_causes-0-DELETE": "on"}
    draft = ann_client.post(form.replace("change", "draft"), typed).json()["html"]
    ann_client.post(form, typed)
    saved = ann_client.get(form.replace("change", "preview")).text
    for text in ("Typed here.", "Cause 1 of Page 3", "Cause 2 of Page 3"):
        assert text in draft
        assert text in saved
    assert "Cause 0 of Page 3" not in draft
    assert "Cause 0 of Page 3" not in saved
    assert draft.index("Cause 2 of Page 3") < draft.index("Cause 1 of Page 3")


def test_a_topic_to_tick_takes_less_than_a_hundred_bytes(ann_client, ann):
    page = make_page(ann, causes=1, related=1)
    before = len(ann_client.get(get_form_path(page)).content)
    topics = [Topic(name=f"Topic {number}", slug=f"topic-{number}") for number in range(40)]
    for topic in topics:
        topic.save()
    page.topics.set([topics[3]])
    response = ann_client.get(get_form_path(page))
    assert len(response.content) - before < 40 * 100
    assert read_form(response)["topics"] == [str(topics[3].pk)]
    assert f"value={topics[3].pk} checked> Topic 3</label>" in response.text
