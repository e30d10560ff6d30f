"""After an upgrade an operator learns what stands live that would block a signature now."""

from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from articles.models import Article
from articles.publishing.actions import record_revision
from tests import factories
from tests.database import sql

pytestmark = pytest.mark.django_db


def run_check() -> str:
    out = StringIO()
    try:
        call_command("check_live_pages", stdout=out)
    except CommandError as error:
        return f"{out.getvalue()}{error} ({error.returncode})"
    return out.getvalue()


@pytest.fixture
def live_page(ann, ravi):
    symptom = factories.make_symptom(ann)
    factories.sign_page(symptom, by=ravi, asked_by=ann)
    return symptom


def test_a_site_without_findings_says_so(live_page):
    assert run_check() == "The public pages are free of what blocks a signature.\n"


def test_each_finding_is_told_with_its_page_and_part_and_the_status_is_1(
    live_page, ann, morgan, ravi
):
    body = '<p title="take ten times the dose">Take 50050 mg.</p>'
    sql("UPDATE articles_article SET body = %s WHERE id = %s", body, live_page.pk)
    record_revision(Article.objects.get(pk=live_page.pk).symptom, by=ann)
    factories.sign_page(live_page, by=ravi, asked_by=morgan, override="As it stood.")
    output = run_check()
    assert (
        "/symptoms/facial-spasms/: Overview: “50050 mg” may be two numbers that ran together."
        in output
    )
    assert "/symptoms/facial-spasms/: Overview: <p> has the attribute “title”" in output
    assert output.endswith("2 findings on 1 public page. (1)")


def test_the_signed_text_is_checked_and_not_the_working_copy(live_page, ann):
    factories.edit_page(live_page, by=ann, body="<p>Take 50050 mg.</p>")
    assert "free of" in run_check()
    draft = factories.make_article(ann, body="<p>Take 50050 mg.</p>")
    assert not draft.published
    assert "free of" in run_check()


def test_a_clean_draft_does_not_hide_what_is_live(live_page, ann, morgan, ravi):
    factories.edit_page(live_page, by=ann, body="<p>Take 50050 mg.</p>")
    factories.sign_page(live_page, by=ravi, asked_by=morgan, override="As it stood.")
    factories.edit_page(live_page, by=ann, body="<p>Take 50 mg.</p>")
    assert "50050 mg" in run_check()
