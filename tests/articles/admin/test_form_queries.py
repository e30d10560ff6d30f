"""How many queries the form of each kind of page takes: for three rows as many as for one."""

import pytest
from django.contrib.auth.models import Permission
from django.db import connection
from django.test.utils import CaptureQueriesContext

from articles.models import Reference
from symptoms.models import Code, OtherName
from tests import factories
from tests.html import read_form

pytestmark = pytest.mark.django_db
KINDS = {
    "symptoms/symptom": factories.make_symptom,
    "articles/article": factories.make_article,
    "articles/aboutpage": factories.make_about_page,
    "articles/emergencypage": factories.make_emergency,
}
# By what is asked for, the most queries of a symptom and of a kind without lists of its own.
MOST = {"change": (38, 33), "rows": (45, 33), "draft": (27, 23), "save": (72, 63), "view": (38, 31)}
SUBJECTS = {1: "stroke", 3: "seizure"}


def make_page(kind: str, ann, rows: int):
    names = {"subject": SUBJECTS[rows]} if "emergency" in kind else {"slug": f"page-{rows}"}
    page = KINDS[kind](ann, title=f"Page {rows}", **names)
    for number in range(1, rows + 1):
        Reference.objects.create(article_id=page.pk, title=f"Source {number}", position=number)
        factories.add_figure(page, by=ann, alt=f"An eye, closed {number} times.")
    if "symptom" in kind:
        factories.add_facts(page, ann, causes=rows, related=rows)
        for number in range(1, rows):
            OtherName.objects.create(symptom=page, name=f"Name {number} of {rows}")
            Code.objects.create(symptom=page, system="ICD-10-CM", code=f"R25.{number + 3}")
    return page


def count(ask) -> int:
    """The queries of a request that is not the first one."""
    ask()
    with CaptureQueriesContext(connection) as queries:
        answer = ask()
    assert answer.status_code in (200, 302), answer
    return len(queries)


def find_most(kind: str, asked: str) -> int:
    return MOST[asked]["symptom" not in kind]


@pytest.mark.parametrize("asked", ["change", "rows", "draft", "save"])
@pytest.mark.parametrize("kind", KINDS)
def test_a_form_takes_as_many_queries_for_one_row_as_for_three(ann_client, ann, kind, asked):
    counts = []
    for rows in (1, 3):
        page = make_page(kind, ann, rows)
        form = f"/admin/{kind}/{page.pk}/change/"
        sent = read_form(ann_client.get(form))
        bodies = iter(range(9))

        def ask(form=form, sent=sent, bodies=bodies):
            if asked in ("change", "rows"):
                return ann_client.get(form, {"rows": 1} if asked == "rows" else {})
            values = sent | {"body": f"<p>Typed {next(bodies)}.</p>"}
            address = form if asked == "save" else form.replace("change", "draft")
            return ann_client.post(address, values)

        if asked == "save":  # each save has another state to start from
            with CaptureQueriesContext(connection) as queries:
                assert ask().status_code == 302
            counts.append(len(queries))
        else:
            counts.append(count(ask))
    assert counts[0] == counts[1]
    assert counts[0] <= find_most(kind, asked)


@pytest.mark.parametrize("kind", KINDS)
def test_who_may_only_read_a_page_costs_a_fixed_number_too(client, ann, charlie, kind):
    charlie.is_staff = True
    charlie.save()
    model = kind.partition("/")[2]
    charlie.user_permissions.add(Permission.objects.get(codename=f"view_{model}"))
    client.force_login(charlie)
    counts = []
    for rows in (1, 3):
        page = make_page(kind, ann, rows)
        counts.append(count(lambda page=page: client.get(f"/admin/{kind}/{page.pk}/change/")))
    assert counts[0] == counts[1]
    assert counts[0] <= find_most(kind, "view")


@pytest.mark.parametrize("kind", KINDS)
def test_a_new_page_costs_few_and_a_refusal_next_to_nothing(client, ann, charlie, kind):
    client.force_login(ann)
    assert count(lambda: client.get(f"/admin/{kind}/add/")) <= 12
    page = make_page(kind, ann, 1)
    charlie.is_staff = True
    charlie.save()
    client.force_login(charlie)
    for address in (f"{page.pk}/change/", f"{page.pk}/draft/", "add/"):
        with CaptureQueriesContext(connection) as queries:
            answer = client.get(f"/admin/{kind}/{address}")
        assert answer.status_code in (302, 403, 405)
        assert len(queries) <= 8
