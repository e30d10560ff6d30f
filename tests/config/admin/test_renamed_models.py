"""Bookmarks of the admin from before models were renamed lead to the same place."""

import pytest
from django.contrib.admin.models import CHANGE, LogEntry
from django.contrib.contenttypes.models import ContentType
from django.test import Client

from articles.models import PublicationEvent
from reviews.models import LedgerEntry
from tests.factories import make_symptom, sign_page

pytestmark = pytest.mark.django_db
RENAMED = [
    ("/admin/articles/publication/", "/admin/articles/publicationevent/"),
    ("/admin/reviews/signature/", "/admin/reviews/ledgerentry/"),
]


@pytest.fixture
def morgans(morgan) -> Client:
    client = Client()
    client.force_login(morgan)
    return client


@pytest.mark.parametrize(("old", "new"), RENAMED)
@pytest.mark.parametrize("rest", ["", "1/change/", "?o=1&q=a+b", "1/history/?_popup=1", "earlier/"])
def test_an_old_address_redirects_for_good_with_what_follows_it(morgans, old, new, rest):
    for method in (morgans.get, morgans.head):
        response = method(f"{old}{rest}")
        assert (response.status_code, response["Location"]) == (301, f"{new}{rest}")


@pytest.mark.parametrize(("old", "new"), RENAMED)
def test_an_old_address_without_its_slash_gets_there_too(morgans, old, new):
    response = morgans.get(f"{old.rstrip('/')}?o=1", follow=True)
    assert response.redirect_chain[-1] == (f"{new}?o=1", 301)
    assert response.status_code == 200


def test_a_form_that_is_sent_to_an_old_address_is_sent_again_to_the_new_one(morgans):
    response = morgans.post("/admin/reviews/signature/earlier/?x=1", {"layout": "read"})
    assert response.status_code == 308
    assert response["Location"] == "/admin/reviews/ledgerentry/earlier/?x=1"


def test_a_list_that_was_filtered_is_filtered_still(morgans):
    response = morgans.get("/admin/reviews/signature/?outcome__exact=signed&q=x", follow=True)
    assert response.status_code == 200
    assert response.context["cl"].params == {"outcome__exact": "signed", "q": "x"}


def test_nobody_is_led_anywhere_before_they_have_logged_in(client):
    response = client.get("/admin/reviews/signature/1/change/?a=b")
    assert response.status_code == 302
    assert response["Location"].startswith("/admin/login/?next=/admin/reviews/signature/1/change/")


def test_addresses_that_never_were_are_still_not_found(morgans):
    for address in ("articles/origin/", "symptoms/causeorigin/", "reviews/standing/"):
        assert morgans.get(f"/admin/{address}").status_code == 404


def test_a_recent_action_on_a_renamed_model_links_to_its_form(morgan):
    entry = LogEntry.objects.create(
        user=morgan,
        content_type=ContentType.objects.get_for_model(LedgerEntry),
        object_id="7",
        object_repr="A signature",
        action_flag=CHANGE,
    )
    assert entry.get_admin_url() == "/admin/reviews/ledgerentry/7/change/"


def test_a_renamed_field_has_a_label_of_its_own(morgans, ann, ravi):
    """The form of a publication event shows column frame, which the model calls metadata."""
    sign_page(make_symptom(ann), by=ravi, asked_by=ann)
    key = PublicationEvent.objects.get().pk
    response = morgans.get(f"/admin/articles/publicationevent/{key}/change/")
    assert "<label>Page metadata:</label>" in response.text
    assert "Metadata" not in response.text
