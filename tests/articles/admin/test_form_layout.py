"""The form of a page: its order, its rows, its errors, and the messages after saving."""

import re
import time

import pytest
from django.contrib.auth.models import Permission
from django.urls import reverse

from articles.models import Article
from articles.publishing.actions import discard
from config.admin.registration import ArticleAdmin, SymptomAdmin
from reviews.signing.actions import request_review
from symptoms.models import RelatedSymptom, Symptom
from tests import factories
from tests.html import list_errors, read_form

pytestmark = pytest.mark.django_db
ADD = "/admin/symptoms/symptom/add/"


@pytest.fixture
def symptom(ann):
    symptom = factories.make_symptom(ann)
    factories.add_facts(symptom, ann, causes=3, related=2)
    return symptom


@pytest.fixture
def form(symptom):
    return f"/admin/symptoms/symptom/{symptom.pk}/change/"


@pytest.mark.parametrize("admin", [SymptomAdmin, ArticleAdmin])
def test_every_part_of_the_form_has_its_place(admin):
    named = [title for title, _ in admin.fieldsets] + list(admin.inlines)
    assert sorted(map(str, admin.sections)) == sorted(map(str, named))


def test_the_parts_stand_in_the_order_of_the_page(ann_client, form):
    page = ann_client.get(form).text
    parts = [
        "name-and-summary",
        "other-names",
        "when-to-get-help",
        "overview",
        "spotlight",
        "related-symptoms",
    ]
    parts += [
        "introduction-to-the-causes",
        "causes",
        "diagnosis-treatment-complications",
        "references",
        "codes",
    ]
    places = [page.index(f'<section id="section-{part}"') for part in [*parts, "page-settings"]]
    assert places == sorted(places)
    assert [page.count(f'href="#section-{part}"') for part in parts] == [1] * len(parts)


def test_every_visible_field_of_a_row_has_a_visible_label(ann_client, form):
    page, whole = ann_client.get(form).text, ann_client.get(f"{form}?rows=1").text
    for row, field in [
        ("symptom_causes-1", "group"),
        ("related_symptoms-0", "serious"),
        ("references-0", "url"),
    ]:
        assert re.search(rf"<label>[^<]*<input [^>]*\bname={row}-{field}\b", page), field
        assert f'for="id_{row}-{field}"' in whole
    assert "<th" not in page


def test_the_numbers_order_the_rows_without_any_script(ann_client, form, symptom):
    typed = {f"symptom_causes-{row}-position": place for row, place in enumerate([3, 1, 2])}
    ann_client.post(form, read_form(ann_client.get(form)) | typed)
    assert [row.cause.name[6] for row in symptom.symptom_causes.all()] == ["1", "2", "0"]


def test_rows_that_come_in_another_order_are_the_same_rows(ann_client, form, symptom, ann):
    """As the script of the admin sends rows after one was added above a stored one."""
    opened, coffee = (
        read_form(ann_client.get(form)),
        factories.make_cause(ann, name="Coffee", slug="coffee"),
    )
    names = ("id", "cause", "group", "seriousness", "frequency", "text", "position")
    rows = [
        {name: opened.get(f"symptom_causes-{row}-{name}", [""]) for name in names}
        for row in range(3)
    ]
    rows = [
        {**rows[0], "id": [""], "cause": [coffee.pk], "position": ["0"]},
        rows[2],
        rows[0],
        rows[1],
    ]
    typed = {}
    for place, row in enumerate(rows):
        for name, value in row.items():
            typed[f"symptom_causes-{place}-{name}"] = value
    before = set(symptom.symptom_causes.values_list("pk", flat=True))
    response = ann_client.post(form, opened | typed | {"symptom_causes-TOTAL_FORMS": 4})
    assert response.status_code == 302, list_errors(response)
    assert symptom.symptom_causes.count() == 4
    assert before < set(symptom.symptom_causes.values_list("pk", flat=True))


def test_a_number_alone_makes_no_row(ann_client, form, symptom):
    typed = {"symptom_causes-TOTAL_FORMS": 4, "symptom_causes-3-position": "4"}
    assert ann_client.post(form, read_form(ann_client.get(form)) | typed).status_code == 302
    assert symptom.symptom_causes.count() == 3


def test_empty_rows_can_be_asked_for_in_the_address(ann_client, form):
    assert "id_references-3-title" in ann_client.get(f"{form}?rows=3").text
    for rows in ("x", "²", "9" * 30, "-1"):
        assert ann_client.get(f"{form}?rows={rows}").status_code == 200


def test_a_half_filled_row_says_what_is_missing_and_keeps_the_rest(ann_client, form, symptom):
    typed = {"symptom_causes-TOTAL_FORMS": 4, "symptom_causes-3-text": "<p>It may do it.</p>"}
    response = ann_client.post(form, read_form(ann_client.get(form)) | typed)
    assert list_errors(response) == [
        "Cause 4: Cause is missing. Fill it in, or remove this cause. The rest is kept."
    ]
    assert 'href="#id_symptom_causes-3-cause"' in response.text
    assert "&lt;p&gt;It may do it.&lt;/p&gt;" in response.text
    assert 'class="wrong">Causes' in response.text


def test_mistakes_are_named_by_the_place_that_the_row_has_on_the_page(ann_client, form):
    typed = {"symptom_causes-0-position": 9, "symptom_causes-0-group": "x" * 130}
    response = ann_client.post(form, read_form(ann_client.get(form)) | typed)
    assert [line.partition(": Ensure")[0] for line in list_errors(response)] == ["Cause 3: Group"]


