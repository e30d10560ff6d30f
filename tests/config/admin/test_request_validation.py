"""A choice that no row can have is refused where it stands.

An address that no database can answer breaks nothing.
"""

from collections.abc import Sequence
from itertools import chain

import pytest
from django.contrib import admin
from django.contrib.admin.widgets import AutocompleteMixin
from django.contrib.auth.models import Group, User
from django.db import connection
from django.test import Client, RequestFactory

from articles.admin.autocomplete import PreloadedChoicesMixin
from articles.models import Article
from reviews.models import Reviewer
from symptoms.models import Symptom
from tests import factories
from tests.factories import get_person
from tests.html import read_form

pytestmark = pytest.mark.django_db
UUID = "00000000-0000-4000-8000-000000000000"
# Each engine refuses these in its own way; the others are read by our code and by Django's.
OF_ENGINES = ["\0", "9" * 30, UUID]
NO_KEYS = [*OF_ENGINES, "abc", "1.5", "7\0", "²", "٣", "-1", "[]", "1e9", "x" * 5000]
EACH_NO_KEY = [
    *OF_ENGINES,
    *(pytest.param(value, marks=pytest.mark.sqlite) for value in NO_KEYS[len(OF_ENGINES) :]),
]
CHOICES = ("topics", "notice", "writer", "risk")
UNKEPT = ["%00", "%ED%A0%80", "a%00b", "%00%00"]


@pytest.fixture
def chief_client(client):
    """A superuser, signed in: nothing is closed to them."""
    user = User.objects.create_superuser("chief", "chief@example.org", "correct-horse-battery")
    client.force_login(user)
    return user


@pytest.fixture(scope="module")
def built_symptom(module_db) -> Symptom:
    ann = get_person("ann")
    page = factories.make_symptom(ann)
    factories.add_facts(page, ann, causes=2, related=2)
    return page


@pytest.fixture(scope="module")
def opened(built_symptom) -> dict:
    """The form as Ann opened it, before anything was typed."""
    client = Client()
    client.force_login(get_person("ann"))
    return read_form(client.get(get_form_path(built_symptom)))


@pytest.fixture
def symptom(built_symptom, db) -> Symptom:
    return Symptom.objects.get(pk=built_symptom.pk)


def for_engine(values: Sequence[str], of_engines: Sequence[str]) -> Sequence[str]:
    """All values on SQLite; on PostgreSQL those that it refuses in its own way."""
    return values if connection.vendor == "sqlite" else of_engines


def get_form_path(page) -> str:
    return f"/admin/symptoms/symptom/{page.pk}/change/"


# Choices in forms


@pytest.mark.parametrize("value", EACH_NO_KEY)
def test_a_choice_that_is_no_key_is_a_word_in_its_row_and_no_lost_form(
    client, ann, symptom, opened, value
):
    client.force_login(ann)
    fields = ("symptom_causes-0-cause", "related_symptoms-1-other")
    typed = dict.fromkeys(fields, value) | {
        "summary": "Typed a moment ago.",
        "symptom_causes-1-text": "<p>Typed, too.</p>",
    }
    answer = client.post(get_form_path(symptom), opened | typed)
    assert answer.status_code == 200
    words = [answer.text.count(text) for text in ("Choose again", "Null characters are not")]
    assert sum(words) >= len(fields)
    kept = read_form(answer)
    assert kept["summary"] == ["Typed a moment ago."]
    assert kept["symptom_causes-1-text"] == ["<p>Typed, too.</p>"]
    assert not any(any(kept[field]) for field in fields)
    assert symptom.revisions.count() == 2


@pytest.mark.parametrize("value", ["9" * 5000, "abc", "1.5", "²", "-1", ""])
def test_a_row_whose_place_is_no_number_is_shown_again_with_its_words(
    client, ann, symptom, opened, value
):
    client.force_login(ann)
    row = {"symptom_causes-0-position": value, "symptom_causes-0-text": "<p>Typed.</p>"}
    answer = client.post(get_form_path(symptom), opened | row | {"title": ""})
    assert answer.status_code == 200
    assert read_form(answer)["symptom_causes-0-text"] == ["<p>Typed.</p>"]


@pytest.mark.parametrize("value", [*EACH_NO_KEY, ""])
def test_a_picture_that_is_no_key_is_a_word_in_its_row(client, ann, symptom, opened, value):
    client.force_login(ann)
    row = {"figures-TOTAL_FORMS": "1", "figures-0-alt": "Two lines.", "figures-0-image": value}
    answer = client.post(get_form_path(symptom), opened | row)
    assert answer.status_code == 200
    assert read_form(answer)["figures-0-alt"] == ["Two lines."]


