"""Loads the demonstration from its TOML files, whole or not at all, and only where it is not there yet."""

import datetime as dt
import tomllib
from pathlib import Path

import time_machine
from django.contrib.auth.models import Group, User
from django.db import transaction
from django.utils import timezone

from articles.models import Article, CopyrightNotice, Topic
from config import groups
from config.demo import pages, story
from reviews.actions import verify_reviewer
from reviews.models import Reviewer

HERE = Path(__file__).parent
PAGES = sorted(path.stem for path in (HERE / "pages").glob("*.toml"))


def read(name: str) -> dict:
    return tomllib.loads((HERE / f"{name}.toml").read_text(encoding="utf-8"))


def loaded() -> bool:
    return Article.objects.filter(slug__in=PAGES, publications__isnull=False).exists()


@transaction.atomic
def load(*, password: str) -> None:
    """Make the people, the frame and the pages, and relive their story day by day up to today.

    The clock is turned back for that, and nothing else: the actions are those of every day, and know of no other date
    than today's.
    """
    told, texts = read("story"), {name: read(f"pages/{name}") for name in PAGES}
    today = timezone.now().replace(hour=9, minute=0, second=0, microsecond=0)
    first_day = today - dt.timedelta(days=told["first_day"])
    with time_machine.travel(first_day):
        people = _people(read("people"), password)
        notices = _frame(read("frame"))
        written = pages.write(texts, before=told["before"], related=read("related"), by=people, notices=notices)
    stage = story.Stage(
        pages=written, texts=texts, before=told["before"], people=people, notices=list(notices.values())
    )
    for moment, deed in story.in_order(told["deeds"], first_day=first_day, today=today):
        with time_machine.travel(moment):
            story.relive(deed, stage)


def _people(people: dict, password: str) -> dict[str, User]:
    for person in people["staff"]:
        user = _user(person["username"], person["first_name"], person["last_name"], password, person["group"])
        user.is_staff = True
        user.save(update_fields=["is_staff"])
    checker = User.objects.get(username="morgan")
    for person in people["reviewers"]:
        first, last = person["name"].split(" ", 1)
        user = _user(person.pop("username"), first, last, password, groups.REVIEWERS)
        expires = timezone.localdate() + dt.timedelta(days=1200)
        reviewer, _ = Reviewer.objects.get_or_create(user=user, defaults=person | {"licence_expires": expires})
        if not reviewer.verified_at:
            verify_reviewer(reviewer, by=checker)
    # Read anew, with their rights as the groups give them, not as they stood before the group was joined.
    return {user.username: user for user in User.objects.all()}


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
