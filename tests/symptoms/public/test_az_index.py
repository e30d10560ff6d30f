"""The A–Z: no symptom, one, three or hundreds, in any alphabet, by the signed names."""

import pytest

from articles.public.page_cache import page_cache
from articles.publishing import projections
from articles.publishing.actions import record_revision
from reviews.signing.actions import withdraw_page
from tests import factories, html

pytestmark = pytest.mark.django_db


def sign_symptoms(titles, ann, ravi) -> list:
    written = [
        factories.make_symptom(ann, slug=f"symptom-{n}", title=title)
        for n, title in enumerate(titles)
    ]
    for symptom in written:
        factories.sign_page(symptom, by=ravi, asked_by=ann)
    return written


def list_titles(page) -> list[str]:
    letters_and_menu = ("/symptoms/a-z/", "/symptoms/")
    return [
        link
        for link in html.get_links(page.text)
        if link.startswith("/symptoms/")
        and not link.startswith(letters_and_menu[0])
        and link != letters_and_menu[1]
    ]


def test_without_symptoms_it_says_so(client):
    page = client.get("/symptoms/")
    assert page.status_code == 200
    assert "No symptoms yet" in page.text
    assert list_titles(page) == []
    assert html.find_empty_sections(page.text) == []


@pytest.mark.parametrize("count", [1, 3])
def test_a_few_symptoms_are_all_on_one_page_in_a_fixed_number_of_queries(
    count, ann, ravi, client, django_assert_num_queries
):
    sign_symptoms(["Tremor", "Ache", "Tics"][:count], ann, ravi)
    page_cache.clear()
    with django_assert_num_queries(5):
        page = client.get("/symptoms/")
    in_order = {1: ["/symptoms/symptom-0/"], 3: [f"/symptoms/symptom-{n}/" for n in (1, 2, 0)]}
    assert list_titles(page) == in_order[count]
    assert html.find_empty_sections(page.text) == []
    with django_assert_num_queries(0):
        client.get("/symptoms/")


@pytest.mark.parametrize("count", [1, 3])
def test_a_letter_lists_its_symptoms_in_a_fixed_number_of_queries(
    count, ann, ravi, client, django_assert_num_queries
):
    sign_symptoms(["Ache", *["Tremor", "Tics", "Tingling"][:count]], ann, ravi)
    with django_assert_num_queries(6):
        page = client.get("/symptoms/a-z/t/")
    assert len(list_titles(page)) == count
    assert f"{count} symptom{'s' if count > 1 else ''}" in html.get_text(page.text)
    assert html.find_empty_sections(page.text) == []


def test_letters_of_other_alphabets_stand_under_a_sign_of_their_own(ann, ravi, client):
    sign_symptoms(["Ödem", "Кашель", "咳嗽", "5-day fever", "½ hour weakness"], ann, ravi)
    assert list_titles(client.get("/symptoms/a-z/o/")) == ["/symptoms/symptom-0/"]
    other = client.get("/symptoms/a-z/other/")
    assert sorted(list_titles(other)) == [f"/symptoms/symptom-{n}/" for n in (1, 2, 3, 4)]
    index = client.get("/symptoms/")
    assert sorted(list_titles(index)) == [f"/symptoms/symptom-{n}/" for n in range(5)]
    for page in (other, index):
        assert html.find_empty_sections(page.text) == []


def test_latin_letters_without_a_decomposition_stand_where_people_look(ann, ravi, client):
    sign_symptoms(["Œdema of the leg", "Østergaard sign", "Odd taste", "α-gal rash"], ann, ravi)
    shown = [f"/symptoms/symptom-{n}/" for n in (2, 0, 1)]
    assert list_titles(client.get("/symptoms/a-z/o/")) == shown
    assert list_titles(client.get("/symptoms/a-z/a/")) == ["/symptoms/symptom-3/"]


def test_a_letter_without_symptoms_says_so_and_is_no_link(ann, ravi, client):
    sign_symptoms(["Ache"], ann, ravi)
    page = client.get("/symptoms/a-z/z/")
    assert page.status_code == 200
    assert "Nothing under Z yet" in page.text
    assert html.find_empty_sections(page.text) == []
    letters = [link for link in html.get_links(page.text) if link.startswith("/symptoms/a-z/")]
    assert letters == ["/symptoms/a-z/a/"]


def test_a_letter_typed_large_leads_to_the_small_one(client):
    for large, small in (("F/", "f/"), ("Other/2/", "other/2/")):
        moved = client.get(f"/symptoms/a-z/{large}")
        assert (moved.status_code, moved["Location"]) == (301, f"/symptoms/a-z/{small}")


