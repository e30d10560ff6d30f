"""The finder's page: any address, nothing stored, gone when switched off, parts for htmx."""

import pytest

from articles.public.page_cache import page_cache
from articles.publishing.actions import change_slug
from reviews.signing.actions import withdraw_page
from tests import factories, html
from tests.symptoms.finder.finder_page import FINDER, ask_finder, list_causes, list_headings

pytestmark = pytest.mark.django_db


def test_with_nothing_chosen_the_steps_the_purpose_and_the_limits_are_there(client):
    answer = client.get(FINDER)
    text = html.get_text(answer.text)
    assert answer.status_code == 200
    for heading in ("1 Choose your symptoms", "2 Causes that our pages name"):
        assert heading.replace(" ", "") in text.replace(" ", "")
    assert "Absence from this list is no reassurance" in text
    assert "It is not a diagnosis" in text
    assert "How the list is made" in text
    assert html.find_empty_sections(answer.text) == []


def test_a_full_page_has_no_holes_and_never_says_you_have(publish, client, ann):
    stiff = publish("stiff-neck")
    publish("ache", ("Stress", "serious", "rare"), related=[stiff], serious=[publish("tics")])
    answer = ask_finder(client, "ache", "stiff-neck", system="neurological")
    assert html.find_empty_sections(answer.text) == []
    text = html.get_text(answer.text).replace("if you also have", "").replace("You have chosen", "")
    assert "you have" not in text.lower()


def test_a_symptom_that_is_gone_is_named_as_gone_and_the_others_are_used(publish, client, morgan):
    publish("ache", ("Stress", "", ""))
    withdraw_page(publish("tics", ("Nerves", "", "")), reason="wrong", by=morgan)
    answer = ask_finder(client, "tics", "ache")
    assert "“Tics” is no longer published." in html.get_text(answer.text)
    assert "/symptoms/tics/" in html.get_links(answer.text)
    assert list_causes(answer) == ["Stress"]
    assert "Named as a cause of ache" in html.get_text(answer.text)
    assert 'value="tics"' not in answer.text


def test_unknown_addresses_and_drafts_are_counted_and_never_named(publish, client, ann):
    publish("ache")
    factories.make_symptom(ann, slug="zqdraft", title="Zqdraft")
    answer = ask_finder(client, "zqdraft", "ache", "zqnever", "no good")
    assert "3 symptoms in this address are not among the pages" in html.get_text(answer.text)
    assert "zq" not in answer.text.lower()


def test_an_address_of_old_is_followed_and_counts_once(publish, client, morgan):
    page = publish("ache", ("Stress", "", ""))
    change_slug(page, slug="soreness", by=morgan)
    answer = ask_finder(client, "ache", "soreness", "ache")
    assert list_causes(answer) == ["Stress"]
    assert answer.text.count('name="s"') == 1
    assert 'name="s" value="soreness"' in answer.text
    assert "Named as a cause of" in html.get_text(answer.text)


def test_symptoms_without_a_common_cause_say_what_each_explains(publish, client):
    publish("ache", ("Stress", "", ""))
    publish("tics", ("Nerves", "", ""))
    answer = ask_finder(client, "ache", "tics")
    assert "Named for 1 of your 2 symptoms" in list_headings(answer)
    assert "Named for both" not in html.get_text(answer.text)


def test_a_symptom_whose_page_names_no_cause_says_so(publish, client):
    publish("ache")
    text = html.get_text(ask_finder(client, "ache").text)
    assert "names no cause. That does not mean that there is none." in text
    assert "Call 911 if one side" in text


def test_more_symptoms_than_fit_are_left_out_in_words(publish, client):
    slugs = [f"ache-{n}" for n in range(12)]
    for slug in slugs:
        publish(slug)
    answer = ask_finder(client, *slugs)
    assert "The first 10 are taken, and 2 left out." in html.get_text(answer.text)
    assert 'name="q"' not in answer.text
    assert "Remove one to add another." in html.get_text(answer.text)


