"""Loads the demonstration from its TOML files, whole or not at all, where it is missing."""

import datetime as dt
import tomllib
from pathlib import Path

import time_machine
from django.contrib.auth.models import Group, User
from django.db import transaction
from django.utils import timezone

from articles.models import Article, CopyrightNotice, Topic
from articles.publishing import related_pages
from config import groups
from config.operations.demo import emergencies, pages, story
from reviews.models import Reviewer
from reviews.signing.actions import verify_reviewer

DEMO_DIRECTORY = Path(__file__).parent
PAGE_SLUGS = sorted(path.stem for path in (DEMO_DIRECTORY / "pages").glob("*.toml"))


def read_toml(name: str) -> dict:
    return tomllib.loads((DEMO_DIRECTORY / f"{name}.toml").read_text(encoding="utf-8"))


def is_loaded() -> bool:
    return Article.objects.filter(slug__in=PAGE_SLUGS, publications__isnull=False).exists()


@transaction.atomic
def load(*, password: str) -> None:
    """Create the people, the page metadata and the pages, then replay their story day by day.

    Only the clock is set back for that: the actions are the usual ones, and know no other date
    than today's.
    """
    script = read_toml("story")
    texts = {name: read_toml(f"pages/{name}") for name in PAGE_SLUGS}
    urgent = read_toml("emergencies")
    texts |= emergencies.build_texts(urgent)
    today = timezone.now().replace(hour=9, minute=0, second=0, microsecond=0)
    first_day = today - dt.timedelta(days=script["first_day"])
    with time_machine.travel(first_day):
        people = _create_people(read_toml("people"), password)
        notices = _create_metadata(read_toml("frame"))
        written = pages.write_pages(
            texts, before=script["before"], related=read_toml("related"), by=people, notices=notices
        )
    context = story.StoryContext(
        pages=written,
        page_texts=texts,
        first_texts=script["before"],
        people=people,
        notices=list(notices.values()),
    )
    happened = [*script["deeds"], *emergencies.iter_events(urgent)]
    events = story.schedule_events(happened, first_day=first_day, today=today)
    for moment, event in events:
        with time_machine.travel(moment):
            story.apply_event(event, context)
    related_pages.renew()  # each page has those that were published before it


def _create_people(people: dict, password: str) -> dict[str, User]:
    for person in people["staff"]:
        user = _create_user(
            person["username"], person["first_name"], person["last_name"], password, person["group"]
        )
        user.is_staff = True
        user.save(update_fields=["is_staff"])
    checker = User.objects.get(username="morgan")
    for person in people["reviewers"]:
        first, last = person["name"].split(" ", 1)
        user = _create_user(person.pop("username"), first, last, password, groups.REVIEWERS)
        expires = timezone.localdate() + dt.timedelta(days=1200)
        reviewer, _ = Reviewer.objects.get_or_create(
            user=user, defaults=person | {"licence_expires": expires}
        )
        if not reviewer.verified_at:
            verify_reviewer(reviewer, by=checker)
    # Read again: their rights follow from the groups that they joined since.
    return {user.username: user for user in User.objects.all()}


def _create_user(username: str, first: str, last: str, password: str, group: str) -> User:
    user, made = User.objects.get_or_create(
        username=username, defaults={"first_name": first, "last_name": last}
    )
    if made:
        user.set_password(password)
        user.save()
        user.groups.add(Group.objects.get(name=group))
    return user


def _create_metadata(metadata: dict) -> dict[str, CopyrightNotice]:
    for topic in metadata["topics"]:
        Topic.objects.get_or_create(slug=topic["slug"], defaults=topic)
    year = timezone.localdate().year
    notices = {}
    for notice in metadata["notices"]:
        key = notice.pop("key")
        notices[key], _ = CopyrightNotice.objects.get_or_create(**notice, defaults={"year": year})
    return notices
