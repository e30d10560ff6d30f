"""The page of a cause: whom to call, what it is, and what signed pages say of it."""

import datetime as dt
import re

import pytest
import time_machine

from articles.models import Article
from articles.public.page_cache import page_cache
from reviews.signing.actions import withdraw_page
from symptoms.actions import record_cause
from symptoms.models import Cause, PublishedCause
from tests import factories, html
from tests.html import find_node, find_schema_faults, read_json_ld

pytestmark = pytest.mark.django_db

STROKE = "/causes/stroke/"
BODY = "<h2>How it begins</h2><p>Blood stops flowing to a part of the brain.</p>"


def open_page(client, address=STROKE):
    page_cache.clear()
    return client.get(address)


def read_main(client, address: str) -> str:
    return open_page(client, address).text.partition("<main")[2].partition("</main>")[0]


def describe(cause, article, *, by) -> None:
    """Choose the article that describes a cause, as saving its form does."""
    cause.description = article
    cause.save()
    record_cause(cause, by=by)


@pytest.fixture
def article(ann):
    """What a stroke is, as a draft."""
    return factories.make_article(ann, slug="what-a-stroke-is", title="What a stroke is", body=BODY)


@pytest.fixture
def weakness(publish):
    return publish(
        "weakness", ("Stroke", "life-threatening", "common"), advice="<p>An arm hangs down.</p>"
    )


@pytest.fixture
def described(weakness, article, ann, ravi):
    """A cause with a signed description, as signed on one page."""
    factories.sign_page(article, by=ravi, asked_by=ann)
    cause = Cause.objects.get()
    describe(cause, article, by=ann)
    factories.sign_page(weakness, by=ravi, asked_by=ann)
    return cause


def test_it_begins_with_the_card_of_the_gravest_page_which_it_names(publish, client, weakness):
    publish("dizzy", ("Stroke", "serious", "common"), advice="<p>You cannot stand.</p>")
    publish("aches", ("Stroke", "life-threatening", "rare"), advice="<p>The worst ache.</p>")
    main = open_page(client).text.partition("<main")[2].partition("</main>")[0]
    card = re.search(r'<section class="advice emergency">.*?</section>', main, re.S)[0]
    assert main.index(card) < main.index("<h2>Symptoms that it may cause")
    text = html.get_text(card)
    assert "From the page on weakness An arm hangs down." in text
    assert main.count('<section class="advice') == 1
    assert main.count("An arm hangs down.") == 1
    assert main.count('<details class="advice emergency">') == 2
    titles = [text for tag, text in html.Outline(main).steps if tag == "h3"]
    assert titles == ["Weakness", "Aches", "Dizzy"]


def test_a_page_that_calls_it_deadly_without_an_emergency_card_leaves_that_to_the_next(
    publish, client
):
    publish(
        "tired",
        ("Stroke", "life-threatening", "common"),
        advice_level="urgent",
        advice="<p>Go today.</p>",
    )
    publish("numb", ("Stroke", "life-threatening", "rare"), advice="<p>A side is numb.</p>")
    main = open_page(client).text.partition("<main")[2].partition("</main>")[0]
    assert "From the page on numb A side is numb." in html.get_text(main)
    assert '<details class="advice urgent">' in main


def test_the_signed_page_of_the_emergency_that_it_is_comes_first_and_alone(
    weakness, ann, ravi, morgan, client
):
    emergency = factories.make_emergency(ann)
    assert "Note the time when" not in open_page(client).text
    factories.sign_page(emergency, by=ravi, asked_by=ann)
    main = open_page(client).text.partition("<main")[2].partition("</main>")[0]
    assert main.count('<section class="advice') == 1
    assert main.index("Note the time when they were last well.") < main.index("An arm hangs down.")
    assert '<details class="advice emergency">' in main
    withdraw_page(emergency, reason="wrong", by=morgan)
    main = open_page(client).text.partition("<main")[2].partition("</main>")[0]
    assert "From the page on weakness An arm hangs down." in html.get_text(main)


