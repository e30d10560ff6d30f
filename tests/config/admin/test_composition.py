"""Admins are composed of tuples: few classes each, and no view without a permission."""

import pytest
from django.apps import apps
from django.contrib import admin
from django.contrib.auth.models import Permission
from django.urls import reverse

from articles.admin.composition import ComposedAdmin, ObjectView
from tests import factories

OUR_PACKAGES = {"articles", "symptoms", "reviews", "config"}
MOST_CLASSES = 8
ADMINS = list(admin.site._registry.values())
COMPOSED = [model_admin for model_admin in ADMINS if isinstance(model_admin, ComposedAdmin)]
# What an editor may not do, by the names of the views.
NOT_FOR_EDITORS = {
    *("address", "withdraw", "evidence", "expunge", "retire", "bring_back"),
    *("earlier", "earlier_rows", "earlier_sheet"),
}


def list_own_classes(model_admin) -> list[str]:
    classes = type(model_admin).__mro__
    return [each.__name__ for each in classes if each.__module__.split(".")[0] in OUR_PACKAGES]


@pytest.mark.parametrize("model_admin", ADMINS, ids=str)
def test_an_admin_has_few_classes_of_ours(model_admin):
    assert len(list_own_classes(model_admin)) <= MOST_CLASSES


def test_the_admin_of_a_symptom_is_composed():
    symptom_admin = admin.site._registry[apps.get_model("symptoms", "symptom")]
    assert list_own_classes(symptom_admin) == [
        "SymptomAdmin",
        "ReviewedPageAdmin",
        "BaseSymptomAdmin",
        "PageAdmin",
        "ComposedAdmin",
        "RequestValidationMixin",
    ]


@pytest.fixture
def rows(ann, ravi, settings):
    """A row of each model that has views of its own."""
    pages = (
        factories.make_symptom(ann),
        factories.make_article(ann),
        factories.make_about_page(ann),
        factories.make_emergency(ann),
    )
    factories.add_facts(pages[0], ann)
    for page in pages:
        factories.sign_page(page, by=ravi, asked_by=ann)
    factories.report_problem(pages[1])
    return {type(page): page for page in pages}


def get_statuses(client, rows) -> dict[str, int]:
    """The status with which each view of each admin answers: to GET, or where it must be, POST."""
    statuses = {}
    for model_admin in COMPOSED:
        for view in model_admin.views:
            name = view.url_name or model_admin.get_url_name(view.name)
            model = model_admin.model
            keys = []
            if isinstance(view, ObjectView):
                keys.append((rows.get(model) or model.objects.first()).pk)
            address = reverse(f"admin:{name}", args=keys)
            status = client.get(address).status_code
            if status == 405:
                status = client.post(address).status_code
            statuses[f"{model_admin.opts.model_name} {view.name}"] = status
    return statuses


@pytest.fixture
def staff(charlie):
    """Charlie among the staff, still without any right."""
    charlie.is_staff = True
    charlie.save()
    return charlie


@pytest.mark.django_db
def test_each_view_of_an_admin_asks_for_its_permission(client, staff, ann, rows):
    client.force_login(staff)
    statuses = get_statuses(client, rows)
    assert len(statuses) > 40
    assert {name for name, status in statuses.items() if status != 403} == set()

    staff.user_permissions.add(Permission.objects.get(codename="view_symptom"))
    client.force_login(staff)
    statuses = get_statuses(client, rows)
    assert {name for name, status in statuses.items() if status != 403} == {
        *("symptom preview", "symptom revisions", "symptom compare", "symptom revision"),
        *("symptom comments", "symptom export"),
    }

    client.force_login(ann)
    for name, status in get_statuses(client, rows).items():
        assert (status == 403) == (name.split()[1] in NOT_FOR_EDITORS), name
