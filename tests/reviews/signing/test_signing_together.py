"""The same words changed on many pages: which are the same, and one act that signs all or none."""

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from articles.models import Article, UnsentForm
from reviews.models import LedgerEntry, MedicalReview
from reviews.signing import comments, ledger, same_changes, signing_together
from reviews.signing.actions import (
    CannotSign,
    cancel_request,
    request_changes,
    request_review,
    sign_off,
    withdraw_page,
)
from reviews.signing.assignment import hand_over
from reviews.signing.changes import confirm_all
from reviews.signing.checklist import CONFIRMED, NOT_MINE
from reviews.signing.signing_together import ListChanged, build_list, sign_together
from tests import factories
from tests.factories import PASSWORD
from tests.html import get_text, read_form

pytestmark = pytest.mark.django_db
OLD, NEW = "116 123", "0800 555"
BODIES = {
    "a": "<p>It hurts. Phone {} at any hour.</p>",
    "b": "<p>Somebody listens on {}, day and night.</p><p>Rest.</p>",
    "c": "<p>Talk to us: {}. You need not say your name.</p>",
}


def make_page(ann, fiona, slug: str, body: str = "<p>Phone {} at any hour.</p>", **changed):
    """A signed page whose number then changes, with a review of that."""
    page = factories.make_symptom(ann, slug=slug, title=f"Page {slug}", body=body.format(OLD))
    factories.sign_page(page, by=fiona, asked_by=ann)
    factories.edit_page(page, by=ann, body=body.format(NEW), **changed)
    return page


def request_all(ann, pages, reviewer=None, **more) -> list[MedicalReview]:
    return [request_review(page, by=ann, reviewer=reviewer, **more) for page in pages]


@pytest.fixture(scope="module")
def shared_reviews(module_db):
    ann, ravi, fiona = map(factories.get_person, ("ann", "ravi", "fiona"))
    pages = [make_page(ann, fiona, slug, body) for slug, body in BODIES.items()]
    return request_all(ann, pages, ravi.reviewer, note="The number is new.")


@pytest.fixture
def reviews(shared_reviews, db):
    return [MedicalReview.objects.get(pk=review.pk) for review in shared_reviews]


def get_key(reviewer) -> str:
    (same,) = same_changes.find_same_changes(reviewer.pk)
    return same.key


def sign(key: str, user, seen=None, **more) -> list[LedgerEntry]:
    found = build_list(key, user)
    values = {
        "conflicts": "None",
        "authentication": "password",
        "answers": {item.name: CONFIRMED for item in found.items},
    }
    seen = [place.seen for place in found.places] if seen is None else seen
    return sign_together(key, seen, by=user, **values | more)


def make_data(client, key: str, **changed) -> dict:
    """What the form of a list sends."""
    response = client.get(f"/desk/same-changes/{key}/")
    found = response.context["found"]
    values = {
        "place": [place.seen_value for place in found.places],
        "conflicts_choice": "none",
        "statement": "on",
        "password": PASSWORD,
        "read_elsewhere": "elsewhere",
    }
    return values | {f"check_{item.name}": "on" for item in found.items} | changed


def test_the_desk_groups_the_same_change_and_lists_each_place(ravi_client, ravi, reviews):
    text = get_text(ravi_client.get("/desk/").text)
    assert "One change on 3 pages" in text
    assert OLD in text
    assert NEW in text
    response = ravi_client.get(f"/desk/same-changes/{get_key(ravi.reviewer)}/")
    text = get_text(response.text)
    for words in ("Page a", "Page b", "Page c", "day and night", "You need not say your name."):
        assert words in text
    assert "Overview" in text


