"""While somebody types, the page is composed as saving would, and nothing is stored."""

from dataclasses import asdict

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from articles.models import Article, CopyrightNotice
from symptoms.models import RelatedSymptom, Symptom
from tests import factories
from tests.factories import PASSWORD, make_complete_symptom
from tests.html import get_text, read_form

pytestmark = pytest.mark.django_db
ADD = "/admin/symptoms/symptom/add/"


def get_form_path(page) -> str:
    return f"/admin/symptoms/symptom/{page.pk}/change/"


def get_draft_path(page) -> str:
    return f"/admin/symptoms/symptom/{page.pk}/draft/"


@pytest.fixture
def symptom(ann):
    others = [factories.make_symptom(ann, slug=slug, title=slug) for slug in ("jaw-pain", "tremor")]
    return make_complete_symptom(ann, others=others)


def test_an_unchanged_form_shows_the_page_that_is_stored(ann_client, symptom):
    found = ann_client.post(
        get_draft_path(symptom), read_form(ann_client.get(get_form_path(symptom)))
    ).json()
    preview = ann_client.get(f"/admin/symptoms/symptom/{symptom.pk}/preview/").text
    assert get_text(found["html"]) == get_text(preview).replace("Back to the form ", "")
    assert found["problems"] == [
        asdict(problem)
        for problem in ann_client.get(get_form_path(symptom)).context["panel"]["problems"]
    ]
    assert found["words"] > 30
    assert (found["minutes"], found["grade"] >= 0) == (1, True)


def test_every_part_follows_what_is_typed(ann_client, symptom, ann):
    cause = factories.make_cause(ann, name="Too much coffee", slug="coffee")
    topic = factories.make_topic("Brain and Nerves", "brain-and-nerves")
    notice = CopyrightNotice.objects.create(holder="Another Holder", year=2025)
    typed = read_form(ann_client.get(get_form_path(symptom))) | {
        "title": "Face twitches",
        "phrase": "face twitches",
        "headline": "",
        "body": "<p>A <strong>new</strong> text.</p><script>x()</script>",
        "tags": "nerve; eyelid",
        "topics": [topic.pk],
        "notice": notice.pk,
        "other_names-0-name": "Twitching",
        "references-0-DELETE": "on",
        "related_symptoms-0-serious": [],
        "related_symptoms-1-serious": "on",
        "symptom_causes-TOTAL_FORMS": 4,
        "symptom_causes-3-cause": cause.pk,
        "symptom_causes-3-text": "<p>Coffee may do it.</p>",
    }
    shown = ann_client.post(get_draft_path(symptom), typed).json()["html"]
    text = get_text(shown)
    for words in (
        "What are face twitches?",
        "A new text.",
        "Also called Twitching",
        "Tags: eyelid, nerve",
        "Brain and Nerves",
        "© 2025 Another Holder",
        "Too much coffee",
        "Coffee may do it.",
        "Nobody has signed this text.",
        "Call for emergency help",
    ):
        assert words in text.replace(" .", "."), words
    assert "x()" not in shown
    assert "Spasms" not in text.partition("References")[2]
    assert text.index("tremor") < text.index("jaw-pain")
    assert ann_client.post(get_form_path(symptom), typed).status_code == 302
    assert get_text(
        ann_client.get(f"/admin/symptoms/symptom/{symptom.pk}/preview/").text
    ) == text.replace(
        "Nobody has signed this text.", "Nobody has signed this text. Back to the form"
    )


def test_a_moved_row_moves_and_an_invalid_one_stays_as_it_is_stored(ann_client, symptom):
    typed = read_form(ann_client.get(get_form_path(symptom))) | {
        "symptom_causes-0-position": 9,
        "references-1-url": "not an address",
        "references-1-title": "Tics, again",
        "title": "",
    }
    text = get_text(ann_client.post(get_draft_path(symptom), typed).json()["html"])
    causes = text.partition("What causes")[2]
    assert causes.index("Cause 1 of") < causes.index("Cause 2 of") < causes.index("Cause 0 of")
    assert "Tics, again" in text
    assert "What makes facial spasms?" in text


def test_composing_writes_nothing_at_all(ann_client, symptom, ann):
    cause = factories.make_cause(ann, name="Too much coffee", slug="coffee")
    typed = read_form(ann_client.get(get_form_path(symptom))) | {
        "body": "<p>Changed.</p>",
        "tags": "a tag that nobody used before",
        "symptom_causes-TOTAL_FORMS": 4,
        "symptom_causes-3-cause": cause.pk,
    }
    new = read_form(ann_client.get(ADD)) | {
        "title": "Yawning",
        "body": "<p>You yawn.</p>",
        "tags": "new",
    }
    with CaptureQueriesContext(connection) as queries:
        assert "Changed." in ann_client.post(get_draft_path(symptom), typed).json()["html"]
        assert "You yawn." in ann_client.post(f"{ADD}draft/", new).json()["html"]
    sent = [query["sql"].lstrip("(").split()[0].upper() for query in queries.captured_queries]
    assert set(sent) == {"SELECT"}
    assert not any("nextval" in query["sql"].lower() for query in queries.captured_queries)
    assert Symptom.objects.filter(title="Yawning").count() == 0


