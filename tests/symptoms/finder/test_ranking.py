"""The finder: when to get help, then the causes that signed pages name, in order."""

import datetime as dt
import random
import re

import pytest
import time_machine

from symptoms.actions import record_cause
from symptoms.models import Cause, PublishedCause, SymptomCause
from tests import factories, html
from tests.symptoms.finder.finder_page import ask_finder, list_causes, list_headings

pytestmark = pytest.mark.django_db


def test_what_kills_comes_first_then_causes_of_more_symptoms_then_serious_and_common_ones(
    publish, client
):
    publish(
        "ache",
        ("Both", "", "rare"),
        ("Zebra", "", "common"),
        ("Apple", "", "common"),
        ("Unsaid", "", ""),
    )
    publish(
        "tics",
        ("Both", "", ""),
        ("Deadly", "life-threatening", "rare"),
        ("Serious", "serious", "common"),
        ("Rare and serious", "serious", "rare"),
        ("Uncommon", "", "uncommon"),
        ("Rare", "", "rare"),
    )
    assert list_causes(ask_finder(client, "ache", "tics")) == [
        *(
            "Deadly",
            "Both",
            "Serious",
            "Rare and serious",
            "Apple",
            "Zebra",
            "Uncommon",
            "Rare",
            "Unsaid",
        )
    ]


def test_where_pages_differ_the_gravest_page_decides_with_its_own_frequency(publish, client):
    publish(
        "ache",
        ("Grave here", "life-threatening", "rare"),
        ("Common here", "", "common"),
        ("Plain", "", "uncommon"),
    )
    publish("tics", ("Grave here", "", ""), ("Common here", "", "rare"), ("Plain", "", "uncommon"))
    answer = ask_finder(client, "tics", "ache")
    assert list_causes(answer) == ["Grave here", "Common here", "Plain"]
    text = html.get_text(answer.text)
    grave = text[text.index("Grave here") : text.index("Common here")]
    assert "Life-threatening" in grave  # beside the page that says so
    assert grave.index("Ache") < grave.index("Life-threatening")


@pytest.mark.parametrize("seed", range(5))
def test_a_serious_cause_never_stands_below_a_common_one_that_explains_no_more(
    seed, publish, client
):
    chance = random.Random(seed)
    labels = {}
    for slug in ("ache", "tics", "cramp"):
        some = chance.sample([f"Cause {n:02}" for n in range(16)], 9)
        causes = [
            (n, chance.choice(["", "", "serious"]), chance.choice(["", "common", "rare"]))
            for n in some
        ]
        for name, *rest in causes:
            labels.setdefault(name, []).append(rest)
        publish(slug, *causes)
    order = list_causes(ask_finder(client, "ache", "tics", "cramp"))
    assert sorted(order) == sorted(labels)
    for place, below in enumerate(order):
        for above in order[:place]:
            serious = any(seriousness for seriousness, _ in labels[below])
            only_common = not any(seriousness for seriousness, _ in labels[above])
            assert not (serious and only_common and len(labels[above]) <= len(labels[below])), (
                above,
                below,
            )


def test_each_cause_says_which_symptoms_it_explains_and_leads_to_the_signed_pages(publish, client):
    publish("ache", ("Stroke", "life-threatening", ""))
    publish("tics", ("Stroke", "serious", "common"), ("Stress", "", ""))
    answer = ask_finder(client, "ache", "tics")
    links = html.get_links(answer.text)
    assert {
        "/causes/stroke/",
        "/symptoms/ache/causes/#cause-stroke",
        "/symptoms/tics/causes/#cause-stroke",
    } <= set(links)
    assert "/symptoms/ache/causes/#cause-stress" not in links
    assert 'id="cause-stroke"' in client.get("/symptoms/ache/causes/").text
    assert list_headings(answer)[-3:-1] == [
        "Must not be missed",
        "Named for 1 of your 2 symptoms",
    ]


def test_the_same_symptoms_give_the_same_page_in_whatever_order_they_were_signed(
    publish, client, ann, ravi
):
    for slug in ("ache", "tics"):
        publish(slug, *[(f"Cause {n}", "", "") for n in (3, 1, 2)])
    first = ask_finder(client, "ache", "tics")
    assert ask_finder(client, "ache", "tics").content == first.content
    assert (
        list_causes(ask_finder(client, "tics", "ache"))
        == list_causes(first)
        == ["Cause 1", "Cause 2", "Cause 3"]
    )


def test_many_causes_come_in_lists_and_advice_stands_before_each(publish, client):
    publish("ache", *[(f"Cause {n:02}", "", "") for n in range(25)])
    first = ask_finder(client, "ache")
    assert list_causes(first) == [f"Cause {n:02}" for n in range(20)]
    assert "/finder/?s=ache&causes=2#causes" in html.get_links(first.text)
    second = ask_finder(client, "ache", causes="2")
    assert list_causes(second) == [f"Cause {n:02}" for n in range(20, 25)]
    assert "Call 911 if one side" in html.get_text(second.text)
    for number in ("3", "99999", "0", "-1", "x", "9" * 40, "²"):
        assert ask_finder(client, "ache", causes=number).status_code == 200