def test_a_related_symptom_discarded_meanwhile_is_named_and_the_rest_is_kept(
    ann_client, form, symptom, ann
):
    opened = read_form(ann_client.get(form))
    gone = RelatedSymptom.objects.filter(symptom=symptom).first().other
    discard(Article.objects.get(pk=gone.pk), by=ann)
    typed = opened | {"related_symptoms-0-system": "skin", "summary": "Typed meanwhile."}
    response = ann_client.post(form, typed)
    message = (
        f"“{gone.title}” was discarded meanwhile. Choose another one, or delete this row. "
        "The rest is kept."
    )
    assert list_errors(response) == [f"Related symptom 1: Related symptom: {message}"]
    assert "Typed meanwhile." in response.text
    assert response.text.count(f">{gone.title}</option>") == 1
    assert (
        ann_client.post(form, read_form(response) | {"related_symptoms-0-DELETE": "on"}).status_code
        == 302
    )
    assert Symptom.objects.get(pk=symptom.pk).summary == "Typed meanwhile."
    assert symptom.related_symptoms.count() == 1


def test_a_text_of_200_kilobytes_is_saved_and_compared(ann_client, form, symptom):
    long = "".join(
        f"<p>Line {line} of what somebody pasted, word for word and all of it.</p>"
        for line in range(3000)
    )
    response = ann_client.post(form, read_form(ann_client.get(form)) | {"body": long}, follow=True)
    assert "is saved." in response.text
    assert Symptom.objects.get(pk=symptom.pk).body == long
    opened, begun = read_form(ann_client.get(form)), time.process_time()
    ann_client.post(form, opened | {"body": long.replace("word", "letter")})
    response = ann_client.post(
        form, opened | {"body": long.replace("all", "much"), "title": "Facial tics"}
    )
    assert "saved this page after you opened it" in response.text
    assert time.process_time() - begun < 60  # a comparison that grows with the square takes hours


def test_a_text_of_more_than_a_megabyte_is_refused_in_words(ann_client, form):
    response = ann_client.post(
        form, read_form(ann_client.get(form)) | {"body": "<p>" + "word " * 210_000 + "</p>"}
    )
    assert list_errors(response) == [
        "Overview: This text has 1,050,007 characters, and a page can carry 1,000,000. "
        "Paste only the part that you need."
    ]


def read_messages(response) -> str:
    return " | ".join(str(message) for message in response.context["messages"])


def test_a_new_draft_is_told_what_is_next(ann_client):
    values = read_form(ann_client.get(ADD)) | {"title": "Yawning", "slug": "yawning"}
    words = read_messages(ann_client.post(ADD, values, follow=True))
    assert words.startswith('Revision 1 of “<a href="/admin/symptoms/symptom/')
    url = reverse("admin:symptoms_symptom_change", args=[Symptom.objects.get(slug="yawning").pk])
    next_step = (
        f'Next: <a href="{url}">edit the page</a> before a review. The page has no overview.'
    )
    assert f"Visitors cannot see it yet. | {next_step}" in words
    assert "And 1 more" not in words


def test_a_page_that_nothing_stops_leads_on_to_asking(ann_client, form, symptom):
    words = read_messages(
        ann_client.post(form, read_form(ann_client.get(form)) | {"summary": "New."}, follow=True)
    )
    assert (
        f'Next: <a href="/admin/symptoms/symptom/{symptom.pk}/ask/">request a review</a>.' in words
    )


def test_a_live_page_says_what_visitors_still_read(ann_client, form, symptom, ann, ravi):
    factories.sign_page(symptom, by=ravi, asked_by=ann)
    unchanged = read_messages(ann_client.post(form, read_form(ann_client.get(form)), follow=True))
    assert "Nothing was changed in “" in unchanged
    assert "Next" not in unchanged
    words = read_messages(
        ann_client.post(form, read_form(ann_client.get(form)) | {"summary": "New."}, follow=True)
    )
    assert "Visitors still read revision 2, as it was signed." in words


def test_a_page_in_review_says_that_the_reviewer_reads_the_older_text(
    ann_client, form, symptom, ann, ravi
):
    request_review(symptom, by=ann, reviewer=ravi.reviewer)
    words = read_messages(
        ann_client.post(form, read_form(ann_client.get(form)) | {"summary": "New."}, follow=True)
    )
    assert (
        "Ravi Rao, MD is reviewing the older text, revision 2: this one is not part of it." in words
    )


def test_names_in_what_is_said_are_never_markup(ann_client, form):
    words = read_messages(
        ann_client.post(
            form, read_form(ann_client.get(form)) | {"title": "<b>Bold</b> & co"}, follow=True
        )
    )
    assert "&lt;b&gt;Bold&lt;/b&gt; &amp; co" in words


def test_a_reader_without_the_right_sees_the_form_and_no_buttons(client, form, ravi):
    ravi.is_staff = True
    ravi.save()
    ravi.user_permissions.add(
        *Permission.objects.filter(codename__in=["view_symptom", "view_symptomcause"])
    )
    client.force_login(ravi)
    page = client.get(form).text
    assert 'name="_save"' not in page
    assert "data-draft" not in page
    assert "Cause 0 of Facial spasms" in page
