"""Comments: pinned to a part, in the ledger, answered once, shown again in the next round."""

from types import SimpleNamespace

import pytest
from django.utils import timezone

from articles.models import UnsentForm
from reviews import verification
from reviews.models import Comment, LedgerEntry
from reviews.signing import comments, ledger
from reviews.signing.actions import (
    CannotDecide,
    decline,
    recommend_withdrawal,
    request_changes,
    request_review,
    withdraw_page,
)
from reviews.signing.comments import CannotComment
from tests import factories
from tests.database import expect_refusal
from tests.html import get_text, read_form

pytestmark = pytest.mark.django_db


@pytest.fixture
def review(symptom, ann, ravi):
    return request_review(symptom, by=ann, reviewer=ravi.reviewer)


@pytest.fixture
def pinned_comment(review, ravi):
    return comments.pin(review, part="Overview", text="Which muscle?", by=ravi)


def get_path(review, action="") -> str:
    return f"/desk/reviews/{review.uuid}/{action}"


def test_a_comment_is_pinned_at_the_desk(client, review, ravi):
    factories.sign_in(client, ravi)
    page = client.post(
        get_path(review, "comment/"), {"part": "Overview", "text": "Which muscle?"}, follow=True
    )
    assert "Your comment on “Overview” is saved." in page.text
    assert "Which muscle?" in get_text(page.text)
    comment = Comment.objects.get()
    assert (comment.part, comment.label, comment.by) == ("Overview", "Overview", ravi)


@pytest.mark.parametrize(
    ("sent", "message"),
    [
        ({"part": "", "text": "x"}, "Choose the part you mean."),
        ({"part": "Overview", "text": " "}, "Write your comment."),
        ({"part": "No such part", "text": "x"}, "Select a valid choice."),
        ({"part": "Overview", "text": "a\x07"}, "cannot be printed"),
    ],
)
def test_a_comment_without_part_or_words_is_shown_again(client, review, ravi, sent, message):
    factories.sign_in(client, ravi)
    page = client.post(get_path(review, "comment/"), sent)
    assert page.status_code in (422, 409)
    assert message in page.text
    assert not Comment.objects.exists()


@pytest.mark.parametrize("who", ["ann", "fiona"])
def test_only_the_reviewer_whose_review_it_is_comments(review, ann, fiona, who):
    with pytest.raises(CannotComment):
        comments.pin(review, part="Overview", text="Mine.", by={"ann": ann, "fiona": fiona}[who])


def test_a_link_of_a_part_chooses_it_in_the_form(client, review, ravi):
    factories.sign_in(client, ravi)
    assert (
        '<option value="Overview" selected>' in client.get(get_path(review) + "?part=Overview").text
    )


HALFWAY = {
    "check_language": "confirmed",
    "conflicts": "I hold shares",
    "comment": "Nearly there",
    "password": "pass-4-word",
}


def make_decision(page) -> dict:
    """The fields of the decision form. The forms after it have fields of the same names."""
    return read_form(SimpleNamespace(text=page.text.split("Reassign to another reviewer")[0]))


def test_pinning_a_comment_keeps_what_is_filled_in_of_the_decision(client, review, ravi):
    factories.sign_in(client, ravi)
    pinned = {"part": "Overview", "text": "Which muscle?"}
    page = client.post(get_path(review, "comment/"), pinned | HALFWAY, follow=True)
    form = make_decision(page)
    assert (form["check_language"], form["conflicts"], form["comment"]) == (
        ["confirmed"],
        ["I hold shares"],
        ["Nearly there"],
    )
    assert "statement" not in form  # it was not ticked
    assert (form["part"], form["text"]) == ([""], [""])  # the next comment starts anew


def test_the_password_is_not_kept_with_the_rest(client, review, ravi):
    factories.sign_in(client, ravi)
    page = client.post(
        get_path(review, "comment/"),
        {"part": "Overview", "text": "Why?", "code": "123456"} | HALFWAY,
    )
    kept = str(UnsentForm.objects.values_list("fields"))
    assert "I hold shares" in kept
    for secret in ("pass-4-word", "123456"):
        assert secret not in kept
        assert secret not in client.get(page.url).text