@pytest.mark.parametrize("rest", ["other/", "aa/", "9/", "a/0/", "a/2/", "a/99999999999999999999/"])
def test_there_is_no_page_past_the_last_letter_or_number(rest, ann, ravi, client):
    sign_symptoms(["Ache"], ann, ravi)
    assert client.get(f"/symptoms/a-z/{rest}").status_code == 404


def test_hundreds_of_symptoms_come_by_letter_and_page(ann, ravi, client):
    factories.publish_symptoms(301, by=ann, signer=ravi)
    index = client.get("/symptoms/")
    assert list_titles(index) == []
    assert "There are 301 symptoms." in index.text
    first, second = client.get("/symptoms/a-z/a/"), client.get("/symptoms/a-z/a/2/")
    assert (len(list_titles(first)), len(list_titles(second))) == (300, 1)
    assert len(set(list_titles(first) + list_titles(second))) == 301
    assert "/symptoms/a-z/a/2/" in html.get_links(first.text)
    assert "page 2 of 2" in html.get_text(second.text)
    assert client.get("/symptoms/a-z/a/3/").status_code == 404
    for page in (index, first, second):
        assert html.find_empty_sections(page.text) == []


def test_a_letter_page_with_few_and_with_300_symptoms_costs_the_same(
    ann, ravi, client, django_assert_num_queries
):
    factories.publish_symptoms(310, by=ann, signer=ravi)
    with django_assert_num_queries(6):
        client.get("/symptoms/a-z/a/")


def test_drafts_and_withdrawn_pages_are_not_listed_and_draft_titles_not_shown(
    ann, ravi, morgan, client
):
    kept, gone = sign_symptoms(["Ache", "Tics"], ann, ravi)
    factories.make_symptom(ann, slug="draft", title="Nobody signed this")
    factories.edit_page(kept, by=ann, title="Zzz draft title")
    withdraw_page(gone, reason="wrong", by=morgan)
    page = client.get("/symptoms/")
    assert list_titles(page) == ["/symptoms/symptom-0/"]
    assert "Ache" in page.text
    assert not [word for word in ("Zzz", "Nobody", "Tics") if word in page.text]
    assert "Nothing under Z yet" in client.get("/symptoms/a-z/z/").text


def sign_with_names(ann, ravi, slug: str, title: str, *names: str):
    symptom = factories.make_symptom(ann, slug=slug, title=title)
    for position, name in enumerate(names):
        symptom.other_names.create(name=name, position=position)
    factories.sign_page(symptom, by=ravi, asked_by=ann)
    return symptom


def test_other_names_lead_to_their_pages_under_their_own_letter(ann, ravi, client):
    sign_with_names(ann, ravi, "ringing", "Ringing in the ear", "Tinnitus", "RINGING in the ear")
    sign_with_names(ann, ravi, "hum", "Humming in the ear", "Tinnitus")
    page = client.get("/symptoms/a-z/t/")
    assert "Tinnitus: see Humming in the ear or Ringing in the ear" in html.get_text(page.text)
    assert list_titles(page) == ["/symptoms/hum/", "/symptoms/ringing/"]
    assert "0 symptoms and other names" in html.get_text(page.text)
    assert list_titles(client.get("/symptoms/a-z/r/")) == ["/symptoms/ringing/"]
    links = html.get_links(client.get("/").text)
    assert {"/symptoms/a-z/h/", "/symptoms/a-z/r/", "/symptoms/a-z/t/"} <= set(links)


def test_a_title_stands_before_another_page_with_the_same_name(ann, ravi, client):
    sign_with_names(ann, ravi, "rash", "Rash", "Hives")
    sign_with_names(ann, ravi, "hives", "Hives")
    page = client.get("/symptoms/a-z/h/")
    assert list_titles(page) == ["/symptoms/hives/", "/symptoms/rash/"]


def test_other_names_are_those_that_were_signed_and_go_with_their_page(ann, ravi, morgan, client):
    symptom = sign_with_names(ann, ravi, "ringing", "Ringing in the ear", "Tinnitus")
    symptom.other_names.create(name="Zinging", position=1)
    record_revision(symptom, by=ann)
    assert "Zinging" not in client.get("/symptoms/a-z/z/").text
    withdraw_page(symptom, reason="wrong", by=morgan)
    assert "Tinnitus" not in client.get("/symptoms/a-z/t/").text
    assert list(projections.find_faults()) == []


@pytest.mark.parametrize("count", [1, 3])
def test_other_names_cost_no_further_query(count, ann, ravi, client, django_assert_num_queries):
    for number in range(count):
        sign_with_names(ann, ravi, f"page-{number}", f"Page {number}", f"Tone {number}", "Tinnitus")
    page_cache.clear()
    with django_assert_num_queries(6):
        page = client.get("/symptoms/a-z/t/")
    assert len(list_titles(page)) == 2 * count
