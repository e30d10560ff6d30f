"""After a merge search, finder, sitemap, feed and the static site agree."""

import pytest
from django.core.management import call_command

from articles.public.page_cache import page_cache
from config.operations.static_site import addresses
from config.operations.static_site.rendering import render_page, use_export_settings
from reviews import verification
from symptoms.models import (
    CauseAddress,
    PublishedCause,
    PublishedExcerpt,
    PublishedRelation,
    RelatedSymptom,
    SymptomCause,
)
from tests import factories, html
from tests.merging import merge_causes, merge_symptoms

pytestmark = pytest.mark.django_db
MERGED_PATH, REMAINING_PATH = "/symptoms/facial-twitch/", "/symptoms/facial-spasms/"


@pytest.fixture
def merged(ann, ravi, morgan):
    """A published page and a public cause were merged, and all that named them was signed."""
    lost = factories.make_symptom(ann, slug="facial-twitch", title="Facial twitch")
    kept = factories.make_symptom(ann)
    causes = (
        factories.make_cause(ann, name="Tourette syndrome", slug="tourette-syndrome"),
        factories.make_cause(ann),
    )
    other = factories.make_symptom(ann, slug="other", title="Other")
    RelatedSymptom.objects.create(symptom=other, other=lost, system="eyes")
    for symptom, cause in ((lost, causes[0]), (kept, causes[1]), (other, causes[0])):
        SymptomCause.objects.create(symptom=symptom, cause=cause)
        factories.sign_page(factories.edit_page(symptom, by=ann), by=ravi, asked_by=ann)
    merge_symptoms(lost, kept, by=morgan)
    merge_causes(*causes, by=morgan)
    return {"kept": kept, "other": other}


@pytest.fixture
def signed(merged, ann, ravi):
    for symptom in merged.values():
        factories.sign_page(symptom, by=ravi, asked_by=ann)
    page_cache.clear()
    return merged


def test_before_a_signature_nothing_says_the_new_words(merged, client):
    page_cache.clear()
    assert "Facial twitch" not in client.get(REMAINING_PATH).text
    page_of_other = client.get("/symptoms/other/")
    assert "Facial twitch" in page_of_other.text
    assert MERGED_PATH not in html.get_links(page_of_other.text)
    assert client.get("/causes/tourette-syndrome/").status_code == 200
    assert "facial-twitch" not in client.get("/sitemap.xml").text
    shown = client.get("/search/?q=facial+twitch").text
    assert MERGED_PATH not in html.get_links(shown)
    assert client.get("/finder/?s=facial-twitch").status_code == 200


def test_after_the_signatures_old_ways_lead_on_and_lists_name_what_stands(signed, client):
    for path, to in (
        (MERGED_PATH, REMAINING_PATH),
        ("/causes/tourette-syndrome/", "/causes/tourettes-syndrome/"),
    ):
        answer = client.get(path)
        assert (answer.status_code, answer["Location"]) == (301, to)
    assert REMAINING_PATH in html.get_links(client.get("/symptoms/other/").text)
    assert REMAINING_PATH in html.get_links(client.get("/search/?q=facial+twitch").text)
    listed = client.get("/sitemap.xml").text
    assert "tourettes-syndrome" in listed
    assert "tourette-syndrome" not in listed
    assert list(verification.find_faults()) == []


def test_the_site_as_plain_files_leads_on_in_the_same_way(signed):
    paths = {address.path for address in addresses.iter_addresses()}
    with use_export_settings("https://example.org"):
        for path, to in (
            (MERGED_PATH, REMAINING_PATH),
            ("/causes/tourette-syndrome/", "/causes/tourettes-syndrome/"),
        ):
            assert path in paths
            answer = render_page(path)
            assert (answer.status, answer.location) == (301, to)
        assert render_page(f"{MERGED_PATH}history/").status == 410


def test_the_projections_made_anew_from_the_log_are_the_same(signed):
    def projected():
        return [
            sorted(map(str, model.objects.order_by().values_list(*fields)))
            for model, fields in (
                (PublishedCause, ("article", "cause_uuid", "name", "slug", "latest")),
                (CauseAddress, ("slug", "cause_uuid")),
                (PublishedRelation, ("article", "system", "other_uuid")),
                (PublishedExcerpt, ("article", "revision", "text")),
            )
        ]

    before = projected()
    call_command("rebuild_projections", verbosity=0)
    assert projected() == before