def test_one_act_has_an_entry_for_each_page_that_says_so(ravi_client, ravi, reviews):
    key = get_key(ravi.reviewer)
    response = ravi_client.post(
        f"/desk/same-changes/{key}/", make_data(ravi_client, key), follow=True
    )
    assert "You signed 3 pages as one act." in response.text
    entries = LedgerEntry.objects.filter(review__in=reviews)
    records = [ledger.read_record(entry) for entry in entries]
    assert {record.outcome for record in records} == {"approved"}
    expected = ledger.describe_together((r.uuid, r.revision.digest) for r in reviews)
    assert {(r.together.number, r.together.digest) for r in records} == {(3, expected.digest)}
    for record in records:
        assert record.authentication == "password"
        assert record.opened_at is not None
        assert record.asked_over == "change"
        assert {line.answer for line in record.asked} == {"confirmed"}
        assert {line.parts for line in record.asked} == {("Overview",)}
    public = Article.objects.public().filter(slug__in=BODIES)
    assert all(NEW in page.live.revision.document for page in public)


def test_an_entry_that_was_signed_alone_says_nothing_of_others(ravi, reviews):
    review, *others = reviews
    for other in others:
        cancel_request(other, by=factories.get_person("ann"))
    entry = sign_off(
        review,
        by=ravi,
        seen_digest=review.revision.digest,
        conflicts="None",
        authentication="password",
        answers=confirm_all(review),
    )
    assert "together" not in entry.record


def test_what_differs_in_anything_else_is_not_the_same_change(ann, ravi, fiona, morgan, reviews):
    """Each of these has the new number too, and is read by itself."""
    pages = {
        "two": make_page(ann, fiona, "two", treatment="<p>Rest helps.</p>"),
        "level": make_page(ann, fiona, "level", advice_level="urgent", advice="<p>Call us.</p>"),
        "corrected": make_page(ann, fiona, "corrected"),
        "noted": make_page(ann, fiona, "noted"),
        "sent-back": make_page(ann, fiona, "sent-back"),
        "ravis-own": make_page(ann, fiona, "ravis-own"),
        "fionas": make_page(ann, fiona, "fionas"),
        "blocked": make_page(ann, fiona, "blocked"),
    }
    factories.edit_page(
        pages["ravis-own"], by=ravi, body=f"<p>Phone {NEW} at any hour.</p><p>x</p>"
    )
    factories.edit_page(pages["ravis-own"], by=ravi, body=f"<p>Phone {NEW} at any hour.</p>")
    first = request_review(pages["sent-back"], by=ann, reviewer=ravi.reviewer)
    request_changes(first, by=ravi, comment="Say when.")
    new = factories.make_symptom(ann, slug="new", title="New", body=f"<p>Phone {NEW}.</p>")
    request_review(new, by=ann, reviewer=ravi.reviewer)
    for slug, page in pages.items():
        more = {"correction": "It had another number."} if slug == "corrected" else {}
        reviewer = {"fionas": fiona.reviewer, "ravis-own": None}.get(slug, ravi.reviewer)
        review = request_review(page, by=ann, reviewer=reviewer, **more)
        if slug == "noted":
            comments.pin(review, part="Overview", text="At any hour?", by=ravi)
    Article.objects.filter(slug="blocked").update(notice=None)

    found = build_list(get_key(ravi.reviewer), ravi)
    assert {place.review.article.slug for place in found.places} == set(BODIES)
    reasons = {each.review.article.slug: each.reason for each in found.left}
    expected = {
        "two": "Something else on the page changed too.",
        "corrected": "It prints a correction",
        "noted": "It has comments.",
        "sent-back": "Changes were requested last time.",
        "ravis-own": "You wrote some of this page",
        "fionas": "It is assigned to Fiona Field",
        "blocked": "A check blocks it: The page has no copyright notice.",
    }
    assert (
        reasons.keys() == expected.keys()
    )  # a new page, and a card of another level, are not in it
    for slug, reason in expected.items():
        assert reasons[slug].startswith(reason), slug