@pytest.mark.parametrize("value", EACH_NO_KEY)
def test_a_choice_of_the_page_itself_that_is_no_key_is_a_word_beside_it(
    client, ann, symptom, opened, value
):
    client.force_login(ann)
    typed = dict.fromkeys(CHOICES, value) | {"summary": "Typed a moment ago."}
    answer = client.post(get_form_path(symptom), opened | typed)
    assert answer.status_code == 200
    assert "<title>Error:" in answer.text
    assert read_form(answer)["summary"] == ["Typed a moment ago."]
    refused = set(answer.context["adminform"].form.errors)
    if value == "٣":  # Django reads it as the number that it is
        refused |= {"topics", "notice", "writer"}
    assert set(CHOICES) <= refused


def test_the_account_of_a_reviewer_that_is_no_key_is_refused_by_the_form(client, chief_client):
    address = "/admin/reviews/reviewer/add/"
    for value in for_engine(NO_KEYS, OF_ENGINES):
        assert client.get(address, {"user": value}).status_code == 200, value
        answer = client.post(
            address, read_form(client.get(address)) | {"user": value, "name": "Ravi Rao"}
        )
        assert answer.status_code == 200, value
        assert read_form(answer)["name"] == ["Ravi Rao"]
    assert not Reviewer.objects.exists()


def test_groups_and_rights_that_are_no_keys_are_refused_by_the_forms_of_django(
    client, chief_client
):
    group = Group.objects.first()
    for address, field in [
        (f"/admin/auth/user/{chief_client.pk}/change/", "groups"),
        (f"/admin/auth/user/{chief_client.pk}/change/", "user_permissions"),
        (f"/admin/auth/group/{group.pk}/change/", "permissions"),
    ]:
        opened = read_form(client.get(address))
        for value in for_engine(NO_KEYS, OF_ENGINES):
            assert client.post(address, opened | {field: [value]}).status_code in (200, 302), (
                field,
                value,
            )


def test_every_box_that_suggests_names_is_one_that_breaks_at_no_value(chief_client):
    request = RequestFactory().get("/")
    request.user = chief_client
    boxes = []
    for model, of in admin.site._registry.items():
        if not of.has_add_permission(request):
            continue
        forms = [of.get_form(request)] + [
            inline.get_formset(request).form for inline in of.get_inline_instances(request)
        ]
        fields = chain.from_iterable(form.base_fields.values() for form in forms)
        widgets = [getattr(field.widget, "widget", field.widget) for field in fields]
        boxes += [(model, widget) for widget in widgets if isinstance(widget, AutocompleteMixin)]
    assert {model for model, _ in boxes} >= {Symptom, Article, Reviewer}
    assert [model for model, box in boxes if not isinstance(box, PreloadedChoicesMixin)] == []


# Addresses


STOCK = [
    "/admin/auth/user/?{}",
    "/admin/auth/group/?{}",
    "/admin/articles/topic/?{}",
    "/admin/articles/redirect/?{}",
    "/admin/symptoms/cause/?{}",
    "/admin/reviews/reviewer/?{}",
    "/admin/reviews/medicalreview/?{}",
    "/admin/reviews/ledgerentry/?{}",
    "/admin/articles/publicationevent/?{}",
    "/admin/articles/revision/?{}",
    "/admin/mfa/authenticator/?{}",
    "/admin/symptoms/symptom/?{}",
    "/admin/articles/article/?{}",
]
ASKED = [
    "q={}",
    "o={}",
    "p={}",
    "all={}",
    "_popup={}",
    "_to_field={}",
    "_changelist_filters={}",
    "{}={}",
    "id__exact={}",
]


@pytest.mark.parametrize("address", STOCK)
def test_a_list_asked_for_what_no_database_keeps_is_no_error(client, chief_client, address):
    for asked in ASKED:
        for value in for_engine(UNKEPT, UNKEPT[:2]):
            answer = client.get(address.format(asked.replace("{}", value)))
            assert answer.status_code in (200, 302, 400), (asked, value)


@pytest.mark.parametrize(
    "asked",
    [
        "username__exact=%00",
        "username__startswith=a%00",
        "is_staff__exact=%00",
        "groups__id__exact=%00",
        "groups__id__exact=" + "9" * 30,
        "groups__id__exact=abc",
        "id__in=" + "9" * 30,
        "id__in=1,abc",
        "id__gt=" + "9" * 30,
        "date_joined__year=99999999",
        "date_joined__year=0",
        "date_joined__gte=%00",
        "date_joined__date=nonsense",
        "first_name__regex=(",
        "first_name__iregex=[",
    ],
)
def test_a_filter_of_django_with_a_value_that_cannot_be_is_no_error(client, chief_client, asked):
    answer = client.get(f"/admin/auth/user/?{asked}", follow=True)
    assert answer.status_code in (200, 400)


def test_a_filter_by_another_row_with_a_number_that_no_row_has_finds_nothing(client, chief_client):
    for asked in (
        "reviewer__id__exact",
        "article__exact",
        "article__id__exact",
        "article__in",
        "id__exact",
    ):
        answer = client.get("/admin/reviews/medicalreview/", {asked: "9" * 30}, follow=True)
        assert answer.status_code in (200, 400), asked


