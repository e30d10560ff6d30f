"""Symptoms with thousands of causes: each view of staff shows them in parts, at a fixed cost."""

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext

from articles.models import Article
from articles.publishing.actions import record_revision
from reviews.signing.actions import request_review, withdraw_page
from symptoms.models import CauseAddress, PublishedCause, Symptom, SymptomCause
from symptoms.projections import causes
from tests import factories
from tests.html import get_text, list_cause_positions, make_cause_row, read_form

pytestmark = pytest.mark.django_db
MEGABYTE = 1_000_000


@pytest.fixture(scope="module")
def built_hub(module_db) -> Article:
    """A page with 600 causes, signed. Each test takes back what it changes."""
    ann, ravi = map(factories.get_person, ("ann", "ravi"))
    hub = factories.make_large_symptom(ann, causes=600)
    factories.sign_page(hub, by=ravi, asked_by=ann)
    return hub


@pytest.fixture
def hub(built_hub, db) -> Symptom:
    return Symptom.objects.get(pk=built_hub.pk)


def get_form_path(page, query: str = "") -> str:
    return f"/admin/symptoms/symptom/{page.pk}/change/{query}"


def test_a_short_list_shows_everything_and_speaks_of_no_pages(ann_client, ann):
    page = factories.make_large_symptom(ann, causes=50)
    response = ann_client.get(get_form_path(page, "?symptom_causes-at=20&symptom_causes-find=zzz"))
    assert list_cause_positions(response) == list(range(1, 51))
    assert "row-pages" not in response.text


def test_the_form_costs_the_same_queries_however_many_rows(ann_client, ann):
    pages = [
        factories.make_large_symptom(ann, causes=causes, title=f"Page {causes}")
        for causes in (1, 3, 120)
    ]

    def cost(page, query: str) -> int:
        ann_client.get(get_form_path(page, query))
        with CaptureQueriesContext(connection) as queries:
            assert ann_client.get(get_form_path(page, query)).status_code == 200
        return len(queries)

    for query in ("", "?symptom_causes-at=51", "?symptom_causes-find=0"):
        assert len({cost(page, query) for page in pages}) == 1, query


def test_saving_one_word_costs_the_same_queries_however_many_rows(ann_client, ann):
    def cost(causes: int) -> int:
        page = factories.make_large_symptom(ann, causes=causes, title=f"Page {causes}")
        values = read_form(ann_client.get(get_form_path(page))) | make_cause_row(
            0, text="<p>One word.</p>"
        )
        with CaptureQueriesContext(connection) as queries:
            assert ann_client.post(get_form_path(page), values).status_code == 302
        return len(queries)

    assert cost(1) == cost(3) == cost(120)


@pytest.mark.both_engines
def test_a_page_of_two_thousand_causes_is_signed_and_withdrawn_and_its_causes_are_reassigned(
    ann, ravi, morgan
):
    hub = factories.make_large_symptom(ann, causes=1_200)
    twin = factories.make_symptom(ann, slug="tiredness", title="Tiredness")
    rows = SymptomCause.objects.filter(symptom=hub)
    SymptomCause.objects.bulk_create(
        [SymptomCause(symptom=twin, cause_id=row.cause_id) for row in rows]
    )
    record_revision(twin, by=ann)
    factories.sign_page(twin, by=ravi, asked_by=ann)
    first = factories.sign_page(hub, by=ravi, asked_by=ann)
    withdraw_page(Article.objects.get(pk=hub.pk), reason="safety", by=morgan)
    latest = PublishedCause.objects.filter(latest=True)
    assert latest.count() == 1_200
    assert set(latest.values_list("article", flat=True)) == {twin.pk}
    with transaction.atomic():
        causes.on_expunge(first.revision.read())
        assert CauseAddress.objects.count() == 1_200  # the other page was signed with them