def test_when_to_call_for_help_comes_before_every_cause_the_most_urgent_first(publish, client):
    for slug, level in (("ache", "routine"), ("tics", "emergency"), ("cramp", "urgent")):
        publish(slug, ("Stress", "", ""), advice_level=level, advice=f"<p>Advice on {slug}.</p>")
    answer = ask_finder(client, "ache", "tics", "cramp")
    text = html.get_text(answer.text)
    assert (
        text.index("Advice on tics") < text.index("Advice on cramp") < text.index("Advice on ache")
    )
    assert text.index("Advice on ache") < text.index("Stress")
    assert "Call 911 now" in list_headings(answer, "h2")
    assert list_headings(answer)[:3] == ["Tics", "Cramp", "Ache"]
    folded = re.findall(r"<details class=\"advice (\w+)\">\s*<summary>(.*?)</summary>", answer.text)
    assert folded == [
        ("urgent", "Get medical help today: Cramp"),
        ("routine", "When to see a clinician: Ache"),
    ]


def test_advice_that_is_the_same_to_the_letter_is_printed_once_and_names_every_symptom(
    publish, client
):
    for slug in ("ache", "tics"):
        publish(slug)
    answer = ask_finder(client, "ache", "tics")
    assert html.get_text(answer.text).count("Call 911 if one side of your face droops.") == 1
    assert "Ache, Tics" in list_headings(answer)


def test_a_page_without_advice_is_said_not_to_reassure(ann, ravi, morgan, client):
    ache = factories.make_symptom(ann, slug="ache", title="Ache", advice="", advice_level="")
    factories.sign_despite_checks(ache, by=ravi, manager=morgan)
    assert (
        "does not say when to call for help. That does not mean that you need not."
        in html.get_text(ask_finder(client, "ache").text)
    )


def test_serious_symptoms_that_the_pages_name_are_told_before_the_causes(publish, client, ann):
    stiff, draft = publish("stiff-neck"), factories.make_symptom(ann, slug="draft", title="Draft")
    publish("ache", ("Stress", "", ""), serious=[stiff, draft])
    publish("tics", serious=[stiff])
    answer = ask_finder(client, "ache", "tics")
    text = html.get_text(answer.text)
    assert (
        text.index("Get emergency help if you also have")
        < text.index("with Ache, Tics")
        < text.index("Stress")
    )
    assert "/symptoms/stiff-neck/" in html.get_links(answer.text)
    assert "/symptoms/draft/" not in html.get_links(
        answer.text
    )  # its name was signed on that page, its own page was not


def test_who_chose_a_serious_symptom_of_another_is_told_to_call(publish, client):
    stiff = publish("stiff-neck")
    publish("ache", ("Stress", "", ""), serious=[stiff])
    answer = ask_finder(client, "stiff-neck", "ache")
    text = html.get_text(answer.text)
    assert "You chose Stiff neck" in text
    assert list_headings(answer, "h2")[0] == "Call 911 now"
    assert "names it among the serious symptoms that need emergency care." in text
    assert text.index("You chose Stiff neck") < text.index("Call 911 if one side")
    assert "if you also have" not in text


@pytest.mark.parametrize(
    ("days", "message"),
    [(1, "Past its review date."), (200, "No clinician has read the whole page")],
)
def test_a_page_past_its_review_date_says_so_here_too(days, message, publish, client):
    due = publish("ache").publications.get().read_review_line().next_due
    assert message not in html.get_text(ask_finder(client, "ache").text)
    with time_machine.travel(
        dt.datetime.combine(due + dt.timedelta(days=days), dt.time(9), tzinfo=dt.UTC)
    ):
        assert message in html.get_text(ask_finder(client, "ache").text)


def test_the_pages_behind_a_list_are_named_with_their_reviewers_and_dates(publish, client):
    publish("ache")
    assert "Medically reviewed by Ravi Rao, MD. Last annual review" in html.get_text(
        ask_finder(client, "ache").text
    )


def test_nothing_unsigned_changes_a_list_before_its_signature(publish, client, ann, ravi):
    page = publish("ache", ("Stress", "", "common"))
    before = ask_finder(client, "ache").content
    cause = Cause.objects.get()
    cause.name, cause.slug = "Zqdraft", "zqdraft"
    cause.save()
    record_cause(cause, by=ann)
    page.symptom_causes.update(seriousness="life-threatening", frequency="rare")
    factories.edit_page(page, by=ann, title="Zqtitle", advice="<p>Zqadvice: call 911.</p>")
    assert ask_finder(client, "ache").content == before
    factories.sign_page(page, by=ravi, asked_by=ann)
    after = ask_finder(client, "ache").text
    assert all(
        word in after
        for word in ("Zqdraft", "Zqtitle", "Zqadvice", "Life-threatening", "/causes/zqdraft/")
    )


def test_a_cause_has_the_name_signed_last_and_says_what_an_older_page_calls_it(
    publish, client, ann, ravi
):
    publish("ache", ("Stress", "", ""))
    cause = Cause.objects.get()
    cause.name = "Strain"
    cause.save()
    record_cause(cause, by=ann)
    other = publish("tics")
    SymptomCause.objects.create(symptom=other, cause=cause)
    factories.sign_page(factories.edit_page(other, by=ann), by=ravi, asked_by=ann)
    answer = ask_finder(client, "ache")
    assert list_causes(answer) == ["Strain"]
    assert "there called Stress" in html.get_text(answer.text)


def test_a_cause_without_a_page_of_its_own_is_no_link(publish, client):
    publish("ache", ("Stress", "", ""))
    Cause.objects.filter(slug="stress").update(slug="elsewhere", folded="elsewhere")
    publish(
        "tics", ("Stress", "", "")
    )  # another cause, signed later under the address of the first
    assert PublishedCause.objects.filter(slug="stress").count() == 2
    assert "/causes/stress/" not in html.get_links(ask_finder(client, "ache").text)
    assert "/causes/stress/" in html.get_links(ask_finder(client, "tics").text)