def test_it_costs_a_fixed_number_of_queries_however_many_rows(ann_client, ann):
    def cost(causes: int, related: int) -> int:
        slug = f"page-{causes}"
        page = factories.make_symptom(ann, slug=slug, title=slug)
        factories.add_facts(page, ann, causes=causes, related=related)
        values = read_form(ann_client.get(get_form_path(page)))
        values |= {f"symptom_causes-{number}-text": "<p>Changed.</p>" for number in range(causes)}
        ann_client.post(get_draft_path(page), values)
        with CaptureQueriesContext(connection) as queries:
            assert "html" in ann_client.post(get_draft_path(page), values).json()
        return len(queries)

    assert cost(1, 1) == cost(3, 3) == cost(12, 18)


def test_a_page_without_a_title_says_what_it_waits_for(ann_client):
    answer = ann_client.post(f"{ADD}draft/", read_form(ann_client.get(ADD)) | {"body": "<p>x</p>"})
    assert (answer.status_code, answer.json()) == (
        200,
        {"message": "Give the page a title to see a preview."},
    )


@pytest.mark.parametrize(
    "typed",
    [
        {},
        {"title": "x"},
        {"title": "x", "symptom_causes-TOTAL_FORMS": "9" * 12, "symptom_causes-INITIAL_FORMS": "7"},
        {"title": "a\x1bb", "body": "<p>\x01</p>"},
        {
            "title": "x",
            "symptom_causes-TOTAL_FORMS": "2",
            "symptom_causes-0-cause": "abc",
            "writer": "99",
        },
        {"title": "x", "advice_level": "loud", "notice": "-1", "topics": ["x"], "slug": "no slug"},
    ],
)
def test_a_form_that_no_browser_sends_is_no_error(ann_client, symptom, typed):
    for address in (get_draft_path(symptom), f"{ADD}draft/"):
        answer = ann_client.post(
            address, {key: str(value) for key, value in typed.items()} if typed else {}
        )
        assert set(answer.json()) & {"html", "message"}


def test_the_measure_alone_prints_no_page(ann_client, symptom):
    typed = read_form(ann_client.get(get_form_path(symptom))) | {"measure_only": "1"}
    assert set(ann_client.post(get_draft_path(symptom), typed).json()) == {
        "words",
        "grade",
        "minutes",
        "problems",
    }


def test_a_plain_article_is_composed_too(ann_client, ann):
    article = factories.make_article(ann)
    typed = read_form(ann_client.get(f"/admin/articles/article/{article.pk}/change/")) | {
        "body": "<p>Three lines a day.</p>"
    }
    assert (
        "Three lines a day."
        in ann_client.post(f"/admin/articles/article/{article.pk}/draft/", typed).json()["html"]
    )


def test_only_who_may_write_a_page_may_compose_it(client, symptom, charlie, ravi):
    for user in (charlie, ravi):
        client.force_login(user)
        for address in (get_draft_path(symptom), f"{ADD}draft/"):
            assert client.post(address, {"title": "x"}).status_code in (302, 403)
    ravi.is_staff = True
    ravi.save()
    client.force_login(ravi)
    for address in (get_draft_path(symptom), f"{ADD}draft/"):
        assert client.post(address, {"title": "x"}).status_code == 403


def test_it_is_no_page_to_visit_and_asks_for_the_token(ann_client, ann, symptom):
    assert ann_client.get(get_draft_path(symptom)).status_code == 405
    strict = Client(enforce_csrf_checks=True)
    strict.login(username="ann", password=PASSWORD)
    assert strict.post(get_draft_path(symptom), {"title": "x"}).status_code == 403
    assert ann_client.post(get_draft_path(Symptom(pk=10**6)), {"title": "x"}).status_code == 404


def test_a_draft_name_of_a_published_symptom_stays_out(ann_client, ann, ravi, symptom):
    other = RelatedSymptom.objects.filter(symptom=symptom).first().other
    factories.sign_page(other, by=ravi, asked_by=ann)
    Article.objects.filter(pk=other.pk).update(title="A name that nobody signed")
    shown = ann_client.post(
        get_draft_path(symptom), read_form(ann_client.get(get_form_path(symptom)))
    ).json()["html"]
    assert "A name that nobody signed" not in shown
    assert "jaw-pain" in shown
