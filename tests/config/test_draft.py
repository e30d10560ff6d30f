"""While somebody types, the page is composed from the form as saving would, and nothing is written."""

from dataclasses import asdict

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from articles.models import Article, CopyrightNotice
from symptoms.models import RelatedSymptom, Symptom
from tests import stories
from tests.conftest import PASSWORD
from tests.forms import filled
from tests.html import text
from tests.pages import write_whole_symptom

pytestmark = pytest.mark.django_db
ADD = "/admin/symptoms/symptom/add/"


def form_of(page) -> str:
    return f"/admin/symptoms/symptom/{page.pk}/change/"


def draft_of(page) -> str:
    return f"/admin/symptoms/symptom/{page.pk}/draft/"


@pytest.fixture
def at_work(client, ann):
    client.force_login(ann)
    return client


@pytest.fixture
def symptom(ann):
    others = [stories.write_symptom(ann, slug=slug, title=slug) for slug in ("jaw-pain", "tremor")]
    return write_whole_symptom(ann, others=others)


def test_an_unchanged_form_shows_the_page_that_is_stored(at_work, symptom):
    found = at_work.post(draft_of(symptom), filled(at_work.get(form_of(symptom)))).json()
    preview = at_work.get(f"/admin/symptoms/symptom/{symptom.pk}/preview/").text
    assert text(found["html"]) == text(preview).replace("Back to the form ", "")
    assert found["problems"] == [
        asdict(problem) for problem in at_work.get(form_of(symptom)).context["panel"]["problems"]
    ]
    assert found["words"] > 30
    assert (found["minutes"], found["grade"] >= 0) == (1, True)


