"""What a signature and a decision ask for: conflicts, the password again, and where errors are."""

import re

import pytest
from django.test import Client

from reviews.models import LedgerEntry, MedicalReview, Reviewer
from reviews.signing import ledger
from reviews.signing.actions import request_review
from tests import factories
from tests.factories import PASSWORD, sign_in
from tests.html import get_text, read_form
from tests.reviews.desk.test_views import get_path, make_signature_data

pytestmark = pytest.mark.django_db
LATE = 15 * 60 + 1
REASON = "Name a source."
SHARES = "I hold shares in a maker of eye drops."


@pytest.fixture(scope="module")
def shared_review(module_db):
    ann, ravi = map(factories.get_person, ("ann", "ravi"))
    symptom = factories.make_symptom(ann)
    factories.sign_page(symptom, by=factories.get_person("fiona"), asked_by=ann)
    factories.edit_page(symptom, by=ann, body="<p>A muscle relaxes by itself.</p>")
    return request_review(symptom, by=ann, reviewer=ravi.reviewer)


@pytest.fixture
def review(shared_review, db):
    return MedicalReview.objects.get(pk=shared_review.pk)


def read_entry(review) -> ledger.LedgerRecord:
    return ledger.read_record(LedgerEntry.objects.get(review=review))


def sign(client, review, **changed):
    return client.post(get_path(review, "sign/"), make_signature_data(review, **changed))


@pytest.mark.parametrize("action", ["send-back/", "decline/", "recommend-withdrawal/"])
def test_a_decision_asks_for_a_password_that_was_given_a_while_ago(client, review, ravi, action):
    sign_in(client, ravi, seconds_ago=LATE)
    sent = {"comment": REASON, "check_language": "confirmed"}
    page = client.post(get_path(review, action), sent)
    assert page.status_code == 422
    assert "Confirm that it is you" in page.text
    assert "There is a problem." not in page.text
    assert re.search(r'<input type="password"[^>]* autofocus', page.text)
    form = read_form(page)
    assert (form["comment"], form["check_language"]) == ([REASON], ["confirmed"])
    page = client.post(get_path(review, action), form | {"password": "a guess"})
    assert "This is not your password." in page.text
    assert REASON in page.text
    assert not LedgerEntry.objects.filter(review=review).exists()
    page = client.post(get_path(review, action), form | {"password": PASSWORD})
    assert page.status_code == 302
    assert read_entry(review).authentication == "password"
    assert read_entry(review).comment == REASON


def test_within_fifteen_minutes_it_asks_for_nothing_and_the_record_says_so(client, review, ravi):
    sign_in(client, ravi, seconds_ago=LATE - 60)
    client.post(get_path(review, "send-back/"), {"comment": REASON, "password": "a guess"})
    assert read_entry(review).authentication == "session"


def test_a_password_counts_for_the_next_fifteen_minutes(client, review, ravi, fiona):
    sign_in(client, ravi, seconds_ago=LATE)
    over = {"to": fiona.reviewer.pk, "word": "For you."}
    page = client.post(get_path(review, "hand-over/"), over)
    assert "Confirm that it is you" in page.text
    assert "For you." in page.text
    page = client.post(get_path(review, "hand-over/"), over | {"password": PASSWORD})
    assert page.status_code == 302
    MedicalReview.objects.filter(pk=review.pk).update(reviewer=ravi.reviewer)
    client.post(get_path(review, "send-back/"), {"comment": REASON})
    assert read_entry(review).authentication == "session"


def test_who_may_not_decide_is_not_asked_and_guesses_are_throttled(client, review, ravi, fiona):
    sign_in(client, fiona, seconds_ago=LATE)
    for action in ("send-back/", "decline/", "recommend-withdrawal/"):
        assert client.post(get_path(review, action), {"comment": REASON}).status_code == 409
    sign_in(client, ravi, seconds_ago=LATE)
    for _ in range(10):
        client.post(get_path(review, "decline/"), {"comment": REASON, "password": "a guess"})
    page = client.post(get_path(review, "decline/"), {"comment": REASON, "password": PASSWORD})
    assert "Too many attempts." in page.text
    assert not LedgerEntry.objects.filter(review=review).exists()


def test_no_conflict_is_chosen_beforehand_and_those_of_the_profile_are_offered(ravi_client, review):
    text = ravi_client.get(get_path(review)).text
    assert "Those on my profile" not in text
    Reviewer.objects.update(disclosures="Fees for talks.")
    page = ravi_client.get(get_path(review))
    assert "Those on my profile: “Fees for talks.”" in page.text
    assert "conflicts_choice" not in read_form(page)


def choose_profile(client, review) -> str:
    return re.findall(r'value="(profile-[^"]+)"', client.get(get_path(review)).text)[0]


@pytest.mark.parametrize(
    ("choice", "typed", "statement"),
    [
        ("none", "", "None"),
        ("own", SHARES, SHARES),
        ("", SHARES, SHARES),
        ("profile", "", "Fees for talks."),
        ("profile", SHARES, f"Fees for talks.\n{SHARES}"),
    ],
)
def test_the_record_has_the_conflicts_that_were_chosen(
    ravi_client, review, choice, typed, statement
):
    Reviewer.objects.update(disclosures="Fees for talks.")
    if choice == "profile":
        choice = choose_profile(ravi_client, review)
    sign(ravi_client, review, conflicts_choice=choice, conflicts=typed)
    assert read_entry(review).conflicts == statement


def test_conflicts_that_are_missing_contradict_or_were_not_seen_are_refused(ravi_client, review):
    Reviewer.objects.update(disclosures="Fees for talks.")
    seen = choose_profile(ravi_client, review)
    Reviewer.objects.update(disclosures="Fees for talks, and shares.")
    for choice, typed, message in (
        ("", "", "State your conflicts of interest, or choose “None”."),
        ("own", " ", "State your conflicts of interest, or choose “None”."),
        ("none", SHARES, "You chose “None” and wrote conflicts."),
        (seen, "", "The disclosures on your profile changed meanwhile."),
        ("unknown", "", "The disclosures on your profile changed meanwhile."),
    ):
        page = sign(ravi_client, review, conflicts_choice=choice, conflicts=typed)
        assert page.status_code == 422
        assert message in page.text
    assert not LedgerEntry.objects.filter(review=review).exists()


def test_the_summary_leads_to_each_wrong_field_and_the_first_has_the_focus(ravi_client, review):
    page = sign(ravi_client, review, conflicts="", statement="", password="a guess")
    summary = page.text.partition('role="alert"')[2].partition("</ul>")[0]
    links = re.findall(r'href="#([^"]+)"', summary)
    assert links == ["sign-conflicts_choice_0", "sign-statement", "sign-password"]
    for field_id in links:
        assert f'id="{field_id}"' in page.text
    focused = re.findall(r"<(?:input|textarea|select)[^>]* autofocus[^>]*>", page.text)
    assert len(focused) == 1
    assert 'id="sign-conflicts_choice_0"' in focused[0]
    assert "Your password: This is not your password." in get_text(summary)
    page = ravi_client.post("/desk/away/", {"first_day": "2099-01-01", "last_day": ""})
    assert re.search(r'<input[^>]* name="last_day"[^>]* autofocus', page.text)
    page = Client().post("/accounts/login/", {"login": "ravi", "password": ""})
    assert re.search(r'<input[^>]* name="password"[^>]* autofocus', page.text)