def test_a_serious_cause_begins_with_a_card_and_first_with_one_that_names_it(publish, client):
    publish("aches", ("Old stress", "serious", "common"), advice="<p>You cannot stand.</p>")
    main = read_main(client, "/causes/old-stress/")
    assert "From the page on aches You cannot stand." in html.get_text(main)
    publish("dizzy", ("Old stress", "serious", "rare"), advice="<p>Old, bad stress.</p>")
    main = read_main(client, "/causes/old-stress/")
    assert "From the page on dizzy Old, bad stress." in html.get_text(main)
    assert main.count('<section class="advice') == 1


def test_a_card_that_names_a_cause_without_a_label_heads_its_page(publish, client):
    publish("tired", ("Gas leak", "", ""), advice="<p>There was a leak of gas.</p>")
    assert '<section class="advice' not in read_main(client, "/causes/gas-leak/")
    publish("faint", ("Gas leak", "", ""), advice="<p>There may be a gas leak.</p>")
    text = html.get_text(read_main(client, "/causes/gas-leak/"))
    assert "From the page on faint There may be a gas leak." in text


def test_the_card_of_its_own_description_comes_before_that_of_any_symptom(
    weakness, ann, ravi, client
):
    own = factories.make_article(
        ann,
        slug="what-a-stroke-is",
        title="What a stroke is",
        advice_level="emergency",
        advice_heading="Call 911 now",
        advice="<p>Arm, speech or sight.</p>",
    )
    factories.sign_page(own, by=ravi, asked_by=ann)
    describe(Cause.objects.get(), own, by=ann)
    factories.sign_page(weakness, by=ravi, asked_by=ann)
    main = read_main(client, STROKE)
    card = re.search(r'<section class="advice emergency">.*?</section>', main, re.S)[0]
    assert "Arm, speech or sight." in card
    assert 'href="tel:911"' in card
    factories.sign_page(factories.make_emergency(ann), by=ravi, asked_by=ann)
    main = read_main(client, STROKE)  # what to do comes first; by what one knows it stays open
    card = re.search(r'<section class="advice emergency">.*?</section>', main, re.S)[0]
    assert re.search('<h2>If this is happening now, call <a [^>]*href="tel:911"', card)
    opened = re.search(r'<details class="advice emergency" open>.*?</details>', main, re.S)[0]
    assert "Arm, speech or sight." in opened
    bar, _, body = opened.partition("</summary>")  # a link in the bar that unfolds is for nobody
    assert 'href="tel:911"' not in bar
    assert 'href="tel:911"' in body


def test_the_crisis_line_stands_beside_the_card_that_it_belongs_to(publish, weakness, client):
    publish(
        "low-mood",
        ("Stroke", "", ""),
        advice="<p>You are in danger.</p>",
        shows_crisis_line=True,
    )
    main = read_main(client, STROKE)
    assert main.count("crisis-strip") == 1
    assert main.index("You are in danger.") < main.index("crisis-strip")


def test_what_no_page_calls_grave_has_no_open_card_and_hides_none(publish, client):
    publish("dizzy", ("Stress", "", ""), advice="<p>You cannot stand.</p>")
    main = read_main(client, "/causes/stress/")
    assert '<section class="advice' not in main
    assert '<details class="advice emergency">' in main
    assert "You cannot stand." in main


def test_without_a_description_it_says_that_nobody_described_it(weakness, client):
    text = html.get_text(open_page(client).text)
    assert "No clinician has described Stroke here." in text


def test_the_signed_description_is_shown_with_its_reviewer_and_a_link(described, client):
    page = open_page(client)
    text = html.get_text(page.text)
    assert "No clinician has described" not in text
    assert (
        text.index("An arm hangs down.")
        < text.index("What a stroke is")
        < text.index("Blood stops flowing")
        < text.index("Medically reviewed by Ravi Rao, MD on")
        < text.index("Symptoms that it may cause")
    )
    assert "/articles/what-a-stroke-is/" in html.get_links(page.text)
    assert html.find_empty_sections(page.text) == []
    assert ("h3", "How it begins") in html.Outline(page.text).steps  # below the heading of its page


