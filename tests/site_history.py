"""A site with a history: every action that leaves a trace, done once."""

import datetime as dt
import json
import tempfile
from pathlib import Path

from django.contrib.auth.models import Group, Permission
from django.utils import timezone

from articles.feedback import actions
from articles.imports import formats
from articles.imports.plan import plan_import
from articles.models import Article, CopyrightNotice, Revision
from articles.publishing.actions import change_slug, discard, restore
from articles.publishing.bulk_actions import add_to_topic
from articles.publishing.copyright_notices import retire_notice, roll_copyright_year
from reviews.expunging.actions import confirm_expunction, drop_expunction, request_expunction
from reviews.models import Reviewer
from reviews.recalls import actions as recalls_actions
from reviews.signing import comments, reader_reports
from reviews.signing.actions import (
    cancel_request,
    recommend_withdrawal,
    request_changes,
    request_review,
    sign_off,
    withdraw_page,
)
from reviews.signing.assignment import hand_over, record_absence
from symptoms.models import Cause, Symptom
from tests import pages, workflow
from tests.images import add_figure, store_image
from tests.merging import merge_causes, merge_symptoms

CORRECTED_TEXT = "A text that was mended."


def create(ann, ravi, fiona, morgan, olga) -> None:
    """Two years of a small site. The people are those of ``conftest``."""
    set_up_people(ann, ravi, fiona, morgan)
    whole = write_pages(ann, ravi)
    sign_again(whole, ann, ravi, fiona)
    discuss_reviews(ann, ravi, fiona)
    move_and_withdraw(ann, ravi, fiona, morgan)
    expunge_texts(ann, ravi, morgan, olga)
    recall_and_report(whole, ann, ravi, morgan)
    change_metadata(morgan)
    import_and_merge(ann, ravi, morgan)
    # Somebody whose signatures stand, and whose new credentials nobody has checked yet.
    Reviewer.objects.filter(user=fiona).update(
        specialty="General practice", verified_by=None, verified_at=None
    )


def set_up_people(ann, ravi, fiona, morgan) -> None:
    for person in (ann, ravi, fiona, morgan):
        person.email = f"{person.username}@example.org"
        person.save()
    helpers = Group.objects.create(name="Librarians")
    helpers.permissions.add(Permission.objects.get(codename="view_topic"))
    ann.groups.add(helpers)
    ann.user_permissions.add(Permission.objects.get(codename="see_radar"))
    Reviewer.objects.filter(user=ravi).update(conflicts_private=True)
    first = timezone.localdate() + dt.timedelta(days=30)
    record_absence(ravi.reviewer, first_day=first, last_day=first + dt.timedelta(days=9))


def write_pages(ann, ravi) -> Article:
    draft = workflow.write_symptom(
        ann, slug="unsigned-ache", title="Unsigned ache — “quoted” \\ 🩺"
    )
    other = pages.write_complete_symptom(ann, slug="tics", title="Tics")
    whole = pages.write_complete_symptom(ann, others=[other, draft])
    for page, colour in ((whole, "navy"), (other, "teal")):
        add_figure(page, by=ann, image=store_image(ann, colour=colour))
    thrown_away = workflow.write_article(ann, slug="thrown-away", title="Thrown away")
    discard(thrown_away, by=ann)
    for page in (other, whole, workflow.write_about(ann), workflow.write_article(ann)):
        workflow.sign(page, by=ravi, asked_by=ann)
    return whole


def sign_again(page: Article, ann, ravi, fiona) -> None:
    """A change with a correction; the reviewer writes a word of their own, and another signs it; a
    text comes back.
    """
    workflow.edit(page, by=ann, body="<p>It was wrong, and now it is right.</p>")
    workflow.sign(
        page, by=fiona, asked_by=ann, trigger="change", correction="It said the wrong thing."
    )
    workflow.edit(page, by=ravi, body="<p>Ravi wrote this.</p>")
    workflow.sign(page, by=fiona, asked_by=ann, trigger="change")
    workflow.sign(page, by=fiona, asked_by=ann, trigger="annual")
    restore(Revision.objects.get(article=page, number=1), by=ann)
    workflow.sign(page, by=fiona, asked_by=ann, trigger="change")
    page.refresh_from_db()


def discuss_reviews(ann, ravi, fiona) -> None:
    """Comments pinned and answered, a review handed over, sent back, taken back, and one that is
    open still.
    """
    page = workflow.write_symptom(ann, slug="cramps", title="Cramps")
    review = request_review(page, by=ann, reviewer=ravi.reviewer)
    comment = comments.pin(
        review, part=next(iter(comments.get_parts(review.revision.read()))), text="Is it?", by=ravi
    )
    comments.pin(review, part=comment.part, text="And nobody answers this.", by=ravi)
    request_changes(review, by=ravi, comment="Please say more.")
    comments.answer(comment, text="It is.", by=ann)
    cancel_request(request_review(page, by=ann), by=ann)
    handed = request_review(page, by=ann, reviewer=ravi.reviewer)
    hand_over(handed, to=fiona.reviewer, by=ravi, word="You know more of cramps.")
    sign_off(handed, by=fiona, seen_digest=handed.revision.digest, conflicts="None")
    waiting = request_review(
        workflow.write_symptom(ann, slug="open-ache", title="Open ache"), by=ann
    )
    comments.pin(waiting, part=comment.part, text="I am reading it.", by=ravi)