def test_the_same_digits_of_another_unit_or_part_are_another_change(ann, ravi, fiona):
    cases = {
        "mg": ("<p>Take 5 mg.</p>", "<p>Take 10 mg.</p>"),
        "hours": ("<p>Wait 5 hours.</p>", "<p>Wait 10 hours.</p>"),
    }
    for slug, (old, new) in cases.items():
        page = factories.make_symptom(
            ann, slug=slug, title=slug, spotlight_title="x", body="<p>y</p>"
        )
        factories.edit_page(page, by=ann, treatment=old)
        factories.sign_page(page, by=fiona, asked_by=ann)
        request_review(factories.edit_page(page, by=ann, treatment=new), by=ann)
    for slug, name in (("in-body", "body"), ("in-treatment", "treatment")):
        page = factories.make_symptom(ann, slug=slug, title=slug, treatment="<p>x</p>")
        factories.edit_page(page, by=ann, **{name: f"<p>Phone {OLD}.</p>"})
        factories.sign_page(page, by=fiona, asked_by=ann)
        request_review(factories.edit_page(page, by=ann, **{name: f"<p>Phone {NEW}.</p>"}), by=ann)
    assert same_changes.find_same_changes(ravi.reviewer.pk) == []


@pytest.mark.parametrize(
    "what", ["withdrawn", "reassigned", "decided", "cancelled", "signed", "added"]
)
def test_nothing_is_signed_if_the_list_changed_meanwhile(
    ravi_client, ann, ravi, fiona, morgan, reviews, what
):
    key = get_key(ravi.reviewer)
    data = make_data(ravi_client, key)
    first = reviews[0]
    if what == "withdrawn":
        withdraw_page(first.article, reason="safety", by=morgan)
        expected = "“Page a”: The page is not public"
    elif what == "reassigned":
        hand_over(first, to=fiona.reviewer, by=ravi)
        expected = "“Page a”: It is assigned to Fiona Field"
    elif what == "decided":
        request_changes(first, by=ravi, comment="Wrong here.")
        expected = "“Page a”: It was decided meanwhile: changes requested, by Ravi Rao."
    elif what == "cancelled":
        cancel_request(first, by=ann)
        page = factories.Symptom.objects.get(pk=first.article_id)
        request_review(factories.edit_page(page, by=ann, body="<p>Other.</p>"), by=ann)
        expected = "“Page a”: It was decided meanwhile: request cancelled, by Ann Archer."
    elif what == "signed":
        sign(key, ravi, left_out=[str(review.uuid) for review in reviews[1:]])
        expected = "“Page a”: It was decided meanwhile: signed, by Ravi Rao."
    else:
        request_review(make_page(ann, fiona, "d"), by=ann)
        expected = "“Page d” is new in the list."
    count = LedgerEntry.objects.count()
    response = ravi_client.post(f"/desk/same-changes/{key}/", data)
    assert response.status_code == 409
    assert expected in get_text(response.text)
    assert "Nothing was signed" in response.text
    assert LedgerEntry.objects.count() == count


def test_an_act_is_whole_or_not_at_all(ravi, reviews):
    key = get_key(ravi.reviewer)
    seen = [place.seen for place in build_list(key, ravi).places]
    with pytest.raises(ListChanged):
        sign(key, ravi, seen=[*seen[:-1], (seen[-1][0], "0" * 64, seen[-1][2])])
    answers = {item.name: CONFIRMED for item in build_list(key, ravi).items}
    with pytest.raises(CannotSign, match="one by one"):
        sign(key, ravi, answers=answers | {"language": NOT_MINE})
    with pytest.raises(CannotSign, match="Page a"):
        sign(key, ravi, answers={})
    with pytest.raises(CannotSign, match="left out every page"):
        sign(key, ravi, left_out=[each[0] for each in seen])
    with pytest.raises(CannotSign, match="conflicts"):
        sign(key, ravi, conflicts=" ")
    assert not LedgerEntry.objects.filter(review__in=reviews).exists()


def test_a_page_left_out_stays_to_be_signed_by_itself(ravi_client, ravi, reviews):
    key = get_key(ravi.reviewer)
    left_out = str(reviews[0].uuid)
    response = ravi_client.post(
        f"/desk/same-changes/{key}/", make_data(ravi_client, key, leave_out=[left_out]), follow=True
    )
    assert "You signed 2 pages as one act." in response.text
    assert list(MedicalReview.objects.waiting()) == [reviews[0]]


