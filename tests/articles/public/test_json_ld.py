"""The structured data of every page: the signed facts, in terms that schema.org allows there."""

import datetime as dt

import pytest
import time_machine

from articles.content.review_line import Person
from articles.models import Article
from articles.public import json_ld
from articles.public.page_cache import page_cache
from articles.public.specialties import SCHEMA_ORG_SPECIALTIES, get_schema_org_specialty
from tests import factories, html
from tests.html import find_node, find_schema_faults, read_json_ld

pytestmark = pytest.mark.django_db
SEARCH = '<script src="/static/js/search.js"'  # suggestions, which nobody needs for reading

PAGE = "/articles/keeping-a-diary/"
PAGE_URL = f"http://testserver{PAGE}"
FIRST = dt.datetime(2026, 3, 2, 9, 30, tzinfo=dt.UTC)


@pytest.fixture
def diary(ann, ravi):
    with time_machine.travel(FIRST, tick=False):
        article = factories.make_article(
            ann, advice="<p>Call 911 <b>now</b>.</p>", advice_level="emergency"
        )
        Article.objects.update(notice=factories.make_full_notice())
        factories.sign_page(article, by=ravi, asked_by=ann)
    return article


def find_page_node(client) -> dict:
    page_cache.clear()
    return find_node(read_json_ld(client.get(PAGE).text), "MedicalWebPage")


def test_every_term_of_an_article_may_stand_where_it_stands(diary, client):
    assert find_schema_faults(read_json_ld(client.get(PAGE).text)) == []


def test_the_page_is_told_as_it_was_signed(diary, client):
    revision = diary.publications.get().revision
    page = find_page_node(client)
    assert page["@id"] == page["url"] == PAGE_URL
    assert (page["name"], page["headline"], page["inLanguage"]) == (
        "Keeping a diary",
        "Keeping a diary",
        "en",
    )
    assert page["version"] == f"sha256:{revision.digest}"
    assert page["audience"] == {"@type": "MedicalAudience", "audienceType": "Patient"}
    assert page["mainContentOfPage"]["@type"] == "WebPageElement"
    assert page["citation"] == [
        {
            "@type": "CreativeWork",
            "name": "Diaries",
            "url": "https://medlineplus.gov/healthliteracy.html",
        }
    ]
    assert "aspect" not in page


def test_the_copyright_is_the_one_that_is_printed(diary, client):
    page = find_page_node(client)
    assert page["copyrightHolder"] == {"@type": "Organization", "name": "Full House"}
    assert page["copyrightYear"] == 2026
    assert page["copyrightNotice"] == "© 2026 Full House. All rights kept."
    assert page["usageInfo"] == "https://example.org/terms"


def test_the_reviewer_is_a_person_with_credentials(diary, client):
    graph = read_json_ld(client.get(PAGE).text)
    reviewer = find_node(graph, "Person")
    assert reviewer == {
        "@type": "Person",
        "@id": "http://testserver/reviewers/ravi-rao/#reviewer",
        "name": "Ravi Rao",
        "honorificSuffix": "MD",
        "hasCredential": [{"@type": "EducationalOccupationalCredential", "name": "MD"}],
        "knowsAbout": "Neurology",
        "url": "http://testserver/reviewers/ravi-rao/",
    }
    page = find_node(graph, "MedicalWebPage")
    assert page["reviewedBy"] == {"@type": "Person", "@id": reviewer["@id"]}
    assert page["specialty"] == "https://schema.org/Neurologic"


def test_a_review_moves_one_date_and_a_change_the_other(diary, ann, ravi, fiona, client):
    first = find_page_node(client)
    assert first["lastReviewed"] == "2026-03-02"
    assert first["datePublished"] == first["dateModified"] == "2026-03-02T09:30:00+00:00"
    with time_machine.travel(FIRST + dt.timedelta(days=10), tick=False):
        factories.edit_page(
            diary, by=ann, body="<p>Write down when it began, and when it ended.</p>"
        )
        unsigned = find_page_node(client)
        factories.sign_page(diary, by=fiona, asked_by=ann, trigger="change")
    assert unsigned == first
    changed = find_page_node(client)
    assert changed["dateModified"] == "2026-03-12T09:30:00+00:00"
    assert changed["version"] != first["version"]
    for name in ("lastReviewed", "datePublished", "reviewedBy"):
        assert changed[name] == first[name]
    with time_machine.travel(FIRST + dt.timedelta(days=20), tick=False):
        factories.sign_page(diary, by=ravi, asked_by=ann, trigger="annual")
    again = find_page_node(client)
    assert again["lastReviewed"] == "2026-03-22"
    assert again["dateModified"] == changed["dateModified"]


