"""A site that has lived: every deed that leaves a trace, done once through the actions of every day."""

import datetime as dt
import json
import tempfile
from pathlib import Path

from django.contrib.auth.models import Group, Permission
from django.utils import timezone

from articles.actions import change_address, discard, restore
from articles.feedback import deeds
from articles.filing import file_under
from articles.imports import reading
from articles.imports.importing import planned
from articles.models import Article, CopyrightNotice, Revision
from articles.notices import retire_notice, roll_copyright_year
from reviews import comments, recalls, reports
from reviews.actions import (
    cancel_request,
    recommend_withdrawal,
    request_changes,
    request_review,
    sign_off,
    withdraw_page,
)
from reviews.carrying import go_away, hand_over
from reviews.expunging import ask_to_expunge, confirm_expunging, drop_expunging
from reviews.models import Reviewer
from symptoms.merging.causes import merge_causes
from symptoms.merging.pages import merge_symptoms
from symptoms.models import Cause, Symptom
from tests import pages, stories
from tests.images import add_figure, keep

MENDED = "A text that was mended."


def live_through(ann, ravi, fiona, morgan, olga) -> None:
    """Two years of a small site. The people are those of ``conftest``."""
    people(ann, ravi, fiona, morgan)
    whole = written(ann, ravi)
    signed_again(whole, ann, ravi, fiona)
    discussed(ann, ravi, fiona)
    moved_and_withdrawn(ann, ravi, fiona, morgan)
    expunged(ann, ravi, morgan, olga)
    read_again(whole, ann, ravi, morgan)
    reframed(morgan)
    brought_in_and_merged(ann, ravi, morgan)
    # Somebody whose signatures stand, and whose new credentials nobody has checked yet.
    Reviewer.objects.filter(user=fiona).update(specialty="General practice", verified_by=None, verified_at=None)


def people(ann, ravi, fiona, morgan) -> None:
    for person in (ann, ravi, fiona, morgan):
        person.email = f"{person.username}@example.org"
        person.save()
    helpers = Group.objects.create(name="Librarians")
    helpers.permissions.add(Permission.objects.get(codename="view_topic"))
    ann.groups.add(helpers)
    ann.user_permissions.add(Permission.objects.get(codename="see_radar"))
    Reviewer.objects.filter(user=ravi).update(conflicts_private=True)
    first = timezone.localdate() + dt.timedelta(days=30)
    go_away(ravi.reviewer, first_day=first, last_day=first + dt.timedelta(days=9))


def written(ann, ravi) -> Article:
    draft = stories.write_symptom(ann, slug="unsigned-ache", title="Unsigned ache — “quoted” \\ 🩺")
    other = pages.write_whole_symptom(ann, slug="tics", title="Tics")
    whole = pages.write_whole_symptom(ann, others=[other, draft])
    for page, colour in ((whole, "navy"), (other, "teal")):
        add_figure(page, by=ann, image=keep(ann, colour=colour))
    thrown_away = stories.write_article(ann, slug="thrown-away", title="Thrown away")
    discard(thrown_away, by=ann)
    for page in (other, whole, stories.write_about(ann), stories.write_article(ann)):
        stories.sign(page, by=ravi, asked_by=ann)
    return whole


def signed_again(page: Article, ann, ravi, fiona) -> None:
    """A change with a correction; the reviewer writes a word of their own, and another signs it; a text comes back."""
    stories.edit(page, by=ann, body="<p>It was wrong, and now it is right.</p>")
    stories.sign(page, by=fiona, asked_by=ann, trigger="change", correction="It said the wrong thing.")
    stories.edit(page, by=ravi, body="<p>Ravi wrote this.</p>")
    stories.sign(page, by=fiona, asked_by=ann, trigger="change")
    stories.sign(page, by=fiona, asked_by=ann, trigger="annual")
    restore(Revision.objects.get(article=page, number=1), by=ann)
    stories.sign(page, by=fiona, asked_by=ann, trigger="change")
    page.refresh_from_db()


def discussed(ann, ravi, fiona) -> None:
    """Comments pinned and answered, a review handed over, sent back, taken back, and one that is open still."""
    page = stories.write_symptom(ann, slug="cramps", title="Cramps")
    review = request_review(page, by=ann, reviewer=ravi.reviewer)
    said = comments.pin(review, part=next(iter(comments.parts(review.revision.read()))), text="Is it?", by=ravi)
    comments.pin(review, part=said.part, text="And nobody answers this.", by=ravi)
    request_changes(review, by=ravi, comment="Please say more.")
    comments.answer(said, text="It is.", by=ann)
    cancel_request(request_review(page, by=ann), by=ann)
    handed = request_review(page, by=ann, reviewer=ravi.reviewer)
    hand_over(handed, to=fiona.reviewer, by=ravi, word="You know more of cramps.")
    sign_off(handed, by=fiona, seen_digest=handed.revision.digest, conflicts="None")
    waiting = request_review(stories.write_symptom(ann, slug="open-ache", title="Open ache"), by=ann)
    comments.pin(waiting, part=said.part, text="I am reading it.", by=ravi)