TOO_LONG = [
    "s=" + "a" * 200_000,
    "q=" + "é" * 100_000,
    "&".join(f"s=ache-{n}" for n in range(15_000)),
]
HOSTILE = [
    "&".join(f"s=ache-{n}" for n in range(300)),
    "s=%00&s=ache%00&q=%00ache&system=%00&letter=%00&page=%00",
    "s=%ff%fe&q=%ff&system=%ff&page=%ff",
    "s=&s=&q=&system=&letter=&page=&causes=",
    "s=ache&s=ache&s=ACHE&s=..%2F..%2Fetc&s=%27%20OR%201%3D1&q=%25_%5C%27",
    "s[]=ache&s=ache%20tics&system=nowhere&letter=%C3%A4&page=-1&causes=1e9",
    "system=all&page=99999&letter=zz",
    "q=%ED%A0%80&s=%ED%A0%80",
]


def test_no_address_breaks_it(publish, client):
    publish("ache", ("Stress", "", ""))
    for query in HOSTILE:
        assert client.get(f"{FINDER}?{query}").status_code in (200, 302), query
    for query in TOO_LONG:
        assert client.get(f"{FINDER}?{query}").status_code == 414, query[:20]


def test_what_somebody_typed_is_printed_as_text(client):
    answer = client.get(FINDER, {"q": '"><script>alert(1)</script>'})
    assert "<script>alert" not in answer.text
    assert "We publish no symptom by that name." in html.get_text(answer.text)


def test_it_only_reads(client):
    assert client.post(FINDER).status_code == 405
    assert client.head(FINDER).status_code == 200


@pytest.mark.parametrize("count", [1, 3, 10])
def test_it_asks_the_database_as_often_whatever_is_chosen(
    count, publish, client, django_assert_num_queries
):
    stiff = publish("stiff-neck")
    slugs = [f"ache-{n}" for n in range(count)]
    for slug in slugs:
        publish(slug, *[(f"Cause {n}", "serious", "") for n in range(3)], serious=[stiff])
    client.get("/about/")  # from here on the links of the footer are known
    with django_assert_num_queries(5):
        assert list_causes(ask_finder(client, *slugs)) == ["Cause 0", "Cause 1", "Cause 2"]


def test_nobody_keeps_what_was_chosen(publish, client, ann):
    publish("ache", ("Stress", "", ""))
    client.force_login(ann)
    for answer in (
        ask_finder(client, "ache"),
        ask_finder(client, "zqnever"),
        ask_finder(client, q="ache"),
        ask_finder(client, q="nothing"),
    ):
        assert answer["Cache-Control"] == "no-store"
        assert answer["Referrer-Policy"] == "no-referrer"
        assert not answer.cookies
        assert "ETag" not in answer
        assert answer["Vary"] == "HX-Request, HX-Target"
    assert len(page_cache.memory) == 0


def test_no_script_or_style_is_inline(publish, client):
    publish("ache", ("Stress", "", ""))
    text = ask_finder(client, "ache").text
    assert "<style" not in text
    assert "style=" not in text
    assert " on" + "click" not in text
    assert text.count("<script") == text.count('<script src="/static/') == 3
    assert '"includeIndicatorStyles": false, "allowEval": false' in text


def test_switched_off_it_has_no_address_and_no_link(publish, client, settings):
    publish("ache")
    assert "/finder/?s=ache" in html.get_links(client.get("/symptoms/ache/").text)
    settings.FINDER = False
    page_cache.clear()
    assert client.get(FINDER).status_code == 404
    for address in ("/", "/symptoms/", "/symptoms/ache/", "/symptoms/ache/causes/"):
        page = client.get(address).text
        assert "/finder/" not in page
    assert "Look up another symptom, A to Z" in client.get("/symptoms/ache/").text


def test_htmx_gets_the_part_that_changes_and_a_line_that_is_read_aloud(publish, client):
    publish("ache", ("Stress", "", ""))
    headers = {"HX-Request": "true", "HX-Target": "finder"}
    part = client.get(FINDER, {"s": "ache"}, headers=headers)
    assert part.text.lstrip().startswith('<div id="finder"')
    assert "<html" not in part.text
    assert "1 symptom chosen: Ache." in html.get_text(part.text)
    found = client.get(FINDER, {"q": "ach"}, headers=headers | {"HX-Target": "finder-matches"})
    assert found.status_code == 200
    assert "1 symptom found." in html.get_text(found.text)
    assert "/finder/?s=ache" in html.get_links(found.text)
    assert (
        client.get(FINDER, headers=headers | {"HX-Target": "finder-matches"}).text.count("<li") == 0
    )
    odd = client.get(FINDER, headers=headers | {"HX-Target": "elsewhere"})
    assert "<html" in odd.text