@pytest.mark.parametrize(
    ("changed", "message"),
    [
        ({"password": "a guess"}, "This is not your password."),
        ({"statement": ""}, "Check this box to say what your signature means."),
        ({"conflicts": ""}, "State your conflicts of interest"),
        ({"check_language": ""}, "Confirm it, or sign the pages one by one."),
        ({"place": []}, "Nothing was signed"),
        ({"place": ["nonsense", "a:b:c", "\x00:1:2"]}, "Nothing was signed"),
    ],
)
def test_an_act_that_lacks_something_signs_nothing_and_keeps_what_was_typed(
    ravi_client, ravi, reviews, changed, message
):
    key = get_key(ravi.reviewer)
    typed = {"conflicts_choice": "own", "conflicts": "I own shares."}
    data = make_data(ravi_client, key, **typed) | changed
    response = ravi_client.post(f"/desk/same-changes/{key}/", data)
    assert response.status_code in (409, 422)
    assert message in response.text
    assert changed.get("conflicts", "I own shares.") in response.text
    assert not LedgerEntry.objects.filter(review__in=reviews).exists()


def test_what_was_typed_for_an_act_is_there_again_on_another_device(ravi_client, ravi, reviews):
    key = get_key(ravi.reviewer)
    path = f"/desk/same-changes/{key}/"
    data = make_data(ravi_client, key, conflicts_choice="own", conflicts="I own shares.")
    left_out = str(reviews[0].uuid)
    sent = data | {"password": "a guess", "leave_out": [left_out]}
    assert ravi_client.post(path, sent).status_code == 422
    device = Client()
    factories.sign_in(device, ravi)
    page = device.get(path)
    assert "I own shares." in page.text
    assert "Not sent yet." in page.text
    assert read_form(page)["leave_out"] == [left_out]
    # The button counts nothing: it would count the page that is left out.
    assert "Sign and publish what is not left out</button>" in page.text
    device.logout()
    assert f"?next={path}" in device.post(path, sent).text
    ravi_client.post(path, data)
    assert not UnsentForm.objects.exists()


def test_others_than_reviewers_get_no_list(client, ann, reviews, ravi):
    client.force_login(ann)
    assert client.get(f"/desk/same-changes/{get_key(ravi.reviewer)}/").status_code == 403


def test_an_address_of_no_change_leads_back_to_the_desk(ravi_client):
    assert ravi_client.get("/desk/same-changes/nothing/")["Location"] == "/desk/"


def test_the_list_takes_a_fixed_number_of_queries(ravi_client, ann, ravi, fiona, reviews):
    def count(path):
        same_changes.cache.clear()
        ravi_client.get(path)
        with CaptureQueriesContext(connection) as counted:
            ravi_client.get(path)
        return len(counted)

    path = f"/desk/same-changes/{get_key(ravi.reviewer)}/"
    three = count("/desk/"), count(path)
    pages = [make_page(ann, fiona, f"more-{number}") for number in range(3)]
    request_all(ann, pages, ravi.reviewer)
    assert (count("/desk/"), count(path)) == three


def test_the_next_pages_come_after_the_first_act(ravi_client, ravi, reviews, monkeypatch):
    monkeypatch.setattr(signing_together, "MAX_PAGES", 2)
    key = get_key(ravi.reviewer)
    found = build_list(key, ravi)
    assert [place.review.article.slug for place in found.places] == ["a", "b"]
    assert found.more_count == 1
    path = f"/desk/same-changes/{key}/"
    assert "1 more pages have this change" in get_text(ravi_client.get(path).text)
    response = ravi_client.post(path, make_data(ravi_client, key), follow=True)
    assert response.redirect_chain[-1][0] == path
    assert [place.review.article.slug for place in response.context["found"].places] == ["c"]
    # The last one alone: signed alone, its entry names no others.
    ravi_client.post(path, make_data(ravi_client, key))
    assert "together" not in LedgerEntry.objects.get(review=reviews[2]).record