def test_choosing_a_part_to_comment_on_keeps_what_is_filled_in(client, review, ravi):
    factories.sign_in(client, ravi)
    page = client.post(
        get_path(review, "comment/"), {"about": "Overview", "text": "Which"} | HALFWAY, follow=True
    )
    form = make_decision(page)
    assert (form["part"], form["text"], form["conflicts"]) == (
        ["Overview"],
        ["Which"],
        ["I hold shares"],
    )
    assert not Comment.objects.exists()


def test_what_is_half_filled_is_shown_with_a_refusal_too_and_forgotten_with_the_decision(
    client, review, ravi
):
    factories.sign_in(client, ravi)
    page = client.post(get_path(review, "comment/"), {"part": "", "text": "x"} | HALFWAY)
    assert make_decision(page)["conflicts"] == ["I hold shares"]
    page = client.post(get_path(review, "sign/"), HALFWAY | {"password": "wrong"})
    assert make_decision(page)["comment"] == ["Nearly there"]
    client.post(get_path(review, "send-back/"), HALFWAY)
    assert not UnsentForm.objects.exists()


def test_sending_back_needs_a_comment_on_the_whole_or_a_pinned_one(review, ravi):
    with pytest.raises(CannotDecide, match="Say what the editors should change"):
        request_changes(review, by=ravi, comment=" ")
    comments.pin(review, part="Overview", text="Which muscle?", by=ravi)
    entry = request_changes(review, by=ravi, comment="")
    assert ledger.read_record(entry).comment == "On “Overview”: Which muscle?"
    assert list(verification.find_faults()) == []


def test_the_ledger_says_the_whole_first_and_then_each_part(review, pinned_comment, ravi):
    comments.pin(review, part="title", text="Plural?", by=ravi)
    entry = request_changes(review, by=ravi, comment="Nearly there.")
    text = "Nearly there.\n\nOn “Overview”: Which muscle?\n\nOn “Title”: Plural?"
    assert ledger.read_record(entry).comment == text
    review.refresh_from_db()
    assert review.comment == text


def test_a_signature_says_what_was_pinned_too(symptom, ann, ravi):
    review = request_review(symptom, by=ann)
    comments.pin(review, part="Overview", text="Shorter, next year.", by=ravi)
    entry = factories.sign_off(
        review,
        by=ravi,
        seen_digest=review.revision.digest,
        conflicts="None",
        authentication="password",
    )
    assert ledger.read_record(entry).comment == "On “Overview”: Shorter, next year."
    assert list(verification.find_faults()) == []


def test_a_comment_stays_as_it_was_and_has_one_answer(review, pinned_comment, ann, ravi):
    for change in ({"text": "Other."}, {"part": "title"}, {"at": timezone.now()}):
        with expect_refusal("stays as it was pinned"):
            Comment.objects.update(**change)
    with expect_refusal("never removed"):
        Comment.objects.all().delete()
    comments.answer(pinned_comment, text="The one around the eye.", by=ann)
    with pytest.raises(CannotComment, match="one answer"):
        comments.answer(pinned_comment, text="Another.", by=ann)
    with expect_refusal("answered once"):
        Comment.objects.update(answer="Another.")


def test_nothing_is_pinned_to_a_decided_review(review, ravi):
    decline(review, by=ravi, comment="Not my field.")
    with pytest.raises(CannotComment, match="decided already"):
        comments.pin(review, part="Overview", text="Too late.", by=ravi)
    late = Comment(
        review=review, part="Overview", label="Overview", text="Late.", by=ravi, at=timezone.now()
    )
    with expect_refusal("pinned while a review is open"):
        late.save()


def test_only_editors_answer(pinned_comment, ravi):
    with pytest.raises(CannotComment, match="Only editors"):
        comments.answer(pinned_comment, text="Yes.", by=ravi)