def test_a_description_appears_only_by_signatures_over_it_and_over_who_names_the_cause(
    weakness, article, ann, ravi, client
):
    cause = Cause.objects.get()
    before = open_page(client).content
    describe(cause, article, by=ann)
    assert weakness.get_latest_revision().read().all_causes[0].description.uuid == article.uuid
    assert open_page(client).content == before
    factories.sign_page(weakness, by=ravi, asked_by=ann)  # the article is a draft still
    assert "Blood stops flowing" not in open_page(client).text
    assert "No clinician has described" in open_page(client).text
    factories.sign_page(article, by=ravi, asked_by=ann)
    assert "Blood stops flowing" in open_page(client).text
    factories.edit_page(article, by=ann, body="<p>Zqdraft.</p>", title="Zqtitle")
    assert "Zq" not in open_page(client).text


def test_a_withdrawn_description_is_not_shown(described, article, morgan, client):
    withdraw_page(Article.objects.get(pk=article.pk), reason="wrong", by=morgan)
    text = open_page(client).text
    assert "Blood stops flowing" not in text
    assert "/articles/what-a-stroke-is/" not in text
    assert "No clinician has described Stroke here." in text


def test_the_description_signed_last_counts_and_comes_back_with_a_withdrawal(
    described, article, publish, ann, ravi, morgan, client
):
    other = factories.make_article(ann, slug="brain", title="Brain", body="<p>Of the brain.</p>")
    factories.sign_page(other, by=ravi, asked_by=ann)
    describe(Cause.objects.get(), other, by=ann)
    numb = publish("numb", ("Stroke", "serious", ""))
    text = open_page(client).text
    assert "Of the brain." in text
    assert "Blood stops" not in text
    withdraw_page(numb, reason="wrong", by=morgan)
    assert "Blood stops" in open_page(client).text


def test_its_own_card_opens_the_page_where_no_symptom_page_has_one(publish, ann, ravi, client):
    article = factories.make_article(
        ann,
        slug="croup",
        title="Croup",
        advice_level="emergency",
        advice_heading="Call 911 now",
        advice="<p>The child turns blue.</p>",
    )
    factories.sign_page(article, by=ravi, asked_by=ann)
    cause = factories.make_cause(ann, name="Croup", slug="croup", description=article)
    assert cause.description == article
    publish("cough", ("Croup", "", ""), advice_level="routine", advice="<p>If it lasts.</p>")
    main = open_page(client, "/causes/croup/").text.partition("<main")[2].partition("</main>")[0]
    card = re.search(r'<section class="advice emergency">.*?</section>', main, re.S)[0]
    assert "The child turns blue." in card
    assert main.count("The child turns blue.") == 1


@pytest.mark.parametrize(("days", "message"), [(1, "Past its review date"), (400, "out of date")])
def test_a_late_page_says_so_here_too(days, message, weakness, client):
    due = weakness.publications.get().read_review_line().next_due
    moment = dt.datetime.combine(due + dt.timedelta(days=days), dt.time(9), tzinfo=dt.UTC)
    assert message not in html.get_text(open_page(client).text)
    with time_machine.travel(moment):
        assert message in html.get_text(open_page(client).text)


@pytest.mark.parametrize("count", [1, 3])
def test_it_asks_a_fixed_number_of_queries(
    count, described, publish, client, django_assert_num_queries
):
    for number in range(count):
        publish(f"ache-{number}", ("Stroke", "life-threatening", ""))
    client.get("/about/")  # from here on the links of the footer are known
    page_cache.clear()
    with django_assert_num_queries(7):  # one asks for a signed page of the emergency
        page = client.get(STROKE)
    assert page.text.count('<section class="block">') == count + 1


def test_a_later_list_begins_with_the_card_too_and_leads_to_what_it_is(
    described, ann, ravi, client
):
    factories.publish_symptoms(31, by=ann, signer=ravi, title="Ache {:03}", related=0)
    rows = PublishedCause.objects.filter(slug="stroke")
    assert rows.count() == 1
    main = (
        open_page(client, "/causes/long-day-0/2/")
        .text.partition("<main")[2]
        .partition("</main>")[0]
    )
    assert "this is list 2 of 2" in main
    assert "No clinician has described" in main