def test_every_part_follows_what_is_typed(at_work, symptom, ann):
    cause = stories.write_cause(ann, name="Too much coffee", slug="coffee")
    topic = stories.topic("Brain and Nerves", "brain-and-nerves")
    notice = CopyrightNotice.objects.create(holder="Another Holder", year=2025)
    typed = filled(at_work.get(form_of(symptom))) | {
        "title": "Face twitches",
        "phrase": "face twitches",
        "headline": "",
        "body": "<p>A <strong>new</strong> text.</p><script>x()</script>",
        "tags": "nerve, eyelid",
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
    shown = at_work.post(draft_of(symptom), typed).json()["html"]
    said = text(shown)
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
        assert words in said.replace(" .", "."), words
    assert "x()" not in shown
    assert "Spasms" not in said.partition("References")[2]
    assert said.index("tremor") < said.index("jaw-pain")
    assert at_work.post(form_of(symptom), typed).status_code == 302
    assert text(at_work.get(f"/admin/symptoms/symptom/{symptom.pk}/preview/").text) == said.replace(
        "Nobody has signed this text.", "Nobody has signed this text. Back to the form"
    )


def test_a_moved_row_moves_and_an_invalid_one_stays_as_it_is_stored(at_work, symptom):
    typed = filled(at_work.get(form_of(symptom))) | {
        "symptom_causes-0-position": 9,
        "references-1-url": "not an address",
        "references-1-title": "Tics, again",
        "title": "",
    }
    said = text(at_work.post(draft_of(symptom), typed).json()["html"])
    causes = said.partition("What causes")[2]
    assert causes.index("Cause 1 of") < causes.index("Cause 2 of") < causes.index("Cause 0 of")
    assert "Tics, again" in said
    assert "What makes facial spasms?" in said


def test_composing_writes_nothing_at_all(at_work, symptom, ann):
    cause = stories.write_cause(ann, name="Too much coffee", slug="coffee")
    typed = filled(at_work.get(form_of(symptom))) | {
        "body": "<p>Changed.</p>",
        "tags": "a tag that nobody used before",
        "symptom_causes-TOTAL_FORMS": 4,
        "symptom_causes-3-cause": cause.pk,
    }
    new = filled(at_work.get(ADD)) | {"title": "Yawning", "body": "<p>You yawn.</p>", "tags": "new"}
    with CaptureQueriesContext(connection) as queries:
        assert "Changed." in at_work.post(draft_of(symptom), typed).json()["html"]
        assert "You yawn." in at_work.post(f"{ADD}draft/", new).json()["html"]
    sent = [query["sql"].lstrip("(").split()[0].upper() for query in queries.captured_queries]
    assert set(sent) == {"SELECT"}
    assert not any("nextval" in query["sql"].lower() for query in queries.captured_queries)
    assert Symptom.objects.filter(title="Yawning").count() == 0


def test_it_costs_a_fixed_number_of_queries_however_many_rows(at_work, ann):
    def cost(causes: int, related: int) -> int:
        slug = f"page-{causes}"
        page = stories.write_symptom(ann, slug=slug, title=slug)
        stories.add_facts(page, ann, causes=causes, related=related)
        values = filled(at_work.get(form_of(page)))
        values |= {f"symptom_causes-{number}-text": "<p>Changed.</p>" for number in range(causes)}
        at_work.post(draft_of(page), values)
        with CaptureQueriesContext(connection) as queries:
            assert "html" in at_work.post(draft_of(page), values).json()
        return len(queries)

    assert cost(1, 1) == cost(3, 3) == cost(12, 18)


def test_a_page_without_a_title_says_what_it_waits_for(at_work):
    answer = at_work.post(f"{ADD}draft/", filled(at_work.get(ADD)) | {"body": "<p>x</p>"})
    assert (answer.status_code, answer.json()) == (200, {"message": "Give the page a title, and it shows here."})


@pytest.mark.parametrize(
    "typed",
    [
        {},
        {"title": "x"},
        {"title": "x", "symptom_causes-TOTAL_FORMS": "9" * 12, "symptom_causes-INITIAL_FORMS": "7"},
        {"title": "a\x1bb", "body": "<p>\x01</p>"},
        {"title": "x", "symptom_causes-TOTAL_FORMS": "2", "symptom_causes-0-cause": "abc", "writer": "99"},
        {"title": "x", "advice_level": "loud", "notice": "-1", "topics": ["x"], "slug": "no slug"},
    ],
)
def test_a_form_that_no_browser_sends_is_no_error(at_work, symptom, typed):
    for address in (draft_of(symptom), f"{ADD}draft/"):
        answer = at_work.post(address, {key: str(value) for key, value in typed.items()} if typed else {})
        assert set(answer.json()) & {"html", "message"}


def test_the_measure_alone_prints_no_page(at_work, symptom):
    typed = filled(at_work.get(form_of(symptom))) | {"measure_only": "1"}
    assert set(at_work.post(draft_of(symptom), typed).json()) == {"words", "grade", "minutes", "problems"}


def test_a_plain_article_is_composed_too(at_work, ann):
    article = stories.write_article(ann)
    typed = filled(at_work.get(f"/admin/articles/article/{article.pk}/change/")) | {"body": "<p>Three lines a day.</p>"}
    assert "Three lines a day." in at_work.post(f"/admin/articles/article/{article.pk}/draft/", typed).json()["html"]


def test_only_who_may_write_a_page_may_compose_it(client, symptom, charlie, ravi):
    for user in (charlie, ravi):
        client.force_login(user)
        for address in (draft_of(symptom), f"{ADD}draft/"):
            assert client.post(address, {"title": "x"}).status_code in (302, 403)
    ravi.is_staff = True
    ravi.save()
    client.force_login(ravi)
    for address in (draft_of(symptom), f"{ADD}draft/"):
        assert client.post(address, {"title": "x"}).status_code == 403


def test_it_is_no_page_to_visit_and_asks_for_the_token(at_work, ann, symptom):
    assert at_work.get(draft_of(symptom)).status_code == 405
    strict = Client(enforce_csrf_checks=True)
    strict.login(username="ann", password=PASSWORD)
    assert strict.post(draft_of(symptom), {"title": "x"}).status_code == 403
    assert at_work.post(draft_of(Symptom(pk=10**6)), {"title": "x"}).status_code == 404


def test_a_draft_name_of_a_published_symptom_stays_out(at_work, ann, ravi, symptom):
    other = RelatedSymptom.objects.filter(symptom=symptom).first().other
    stories.sign(other, by=ravi, asked_by=ann)
    Article.objects.filter(pk=other.pk).update(title="A name that nobody signed")
    shown = at_work.post(draft_of(symptom), filled(at_work.get(form_of(symptom)))).json()["html"]
    assert "A name that nobody signed" not in shown
    assert "jaw-pain" in shown
