"""What a page says of its copies in a CDN."""

import pytest
from django.test import Client, override_settings

from articles.page_store import copies
from articles.page_store.following import follower
from articles.page_store.rendered import RenderedPage, build_subjects
from articles.page_store.subjects import hash_subject, page
from reviews.signing.actions import withdraw_page
from tests import factories

PAGE = "/symptoms/facial-spasms/"
NAMES = ("CDN-Cache-Control", "Surrogate-Key")


@pytest.fixture
def site(symptom, ravi, ann, page_store):
    factories.sign_page(symptom, by=ravi, asked_by=ann)
    return symptom


@pytest.fixture
def cdn(settings):
    settings.CDN_MAX_AGE = 50


def has_none(response) -> bool:
    return not any(name in response.headers for name in NAMES)


def test_without_the_setting_no_page_says_anything_to_a_cdn(site, client):
    assert has_none(client.get(PAGE))


def test_a_page_says_how_long_it_may_be_copied_and_by_which_keys_it_goes(site, client, cdn):
    for _ in range(2):  # rendered, and from memory
        answer = client.get(PAGE)
        assert answer["CDN-Cache-Control"] == "public, max-age=50, must-revalidate"
        assert answer["Cache-Control"] == "public, max-age=0, must-revalidate"
        keys = answer["Surrogate-Key"].split()
        assert copies.get_key(hash_subject(page(site.uuid))) in keys
        assert all(len(key) == 8 for key in keys)
        assert str(site.uuid) not in answer["Surrogate-Key"]
    unchanged = client.get(PAGE, headers={"If-None-Match": answer["ETag"]})
    assert unchanged.status_code == 304
    assert [unchanged[name] for name in NAMES] == [answer[name] for name in NAMES]


def test_the_reason_of_a_withdrawal_is_copied_and_goes_when_the_page_is_back(
    site, client, cdn, morgan
):
    withdraw_page(site, by=morgan, reason="safety")
    follower.clear()
    gone = client.get(PAGE)
    assert gone.status_code == 410
    assert copies.get_key(hash_subject(page(site.uuid))) in gone["Surrogate-Key"].split()


@pytest.mark.parametrize(
    "address",
    [
        "/search/?q=spasms",
        "/search/suggestions/?q=fac",
        "/finder/",
        f"/feedback/?path={PAGE}",
        "/feedback/",
        "/nowhere/",
        "/healthz",
        "/accounts/login/",
        "/robots.txt",
        "/symptoms/facial-spasms",
    ],
)
def test_what_is_private_secret_or_unstored_is_never_copied(site, client, cdn, address):
    client.get(PAGE)
    assert has_none(client.get(address))


@pytest.mark.parametrize("address", ["/admin/", "/admin/symptoms/symptom/", "/desk/"])
def test_no_page_of_the_staff_is_copied(site, ann_client, cdn, address):
    assert has_none(ann_client.get(address))


def test_no_page_is_copied_where_there_is_no_store(site, client, cdn, settings):
    settings.PAGE_STORE = False
    assert has_none(client.get(PAGE))


def test_a_page_that_could_not_be_checked_is_not_copied(site, client, cdn, settings, monkeypatch):
    settings.PUBLIC_OUTAGE_SECONDS = 60
    client.get(PAGE)
    monkeypatch.setattr(follower, "follow", lambda: None)
    monkeypatch.setattr("articles.page_store.outage.watch._is_down", True)
    answer = client.get(PAGE)
    assert "could not be checked" in answer.content.decode()
    assert answer["Cache-Control"] == "no-store"
    assert has_none(answer)


def test_no_copy_outlives_the_day_on_which_the_page_changes_by_itself(cdn, page_store):
    now = 1_800_000_000
    rendered = RenderedPage(b"", '""', revision=1, rendered_at=now, expires_at=now + 20)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("articles.page_store.copies.time.time", lambda: now + 5)
        assert "max-age=15," in copies.build_headers(rendered)["CDN-Cache-Control"]
        patch.setattr("articles.page_store.copies.time.time", lambda: now + 20)
        assert copies.build_headers(rendered) == {}


def test_a_page_of_hundreds_of_subjects_has_a_short_header_and_goes_with_every_change(
    cdn, page_store
):
    many = build_subjects(list(range(copies.MAX_KEYS + 1)))
    rendered = RenderedPage(b"", '""', revision=1, expires_at=2**40, subjects=many)
    keys = copies.build_headers(rendered)["Surrogate-Key"].split()
    assert len(keys) == 2
    assert set(keys) & set(copies.get_keys(["any subject"]))
    few = RenderedPage(b"", '""', revision=1, expires_at=2**40, subjects=many[:-1])
    assert not set(copies.build_headers(few)["Surrogate-Key"].split()) & set(
        copies.get_keys(["any subject"])
    )


def test_every_copy_goes_with_a_change_of_everything(cdn, site, client):
    keys = Client().get(PAGE)["Surrogate-Key"].split()
    assert set(copies.get_keys(["everything"])) & set(keys)


def test_keys_cannot_be_guessed_without_the_key_of_the_site(site):
    key = copies.get_key(1)
    copies.get_key.cache_clear()
    copies._get_secret.cache_clear()
    with override_settings(SECRET_KEY="another"):
        assert copies.get_key(1) != key
    copies.get_key.cache_clear()
    copies._get_secret.cache_clear()
    assert copies.get_key(1) == key
