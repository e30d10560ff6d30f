"""Acts on many rows: all of them are listed here, with what one costs for 1, 3 and 100 rows."""

from collections.abc import Callable

import pytest
from django.contrib import admin
from django.db import connection
from django.test.utils import CaptureQueriesContext

from articles.models import Article, CopyrightNotice
from reviews.models import HandOver, MedicalReview
from tests import factories
from tests.html import choose_action, read_form

pytestmark = pytest.mark.django_db
SYMPTOMS = "/admin/symptoms/symptom/"
REVIEWS = "/admin/reviews/medicalreview/"

# As many queries for any number of rows, up to a batch.
BATCHED = {"file_under", "take_from", "set_notice", "ask_for_many", "reassign", "roll_over"}
# Each page by its own rules, in a transaction of its own.
PAGE_BY_PAGE = {"withdraw_many"}
# One or two rows; or nothing is changed, or a form follows that has its own tests.
OTHERS = {"merge_two", "restore_signing", "export_chosen", "record_earlier"}


def test_every_act_on_many_rows_is_batched_or_said_not_to_be():
    names = set()
    for model_admin in admin.site._registry.values():
        names |= {action.name for action in getattr(model_admin, "bulk_actions", ())}
    assert names == BATCHED | PAGE_BY_PAGE | OTHERS


def test_a_hundred_rows_take_as_many_queries_as_one(morgan_client, ann, ravi, fiona):
    factories.publish_symptoms(105, by=ann, signer=ravi, related=0)
    keys = list(Article.objects.public().order_by("pk").values_list("pk", flat=True))
    topic = factories.make_topic("Skin", "skin")
    notice = CopyrightNotice.objects.create(holder="Another House", year=2026)

    def count(address: str, action: str, rows: list[int], **values) -> int:
        page = choose_action(morgan_client, address, action, rows)
        form = read_form(page) | {"action": action, "_selected_action": rows} | values
        with CaptureQueriesContext(connection) as queries:
            assert morgan_client.post(address, form).status_code == 302
        return len(queries)

    def compare(address: str, action: str, find_rows: Callable[[], list[int]], **values):
        rows = find_rows()
        costs = []
        count(address, action, rows[:1], **values)  # the first one loads what all need
        for part in (rows[1:2], rows[2:5], rows[5:]):
            costs.append(count(address, action, part, **values))
        assert costs == [costs[0]] * 3, (action, costs)

    compare(SYMPTOMS, "file_under", lambda: keys, topic=topic.pk)
    compare(SYMPTOMS, "take_from", lambda: keys, topic=topic.pk)
    compare(SYMPTOMS, "set_notice", lambda: keys, notice=notice.pk)
    compare(SYMPTOMS, "ask_for_many", lambda: keys, reviewer=fiona.reviewer.pk)
    waiting = MedicalReview.objects.waiting().order_by("pk")
    assert waiting.count() == 105
    compare(REVIEWS, "reassign", lambda: list(waiting.values_list("pk", flat=True)), to="")
    assert HandOver.objects.filter(to=None).count() == 105