@pytest.mark.parametrize("value", UNKEPT)
def test_suggestions_for_what_no_database_keeps_are_no_error(client, chief_client, value):
    of = "app_label=reviews&model_name=reviewer&field_name=user"
    assert client.get(f"/admin/autocomplete/?{of}&term={value}").status_code == 200
    assert client.get(f"/admin/autocomplete/?{of}&term=a&page={value}").status_code in (200, 404)
    for name in ("app_label", "model_name", "field_name"):
        assert client.get(f"/admin/autocomplete/?{of}&{name}={value}").status_code in (
            400,
            403,
            404,
        )


@pytest.mark.parametrize(
    "address",
    [
        "/admin/auth/user/{}/change/",
        "/admin/auth/user/{}/history/",
        "/admin/auth/user/{}/password/",
        "/admin/articles/topic/{}/delete/",
        "/admin/symptoms/symptom/{}/change/",
        "/admin/symptoms/cause/{}/merge/",
        "/admin/r/{}/{}/",
        "/admin/r/1/{}/",
        "/admin/{}/",
        "/admin/reports/{}/",
        "/accounts/password/reset/key/{}-{}/",
        "/accounts/password/reset/key/1-{}/",
    ],
)
def test_an_id_that_no_row_can_have_leads_nowhere(client, chief_client, address):
    for value in ("%00", "1%00", "abc", "%C2%B2", "9" * 30, "-1", UUID):
        answer = client.get(address.replace("{}", value))
        assert answer.status_code in (200, 302, 403, 404), (address, value)
    assert client.get(address.replace("{}", "%00")).status_code == 404


@pytest.mark.parametrize("path", ["/accounts/login/", "/accounts/password/reset/", "/admin/login/"])
def test_the_entrance_takes_any_characters_in_its_address_and_its_fields(client, path, ann):
    for name in ("next", "login", "%00"):
        assert client.get(f"{path}?{name}=%00").status_code in (200, 302)
    for fields in (
        {"login": "ann\0", "password": "x"},
        {"login": "ann", "password": "x\0"},
        {"login": "ann", "password": "x", "next": "/admin/\0"},
        {"email": "ann\0@example.org"},
    ):
        assert client.post(path, fields).status_code in (200, 302)


def test_a_cookie_with_such_a_character_is_nobodys_session(client):
    client.cookies.load({"sessionid": "\0" * 32})
    assert client.get("/accounts/login/").status_code == 200
    assert client.get("/admin/").status_code == 302


def test_rows_ticked_with_keys_that_cannot_be_are_no_error_in_any_list(client, chief_client, ann):
    request = RequestFactory().get("/")
    request.user = chief_client
    for model, of in admin.site._registry.items():
        address = f"/admin/{model._meta.app_label}/{model._meta.model_name}/"
        for action in of.get_actions(request):
            for value in for_engine(("abc", "\0", "9" * 30, "²", "1.5", UUID), OF_ENGINES):
                sent = {"action": action, "_selected_action": [value], "index": "0"}
                assert client.post(address, sent).status_code in (200, 302, 403), (
                    address,
                    action,
                    value,
                )


@pytest.mark.parametrize(
    ("address", "field"),
    [
        ("/admin/auth/group/add/", "name"),
        ("/admin/auth/user/add/", "username"),
        ("/admin/articles/topic/add/", "name"),
        ("/admin/articles/topic/add/", "slug"),
        ("/admin/symptoms/cause/add/", "name"),
        ("/admin/reviews/reviewer/add/", "name"),
        ("/admin/reviews/reviewer/add/", "licence_expires"),
        ("/admin/articles/copyrightnotice/add/", "holder"),
        ("/admin/articles/copyrightnotice/add/", "year"),
    ],
)
def test_forms_refuse_such_a_character_in_its_field_and_keep_the_rest(
    client, chief_client, address, field
):
    answer = client.post(address, read_form(client.get(address)) | {field: "a\0b"})
    assert answer.status_code == 200
    assert "errornote" in answer.text


def test_no_form_of_a_list_has_more_rows_than_the_list_shows(chief_client):
    request = RequestFactory().get("/")
    request.user = chief_client
    for model, of in admin.site._registry.items():
        assert of.get_changelist_formset(request).absolute_max <= 500, model


@pytest.mark.parametrize("count", [20_001, 100_000])
def test_a_form_of_more_fields_than_are_read_says_so_and_saves_nothing(
    client, ann, symptom, opened, count
):
    client.force_login(ann)
    more = {f"x-{number}": "" for number in range(count)}
    answer = client.post(get_form_path(symptom), opened | more)
    assert answer.status_code == 400
    assert "Nothing of this form was saved" in answer.text
    large = client.post(get_form_path(symptom), opened | {"summary": "x" * 11_000_000})
    assert large.status_code == 400
    assert "too much at once" in large.text
    assert symptom.revisions.count() == 2