def move_and_withdraw(ann, ravi, fiona, morgan) -> None:
    """A page that moved, moved again and came home; one that is gone; and one that came back."""
    for slug in ("wanders", "gone", "back"):
        workflow.sign(
            workflow.write_symptom(ann, slug=slug, title=slug.title()), by=ravi, asked_by=ann
        )
    wanders = Article.objects.get(slug="wanders")
    for slug in ("elsewhere", "wanders", "at-last"):
        change_slug(wanders, slug=slug, by=morgan)
        wanders.refresh_from_db()
    gone, back = Article.objects.get(slug="gone"), Article.objects.get(slug="back")
    review = request_review(gone, by=ann, trigger="annual")
    recommend_withdrawal(review, by=fiona, comment="This harms people.")
    withdraw_page(gone, reason="safety", by=morgan)
    withdraw_page(back, reason="outdated", by=morgan)
    workflow.edit(back, by=ann, summary=CORRECTED_TEXT)
    workflow.sign(back, by=fiona, asked_by=ann)


def expunge_texts(ann, ravi, morgan, olga) -> None:
    """A text that was published once and is blank now; one that was never published; and a request
    that was dropped.
    """
    page = _publish_three_texts(ann, ravi)
    why = {
        "reason": "It names a person.",
        "legal_basis": "Order of the court of Nowhere, 3 May 2026, no. 17.",
    }
    texts = Revision.objects.filter(article=page).order_by("number")
    published = texts.filter(publications__isnull=False)[1]
    drop_expunction(request_expunction(published, by=morgan, **why), by=olga)
    confirm_expunction(request_expunction(published, by=olga, **why), by=morgan)
    confirm_expunction(request_expunction(texts[0], by=morgan, **why), by=olga)
    request_expunction(texts[1], by=morgan, **why)


def _publish_three_texts(ann, ravi) -> Article:
    page = workflow.write_symptom(ann, slug="three-texts", title="Three texts")
    workflow.add_facts(page, ann)
    for body in ("<p>One.</p>", "<p>It names a person.</p>", "<p>Three.</p>"):
        workflow.sign(workflow.edit(page, by=ann, body=body), by=ravi, asked_by=ann)
    return page


def recall_and_report(page: Article, ann, ravi, morgan) -> None:
    """A recall, one of whose pages was in review already; a reader's report that a review answers;
    votes.
    """
    tics, diary = Article.objects.get(slug="tics"), Article.objects.get(slug="keeping-a-diary")
    request_review(diary, by=ann, trigger="annual")
    recall = recalls_actions.open_recall(
        [tics.pk, diary.pk], trigger="safety", reason="A regulator warns.", by=morgan
    )
    review = recall.rows.get(taken_along=False).review
    sign_off(review, by=ravi, seen_digest=review.revision.digest, conflicts="I know the maker.")
    live = Article.objects.get(pk=page.pk)
    reader_reports.open_review(
        workflow.report_problem(live), by=ann, reason="Look at the second link."
    )
    workflow.report_problem(live, words="Nobody has read this yet.")
    actions.record_answer(live.live.revision, helpful=True)


def change_metadata(morgan) -> None:
    """Pages filed elsewhere, a notice that grew older, and one that is offered no more."""
    public = Article.objects.public()
    add_to_topic(public, topic=workflow.get_topic("Head and face", "head-and-face"), by=morgan)
    notice = workflow.get_notice()
    CopyrightNotice.objects.filter(pk=notice.pk).update(year=2020)
    roll_copyright_year([notice], year=2021, by=morgan)
    retire_notice(CopyrightNotice.objects.create(holder="Of old", year=2019), by=morgan)


def import_and_merge(ann, ravi, morgan) -> None:
    """Pages from a file, one on an imported review; causes that became one, a draft and a public
    page that gave way.
    """
    records = [
        {"type": "cause", "id": "C:1", "name": "Gout"},
        {
            "type": "symptom",
            "id": "S:1",
            "title": "Sore toe",
            "body": "<p>It hurts.</p>",
            "causes": [{"cause": "C:1"}],
        },
        {
            "type": "article",
            "id": "A:1",
            "title": "Looking after feet",
            "body": "<p>Wash them.</p>",
            "also": ["A:0"],
        },
        {"type": "article", "id": "A:1", "title": "Twice"},
    ]
    with tempfile.NamedTemporaryFile("w", suffix=".jsonl") as file:
        file.write("".join(f"{json.dumps(record)}\n" for record in records))
        file.flush()
        format = formats.get("jsonl")
        with plan_import(
            Path(file.name), reader=format, format="jsonl", source="elsewhere", by=morgan
        ) as plan:
            plan.apply()
    workflow.record_imported_review(
        workflow.write_article(ann, slug="migrated", title="Migrated"), by=morgan
    )
    merge_causes(
        Cause.objects.get(name="Gout"),
        workflow.write_cause(ann, name="Gouty toe", slug="gouty-toe"),
        by=morgan,
    )
    public = workflow.write_symptom(ann, slug="toe-ache", title="Toe ache")
    workflow.sign(public, by=ravi, asked_by=ann)
    kept = workflow.write_symptom(ann, slug="toe-pain", title="Toe pain")
    for lost in ("sore-toe", "toe-ache"):
        merge_symptoms(Symptom.objects.get(slug=lost), kept, by=morgan)
