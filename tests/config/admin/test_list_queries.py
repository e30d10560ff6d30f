"""No list of the staff asks more queries for three rows than for one."""

import pytest
from django.contrib import admin
from django.contrib.auth.models import User
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from articles.models import CopyrightNotice
from articles.publishing.actions import change_slug
from articles.reports import base as reports
from config import groups
from reviews.models import Mail
from reviews.signing.actions import request_review, withdraw_page
from tests import factories
from tests.files import CAUSE, import_records

pytestmark = [pytest.mark.django_db, pytest.mark.both_engines]
DESK = "/desk/"  # of a reviewer
DESK_LISTS = ("/desk/radar/", "/desk/radar/planned/", "/desk/recall/")
# Lists that the pages below put no rows into.
EMPTY_LISTS = {
    "auth.group",
    "articles.emergencypage",
    "articles.harmdecision",
    "articles.phraseevent",
    "articles.readertally",
    "mfa.authenticator",
    "reviews.expunction",
    "reviews.signaturedispute",
}


def list_addresses() -> list[str]:
    """Home, the list of each model of the admin, each report, and the lists of the desk."""
    addresses = ["/admin/"]
    for model in admin.site._registry:
        meta = model._meta
        addresses.append(reverse(f"admin:{meta.app_label}_{meta.model_name}_changelist"))
    addresses += [f"/admin/reports/{report.name}/" for report in reports.get_all()]
    return [*addresses, *DESK_LISTS]


def add_rows(client: Client, number: int) -> None:
    """One more of almost everything."""
    ann, ravi, morgan = map(factories.get_person, ("ann", "ravi", "morgan"))
    own = f"number-{number}"
    topic = factories.make_topic(f"Topic {number}", own)
    page = factories.make_symptom(ann, slug=own, title=f"Ache {own}")
    factories.make_cause(ann, name=f"Cause {number}", slug=own)
    page.topics.add(topic)
    CopyrightNotice.objects.create(holder=f"Holder {number}", year=2026)
    image = factories.store_image(ann, size=(60, 40 + number))
    factories.add_figure(page, by=ann, image=image)
    factories.sign_page(page, by=ravi, asked_by=ann)
    change_slug(page, slug=f"moved-{number}", by=morgan)
    factories.report_problem(page, f"It is wrong {number} times.")
    article = factories.make_article(ann, slug=f"diary-{own}", title=f"Diary {number}")
    request_review(article, by=ann, reviewer=ravi.reviewer)
    gone = factories.make_symptom(ann, slug=f"gone-{own}", title=f"Gone {number}")
    factories.sign_page(gone, by=ravi, asked_by=ann)
    withdraw_page(gone, reason="wrong", by=morgan)
    factories.make_about_page(ann, slug=f"about-{own}", title=f"About {number}")
    import_records(client, CAUSE | {"id": f"C:{number}", "name": f"Imported {number}"})
    reader = factories.make_user(
        f"reader-{number}", "Rhea", f"Number{number}", group=groups.REVIEWERS
    )
    factories.make_reviewer(reader, verified_by=morgan)
    Mail.objects.create(kind="due", recipient=reader, content=[], made_at=image.uploaded_at)


def count_queries(addresses: list[str], client: Client) -> dict[str, int]:
    counts = {}
    for address in addresses:
        client.get(address)  # what a process reads once
        with CaptureQueriesContext(connection) as context:
            assert client.get(address).status_code == 200, address
        counts[address] = len(context)
    return counts


def count_all(chief: Client, reviewer: Client) -> dict[str, int]:
    return count_queries(list_addresses(), chief) | count_queries([DESK], reviewer)


def test_no_list_asks_more_queries_for_three_rows_than_for_one():
    chief, reviewer = Client(), Client()
    chief.force_login(User.objects.create_superuser("chief"))
    reviewer.force_login(factories.get_person("ravi"))
    add_rows(chief, 1)
    one = count_all(chief, reviewer)
    add_rows(chief, 2)
    add_rows(chief, 3)
    three = count_all(chief, reviewer)
    grown = {}
    for address, count in three.items():
        if count > one[address]:
            grown[address] = (one[address], count)
    assert grown == {}
    for model in admin.site._registry:
        if model._meta.label_lower not in EMPTY_LISTS:
            assert model._default_manager.count() >= 3, f"No rows of {model._meta.label_lower}"