def test_no_page_of_the_admin_or_the_desk_is_over_a_megabyte_at_2500_causes(client, ann, ravi):
    hub = factories.make_large_symptom(ann, causes=2_500, related=300)
    factories.sign_page(hub, by=ravi, asked_by=ann)
    factories.rewrite_causes(hub, ann)
    review = request_review(hub, by=ann, reviewer=ravi.reviewer)
    client.force_login(ann)
    base = get_form_path(hub).removesuffix("change/")
    addresses = [
        "change/",
        "change/?symptom_causes-at=1201&related_symptoms-at=101",
        "preview/",
        "preview/?causes=5",
    ]
    addresses += [
        "change/?symptom_causes-find=condition",
        "revisions/",
        "compare/?old=2&new=3",
        "ask/",
    ]
    answers = {address: client.get(base + address, follow=True) for address in addresses}
    opened = read_form(answers["change/"])
    answers["draft/"] = client.post(f"{base}draft/", opened)
    answers["form_errors"] = client.post(
        f"{base}change/", opened | make_cause_row(0, group="x" * 130)
    )
    client.force_login(ravi)
    desk = f"/desk/reviews/{review.uuid}/"
    answers |= {
        address: client.get(desk + address)
        for address in ("", "?causes=5&changes=3", "?every=1&changes=9")
    }
    assert {
        name: answer.status_code for name, answer in answers.items() if answer.status_code != 200
    } == {}
    assert {
        name: len(answer.content)
        for name, answer in answers.items()
        if len(answer.content) >= MEGABYTE
    } == {}


def test_the_preview_shows_each_part_of_the_causes(ann_client, ann, hub):
    address = get_form_path(hub).replace("change/", "preview/")
    first, last = ann_client.get(address), ann_client.get(f"{address}?causes=2")
    assert 'href="?causes=2#all-causes"' in first.text
    assert "Causes 501–600 of 600." in get_text(last.text)
    assert "Condition 0599" in last.text


def test_a_reviewer_reads_every_cause_and_every_change_of_a_hub(client, ann, ravi, hub):
    factories.rewrite_causes(hub, ann)
    review = request_review(hub, by=ann, reviewer=ravi.reviewer)
    client.force_login(ravi)
    desk = f"/desk/reviews/{review.uuid}/"
    page = client.get(desk)
    assert (
        "The causes are on 2 pages, for visitors and here. Your signature is for all of them."
        in get_text(page.text)
    )
    assert f'href="{desk}?causes=2#all-causes"' in page.text
    seen, changes, text, number = "", 0, "", 1
    while True:
        part = client.get(f"{desk}?causes={min(number, 2)}&changes={number}")
        seen += part.text.partition('id="all-causes"')[2].partition("In lists and search")[0]
        text += get_text(part.text)
        changes += part.text.partition('id="changes"')[2].count('<section class="change"')
        if f"changes={number + 1}#changes" not in part.text:
            break
        number += 1
    assert all(f'id="cause-condition-{n:04}-' in seen for n in range(600))
    assert changes == 601  # each text, and the order of all
    assert "parts did not change, and are not repeated here." in get_text(page.text)
    assert (
        "more of these changes. The page itself shows what came of them." in text
    )  # the order of all causes
    every = client.get(f"{desk}?every=1")
    assert "Parts 1–200 of 1,2" in get_text(every.text)
    pinned = {"part": "Cause: Condition 0599 of weakness, autosomal type 17", "text": "Is this so?"}
    assert client.post(f"{desk}comment/", pinned).status_code == 302
    assert review.comments.get().label.startswith("Cause: Condition 0599")


def test_the_desk_shows_one_change_among_thousands_at_once(client, ann, ravi, hub):
    SymptomCause.objects.filter(symptom=hub, position=400).update(text="<p>One word.</p>")
    record_revision(hub, by=ann)
    review = request_review(hub, by=ann, reviewer=ravi.reviewer)
    client.force_login(ravi)
    page = client.get(f"/desk/reviews/{review.uuid}/")
    text = get_text(page.text.partition('id="changes"')[2])
    assert "1 part changed since the last signature" in text
    assert "[added: One word ]" in text
    assert "Parts 1" not in text