def test_a_correction_is_told(diary, ann, ravi, client):
    edited = factories.edit_page(diary, by=ann, body="<p>Write down when it ended.</p>")
    factories.sign_page(
        edited, by=ravi, asked_by=ann, trigger="change", correction="We said when it began."
    )
    assert find_page_node(client)["correction"] == ["We said when it began."]


def test_nothing_signed_can_end_the_element_that_carries_it(ann, ravi, client):
    nasty = 'A </script><script>alert("1")</script> & <!-- a diary'
    factories.sign_page(
        factories.make_article(ann, title=nasty, summary=nasty), by=ravi, asked_by=ann
    )
    html = client.get(PAGE).text
    assert html.count("<script") == html.count("</script>") == 2 + html.count(SEARCH)
    assert find_node(read_json_ld(html), "MedicalWebPage")["name"] == nasty


def test_the_front_page_is_the_site_and_offers_no_search_to_others(diary, client):
    graph = read_json_ld(client.get("/").text)
    assert find_schema_faults(graph) == []
    site = find_node(graph, "WebSite")
    assert (site["name"], site["url"]) == ("Countersign", "http://testserver/")
    assert "SearchAction" not in client.get("/").text


@pytest.mark.parametrize(
    ("address", "kind"),
    [
        ("/articles/", "CollectionPage"),
        ("/topics/general-health/", "CollectionPage"),
        ("/reviewers/ravi-rao/", "ProfilePage"),
    ],
)
def test_lists_and_reviewers_say_what_they_are(address, kind, diary, client):
    graph = read_json_ld(client.get(address).text)
    assert find_schema_faults(graph) == []
    page = find_node(graph, kind)
    assert page["url"] == f"http://testserver{address}"
    if kind == "ProfilePage":
        assert page["mainEntity"]["honorificSuffix"] == "MD"


def test_a_person_without_a_page_is_a_part_of_the_page():
    nobody = json_ld.build_person(
        Person(name="Jo Doe"),
        lambda path: f"https://a.example{path}",
        fallback_url="https://a.example/x/",
    )
    assert nobody["@id"] == "https://a.example/x/#reviewer"
    assert nobody["url"] == ""


def test_a_specialty_is_told_in_the_words_of_schema_org_where_it_has_any():
    assert get_schema_org_specialty("NEUROLOGY") == "https://schema.org/Neurologic"
    assert get_schema_org_specialty("Sleep medicine") == {
        "@type": "MedicalSpecialty",
        "name": "Sleep medicine",
    }
    assert get_schema_org_specialty("") == ""
    assert set(SCHEMA_ORG_SPECIALTIES.values()) <= set(html.MEMBERS["MedicalSpecialty"])


@pytest.mark.parametrize(
    ("wrong", "fault"),
    [
        ({"@type": "MedicalWebPage", "aspect": "causes"}, "aspect is no term of ours"),
        (
            {"@type": "Physician", "honorificSuffix": "MD"},
            "honorificSuffix does not stand on Physician",
        ),
        (
            {"@type": "MedicalWebPage", "lastReviewed": "2 May 2026"},
            "lastReviewed cannot be '2 May 2026'",
        ),
        ({"@type": "MedicalWebPage", "url": "/articles/"}, "url cannot be '/articles/'"),
        ({"@type": "MedicalWebPage", "reviewedBy": "Ravi"}, "reviewedBy cannot be 'Ravi'"),
        (
            {"@type": "MedicalWebPage", "specialty": "https://schema.org/Hopeful"},
            "specialty cannot be",
        ),
        (
            {"@type": "CollectionPage", "cause": {"@type": "MedicalCause"}},
            "cause does not stand on CollectionPage",
        ),
        (
            {"@type": "MedicalWebPage", "about": {"@type": "MedicalSymptom", "@id": "/#x"}},
            "/#x is nowhere said to be",
        ),
    ],
)
def test_a_term_in_the_wrong_place_is_noticed(wrong, fault):
    found = find_schema_faults([{"@id": "https://a.example/"} | wrong])
    assert len(found) == 1
    assert found[0].startswith(fault)