def test_an_editor_answers_in_the_admin_and_the_panel_tells(
    client, symptom, review, pinned_comment, ann, ravi
):
    request_changes(review, by=ravi, comment="")
    client.force_login(ann)
    change, here = (
        f"/admin/symptoms/symptom/{symptom.pk}/{name}/" for name in ("change", "comments")
    )
    assert "No answer yet" in client.get(change).text
    assert (
        "Write an answer." in client.post(here, {"comment": pinned_comment.pk, "answer": ""}).text
    )
    page = client.post(
        here, {"comment": pinned_comment.pk, "answer": "The one around the eye."}, follow=True
    )
    assert "Your answer is saved." in page.text
    assert "Answered: The one around the eye." in get_text(client.get(change).text)
    pinned_comment.refresh_from_db()
    assert pinned_comment.answered_by == ann
    assert (
        "one answer" in client.post(here, {"comment": pinned_comment.pk, "answer": "Again."}).text
    )
    assert client.post(here, {"comment": "x", "answer": "y"}).status_code == 404


def test_the_next_round_shows_comments_answers_and_whether_the_part_changed(
    client, symptom, review, ann, ravi
):
    first = comments.pin(review, part="Overview", text="Which muscle?", by=ravi)
    comments.pin(review, part="title", text="Plural?", by=ravi)
    request_changes(review, by=ravi, comment="")
    comments.answer(first, text="The one around the eye.", by=ann)
    factories.edit_page(symptom, by=ann, body="<p>The muscle around the eye tightens.</p>")
    again = request_review(symptom, by=ann, reviewer=ravi.reviewer)
    threads = comments.build_threads(review, again.revision.read())
    assert [(thread.comment.label, thread.part_changed) for thread in threads] == [
        ("Overview", True),
        ("Title", False),
    ]
    factories.sign_in(client, ravi)
    text = get_text(client.get(get_path(again)).text)
    for words in (
        "You asked for this last time",
        "Which muscle?",
        "The one around the eye.",
        "changed since",
        "Not answered",
    ):
        assert words in text


def test_a_recommended_withdrawal_is_loud_until_somebody_acts(client, symptom, ann, ravi, morgan):
    factories.sign_page(symptom, by=ravi, asked_by=ann)
    review = request_review(symptom, by=ann, trigger="annual", reviewer=ravi.reviewer)
    factories.sign_in(client, ravi)
    done = client.post(
        get_path(review, "recommend-withdrawal/"), {"comment": "The dose is wrong."}, follow=True
    )
    assert "The page stays public until one of them withdraws it." in done.text
    assert client.get("/symptoms/facial-spasms/").status_code == 200
    entry = LedgerEntry.objects.get(outcome="unfit")
    assert ledger.read_record(entry).comment == "The dose is wrong."
    assert list(verification.find_faults()) == []
    client.force_login(morgan)
    change = f"/admin/symptoms/symptom/{symptom.pk}/change/"
    assert "Ravi Rao, MD recommends withdrawing this page" in get_text(client.get(change).text)
    withdraw_page(symptom, reason="safety", by=morgan)
    assert "recommends withdrawing" not in client.get(change).text


def test_a_page_that_nobody_reads_needs_no_withdrawal(review, ravi):
    with pytest.raises(CannotDecide, match="nothing to withdraw"):
        recommend_withdrawal(review, by=ravi, comment="Unsafe.")


def test_a_recommendation_needs_a_reviewer_and_a_reason_in_the_database_too(
    symptom, review, ann, ravi
):
    now, revision = timezone.now(), review.revision
    row = {
        "sequence": 1,
        "article": symptom,
        "revision": revision,
        "outcome": "unfit",
        "at": now,
        "record": "{}",
    }
    entry = LedgerEntry(review=review, by=ann, previous_hash="0" * 64, hash="1" * 64, **row)
    with expect_refusal("only a reviewer recommends"):
        entry.save()
    with expect_refusal("review_unfit_says_why"):
        type(review).objects.update(outcome="unfit", decided_by=ravi, decided_at=now, comment="")
