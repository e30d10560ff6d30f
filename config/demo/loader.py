"""Loads the demonstration from its TOML files, whole or not at all, and only where it is not there yet."""

import datetime as dt
import tomllib
from pathlib import Path

from django.contrib.auth.models import Group, User
from django.db import transaction
from django.utils import timezone

from articles.actions import record_revision
from articles.models import Article, CopyrightNotice, Reference, Topic
from config import groups
from reviews.actions import request_review, sign_off, verify_reviewer
from reviews.models import Reviewer
from symptoms.models import Cause, Code, OtherName, RelatedSymptom, Symptom, SymptomCause

HERE = Path(__file__).parent
# In the order of signing: a page comes after those that its text links to.
PAGES = ["keeping-a-symptom-diary", "facial-spasms", "eye-twitching", "facial-numbness"]
RICH = ("advice", "body", "spotlight", "causes_intro", "diagnosis_questions", "treatment", "complications")
LINES = ("title", "headline", "summary", "advice_level", "risk", "phrase", "plural", "spotlight_title")


def read(name: str) -> dict:
    return tomllib.loads((HERE / f"{name}.toml").read_text(encoding="utf-8"))


def loaded() -> bool:
    return Article.objects.filter(slug__in=PAGES, live__isnull=False).exists()


@transaction.atomic
def load(*, password: str) -> None:
    """Make the people, the frame and the pages, and have each page signed by its reviewer."""
    _people(read("people"), password)
    notices = _frame(read("frame"))
    writer = User.objects.get(username="ann")
    written = {name: read(name) for name in PAGES}
    pages = {name: _page(values, writer, notices) for name, values in written.items()}
    for name, values in written.items():
        if values["kind"] == "symptom":
            _facts(pages[name], values, writer)
        record_revision(pages[name], by=writer)
    for name, values in written.items():
        _sign(pages[name], writer, Reviewer.objects.get(user__username=values["sign_by"]))
    for name, values in written.items():
        if later := values.get("after_signing"):
            _change(pages[name], writer, later)


def _people(people: dict, password: str) -> None:
    for person in people["staff"]:
        user = _user(person["username"], person["first_name"], person["last_name"], password, person["group"])
        user.is_staff = True
        user.save(update_fields=["is_staff"])
    checker = User.objects.get(username=people["staff"][1]["username"])
    for person in people["reviewers"]:
        first, last = person["name"].split(" ", 1)
        user = _user(person.pop("username"), first, last, password, groups.REVIEWERS)
        expires = timezone.localdate() + dt.timedelta(days=700)
        reviewer, _ = Reviewer.objects.get_or_create(user=user, defaults=person | {"licence_expires": expires})
        if not reviewer.verified_at:
            verify_reviewer(reviewer, by=checker)


def _user(username: str, first: str, last: str, password: str, group: str) -> User:
    user, made = User.objects.get_or_create(username=username, defaults={"first_name": first, "last_name": last})
    if made:
        user.set_password(password)
        user.save()
        user.groups.add(Group.objects.get(name=group))
    return user


def _frame(frame: dict) -> dict[str, CopyrightNotice]:
    for topic in frame["topics"]:
        Topic.objects.get_or_create(slug=topic["slug"], defaults=topic)
    year = timezone.localdate().year
    return {
        notice.pop("key"): CopyrightNotice.objects.get_or_create(**notice, defaults={"year": year})[0]
        for notice in frame["notices"]
    }


def _page(values: dict, writer: User, notices: dict[str, CopyrightNotice]) -> Article:
    model = Symptom if values["kind"] == "symptom" else Article
    fields = {name: values[name] for name in LINES if name in values}
    fields |= {name: values[name].strip() for name in RICH if name in values}
    page = model(slug=values["slug"], writer=writer, notice=notices[values["notice"]], **fields)
    page.full_clean()
    page.save()
    page.tags.set(values["tags"])
    page.topics.set(Topic.objects.filter(slug__in=values["topics"]))
    for place, reference in enumerate(values.get("references", [])):
        Reference.objects.create(article_id=page.pk, position=place, **reference)
    return page


def _facts(symptom: Symptom, values: dict, writer: User) -> None:
    for place, name in enumerate(values.get("other_names", [])):
        OtherName.objects.create(symptom=symptom, name=name, position=place)
    for code in values.get("codes", []):
        Code.objects.create(symptom=symptom, **code)
    for place, said in enumerate(values.get("causes", [])):
        cause, made = Cause.objects.get_or_create(slug=said.pop("slug"), defaults={"name": said["name"]})
        if made:
            cause.authors.add(writer)
        said.pop("name")
        SymptomCause.objects.create(symptom=symptom, cause=cause, position=place, **said)
    for place, said in enumerate(values.get("related", [])):
        other = _related(said, symptom, writer)
        RelatedSymptom.objects.create(
            symptom=symptom,
            other=other,
            system=said["system"],
            serious=said.get("serious", False),
            position=place,
        )


def _related(said: dict, near: Symptom, writer: User) -> Symptom:
    """The symptom of that address; one that nobody has written yet begins as a draft with a name."""
    other = Symptom.objects.filter(slug=said["slug"]).first()
    if other is None:
        other = Symptom.objects.create(slug=said["slug"], title=said["name"], writer=writer, notice=near.notice)
        record_revision(other, by=writer)
    return other


def _sign(page: Article, writer: User, reviewer: Reviewer) -> None:
    review = request_review(page, by=writer, reviewer=reviewer)
    # An account with its rights as the groups give them, not as they stood before the group was joined.
    signer = User.objects.get(pk=reviewer.user_id)
    sign_off(review, by=signer, seen_digest=review.revision.digest, conflicts="None. This signer is fictional.")


def _change(page: Article, writer: User, later: dict) -> None:
    """An edit that waits at the desk, so that a demonstration of signing has something to sign."""
    page.summary = later["summary"]
    page.save()
    record_revision(page, by=writer)
    reviewer = Reviewer.objects.get(user__username=later["reviewer"])
    request_review(page, by=writer, reviewer=reviewer, note=later["note"])