def test_the_whole_page_is_the_same_without_htmx(publish, client, ann):
    factories.make_minimal_symptom(ann)
    publish("ache", ("Stress", "", ""))
    whole = ask_finder(client, "ache").text
    part = client.get(
        FINDER, {"s": "ache"}, headers={"HX-Request": "true", "HX-Target": "finder"}
    ).text
    assert html.get_text(part).split("1 Choose")[-1].split("What this page")[0] in html.get_text(
        whole
    )


HTMX = {"HX-Request": "true", "HX-Target": "finder-matches"}
WHOLE = {"HX-Request": "true", "HX-Target": "finder"}


@pytest.mark.parametrize("headers", [{}, HTMX, WHOLE], ids=["no script", "typing", "added"])
@pytest.mark.parametrize(
    ("typed", "first"),
    [
        ("not breathing", "Call 911 now"),
        ("took all my pills", "Call 911 now"),
        ("stroke", "If this is happening now, call 911"),
        ("sucide", "Call 988"),
    ],
)
def test_words_of_an_emergency_show_first_whom_to_call(publish, client, headers, typed, first):
    publish("ache")
    answer = client.get(FINDER, {"q": typed}, headers=headers)
    body = answer.text.partition("<main")[2] or answer.text
    body = body.partition("finder-said")[0] if not headers else body.partition("</p>")[2]
    text = " ".join(html.get_text(body).split())
    assert text.index(first) < (text.find("Choose") if "Choose" in text else len(text))
    assert text.index(first) < (
        text.find("What’s causing") if "What’s causing" in text else len(text)
    )
    assert answer.text.count('id="call-now"') <= 1
    assert answer.text.count('id="crisis"') <= 1
    assert answer["Cache-Control"] == "no-store"


def test_an_emergency_is_told_to_who_cannot_see_it(client):
    text = client.get(FINDER, {"q": "not breathing"}, headers=HTMX).text
    assert "Call 911 now." in text[text.index("finder-said") : text.index("</p>")]


def test_in_an_emergency_nothing_is_chosen_or_guessed_for_anybody(publish, client):
    publish("bad-breath", title="Bad breath")
    assert client.get(FINDER, {"q": "bad breath"}).status_code == 302
    publish("breathing", title="Breathing")
    answer = client.get(FINDER, {"q": "can't breathe"})
    assert answer.status_code == 200
    assert "s=bad-breath" not in answer.text
    assert "We publish no symptom" not in answer.text


def test_help_is_shown_with_no_room_for_another_symptom_and_after_many_words(publish, client):
    slugs = [f"ache-{n}" for n in range(10)]
    for slug in slugs:
        publish(slug)
    assert "Call 911 now" in " ".join(
        html.get_text(ask_finder(client, *slugs, q="not breathing").text).split()
    )
    assert "Call 911 now" in " ".join(
        html.get_text(ask_finder(client, q="sore knee " * 40 + "not breathing").text).split()
    )


@pytest.mark.parametrize("headers", [{}, HTMX, WHOLE], ids=["no script", "typing", "added"])
def test_harmless_words_show_no_help_in_the_finder(publish, client, headers):
    publish("ache")
    text = client.get(FINDER, {"q": "bleeding gums"}, headers=headers).text
    assert "happening now" not in text
    assert "operator" not in text


def test_it_offers_to_share_nothing(publish, client):
    publish("ache", ("Stress", "serious", "rare"))
    for answer in (client.get(FINDER), ask_finder(client, "ache")):
        words = html.get_text(answer.text).lower()
        for word in ("share", "bookmark", "permalink", "copy the address", "send it to"):
            assert word not in words, word
        for sign in ('rel="canonical"', "og:url", "mailto:", "navigator.share", "clipboard"):
            assert sign not in answer.text, sign


def test_labels_have_a_legend_where_they_stand(publish, client):
    publish("ache", ("Stress", "serious", "rare"))
    text = html.get_text(ask_finder(client, "ache").text)
    assert text.index("Life-threatening : people can die of it") < text.index("Stress")