def moved_and_withdrawn(ann, ravi, fiona, morgan) -> None:
    """A page that moved, moved again and came home; one that is gone; and one that came back."""
    for slug in ("wanders", "gone", "back"):
        stories.sign(stories.write_symptom(ann, slug=slug, title=slug.title()), by=ravi, asked_by=ann)
    wanders = Article.objects.get(slug="wanders")
    for slug in ("elsewhere", "wanders", "at-last"):
        change_address(wanders, slug=slug, by=morgan)
        wanders.refresh_from_db()
    gone, back = Article.objects.get(slug="gone"), Article.objects.get(slug="back")
    review = request_review(gone, by=ann, trigger="annual")
    recommend_withdrawal(review, by=fiona, comment="This harms people.")
    withdraw_page(gone, reason="safety", by=morgan)
    withdraw_page(back, reason="outdated", by=morgan)
    stories.edit(back, by=ann, summary=MENDED)
    stories.sign(back, by=fiona, asked_by=ann)


def expunged(ann, ravi, morgan, olga) -> None:
    """A text that was published once and is blank now; one that was never published; and a request that was dropped."""
    page = _three_texts(ann, ravi)
    why = {"reason": "It names a person.", "legal_basis": "Order of the court of Nowhere, 3 May 2026, no. 17."}
    texts = Revision.objects.filter(article=page).order_by("number")
    published = texts.filter(publications__isnull=False)[1]
    drop_expunging(ask_to_expunge(published, by=morgan, **why), by=olga)
    confirm_expunging(ask_to_expunge(published, by=olga, **why), by=morgan)
    confirm_expunging(ask_to_expunge(texts[0], by=morgan, **why), by=olga)
    ask_to_expunge(texts[1], by=morgan, **why)


def _three_texts(ann, ravi) -> Article:
    page = stories.write_symptom(ann, slug="three-texts", title="Three texts")
    stories.add_facts(page, ann)
    for body in ("<p>One.</p>", "<p>It names a person.</p>", "<p>Three.</p>"):
        stories.sign(stories.edit(page, by=ann, body=body), by=ravi, asked_by=ann)
    return page


def read_again(page: Article, ann, ravi, morgan) -> None:
    """A recall, one of whose pages was in review already; a reader's report that a review answers; votes."""
    tics, diary = Article.objects.get(slug="tics"), Article.objects.get(slug="keeping-a-diary")
    request_review(diary, by=ann, trigger="annual")
    recall = recalls.open_recall([tics.pk, diary.pk], trigger="safety", reason="A regulator warns.", by=morgan)
    review = recall.rows.get(taken_along=False).review
    sign_off(review, by=ravi, seen_digest=review.revision.digest, conflicts="I know the maker.")
    live = Article.objects.get(pk=page.pk)
    reports.open_review(stories.report(live), by=ann, reason="Look at the second link.")
    stories.report(live, words="Nobody has read this yet.")
    deeds.answer(live.live.revision, helpful=True)


def reframed(morgan) -> None:
    """Pages filed elsewhere, a notice that grew older, and one that is offered no more."""
    public = Article.objects.public()
    file_under(public, topic=stories.topic("Head and face", "head-and-face"), by=morgan)
    notice = stories.notice()
    CopyrightNotice.objects.filter(pk=notice.pk).update(year=2020)
    roll_copyright_year([notice], year=2021, by=morgan)
    retire_notice(CopyrightNotice.objects.create(holder="Of old", year=2019), by=morgan)


def brought_in_and_merged(ann, ravi, morgan) -> None:
    """Pages from a file, one on an earlier review; causes that became one, a draft and a public page that gave way."""
    records = [
        {"type": "cause", "id": "C:1", "name": "Gout"},
        {"type": "symptom", "id": "S:1", "title": "Sore toe", "body": "<p>It hurts.</p>", "causes": [{"cause": "C:1"}]},
        {"type": "article", "id": "A:1", "title": "Looking after feet", "body": "<p>Wash them.</p>", "also": ["A:0"]},
        {"type": "article", "id": "A:1", "title": "Twice"},
    ]
    with tempfile.NamedTemporaryFile("w", suffix=".jsonl") as file:
        file.write("".join(f"{json.dumps(record)}\n" for record in records))
        file.flush()
        format = reading.get("jsonl")
        with planned(Path(file.name), reader=format, format="jsonl", source="elsewhere", by=morgan) as plan:
            plan.apply()
    stories.record_earlier(stories.write_article(ann, slug="migrated", title="Migrated"), by=morgan)
    merge_causes(
        Cause.objects.get(name="Gout"), stories.write_cause(ann, name="Gouty toe", slug="gouty-toe"), by=morgan
    )
    public = stories.write_symptom(ann, slug="toe-ache", title="Toe ache")
    stories.sign(public, by=ravi, asked_by=ann)
    kept = stories.write_symptom(ann, slug="toe-pain", title="Toe pain")
    for lost in ("sore-toe", "toe-ache"):
        merge_symptoms(Symptom.objects.get(slug=lost), kept, by=morgan)