def test_machines_read_the_condition_its_symptoms_and_whom_to_call(described, client):
    graph = read_json_ld(open_page(client).text)
    assert find_schema_faults(graph) == []
    page, condition = find_node(graph, "MedicalWebPage"), find_node(graph, "MedicalCondition")
    assert page["mainEntity"] == {"@type": "MedicalCondition", "@id": condition["@id"]}
    assert "reviewedBy" not in page
    assert [module["name"] for module in page["hasPart"]] == [
        "Call 911 now",
        "What a stroke is",
    ]
    assert page["hasPart"][0]["text"] == "An arm hangs down."
    assert condition["name"] == "Stroke"
    assert condition["signOrSymptom"] == [
        {
            "@type": "MedicalSymptom",
            "name": "Weakness",
            "url": "http://testserver/symptoms/weakness/",
        }
    ]
    names = [item["name"] for item in page["breadcrumb"]["itemListElement"]]
    assert names == ["Home", "Causes", "Stroke"]


def test_whoever_chose_a_description_counts_as_an_author_of_the_pages_that_name_the_cause(
    weakness, article, fiona, ann, ravi
):
    factories.sign_page(article, by=ravi, asked_by=ann)
    describe(Cause.objects.get(), article, by=fiona)
    with pytest.raises(Exception, match="You wrote some of this page"):
        factories.sign_page(weakness, by=fiona, asked_by=ann)


# The list


def list_names(page) -> list[str]:
    links = re.findall(r'<li><a href="(/causes/[^"]+)">([^<]*)</a>', page.text)
    return [name for link, name in links if "/a-z/" not in link]


def test_the_list_has_every_public_cause_by_its_signed_name(publish, ann, client):
    publish("ache", ("Zoster", "", ""), ("Eclat", "", ""), ("3-day fever", "", ""))
    factories.make_cause(ann, name="Zqdraft", slug="zqdraft")
    page = open_page(client, "/causes/")
    assert list_names(page) == ["3-day fever", "Eclat", "Zoster"]
    assert "zq" not in page.text.lower()
    assert html.find_empty_sections(page.text) == []
    assert find_schema_faults(read_json_ld(page.text)) == []
    assert list_names(open_page(client, "/causes/a-z/e/")) == ["Eclat"]
    assert list_names(open_page(client, "/causes/a-z/other/")) == ["3-day fever"]
    assert "Nothing under B yet" in open_page(client, "/causes/a-z/b/").text


def test_an_empty_site_says_so(client):
    assert "A cause appears here once a clinician has signed" in open_page(client, "/causes/").text
    assert open_page(client, "/causes/a-z/a/").status_code == 200
    assert open_page(client, "/causes/a-z/ab/").status_code == 404


def test_thousands_of_causes_come_by_letter_and_in_pages_at_a_fixed_cost(
    ann, ravi, client, django_assert_num_queries
):
    factories.sign_page(factories.make_large_symptom(ann, causes=610), by=ravi, asked_by=ann)
    client.get("/about/")  # from here on the links of the footer are known
    page_cache.clear()
    with django_assert_num_queries(3):
        page = client.get("/causes/")
    assert "There are 610 causes." in page.text
    assert list_names(page) == []
    page_cache.clear()
    with django_assert_num_queries(4):
        second = client.get("/causes/a-z/c/2/")
    assert len(list_names(second)) == 300
    assert "page 2 of 3" in second.text
    assert open_page(client, "/causes/a-z/c/4/").status_code == 404
    for address in ("/causes/a-z/C/", "/causes/a-z/c/1/"):
        answer = open_page(client, address)
        assert (answer.status_code, answer["Location"]) == (301, "/causes/a-z/c/")


def test_the_list_is_in_the_breadcrumbs_and_in_the_sitemap(weakness, client):
    assert "/causes/" in html.get_links(open_page(client).text)
    assert "/causes/</loc>" in client.get("/sitemap.xml").text
