"""Fills the database of DATABASE_URL with a hub and many pages, and prints what each page costs."""

import sys
from collections.abc import Callable
from itertools import count
from statistics import median
from time import perf_counter

from benchmarks import fill  # readies Django for what follows

# isort: split
from django.contrib.auth.models import User
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from articles.models import Article
from articles.public.page_cache import page_cache
from reviews.signing.actions import request_review
from symptoms.models import Symptom, SymptomCause
from tests import factories
from tests.html import read_form

CAUSES, RELATED, ROUNDS = 2_474, 300, 5
LIST_PATH = "/admin/symptoms/symptom/"
AUTOCOMPLETE_PATH = "/admin/autocomplete/?app_label=symptoms&model_name={}&field_name={}&term=con"


def main(pages: int) -> None:
    fill.main(1)
    people = User.objects.in_bulk(["ann", "ravi", "morgan"], field_name="username")
    ann, ravi = people["ann"], people["ravi"]
    if pages > 1:
        for start in range(0, pages, 1_000):
            some = min(1_000, pages - start)
            factories.publish_symptoms(
                some, by=ann, signer=ravi, title=f"Page {start} and {{}}", causes=0
            )
    hub = factories.make_large_symptom(ann, causes=CAUSES, related=RELATED)
    factories.sign_page(hub, by=ravi, asked_by=ann)
    requests, typed = build_requests(hub, people)
    review = request_review(
        Article.objects.get(pk=hub.pk), by=ann, reviewer=ravi.reviewer, trigger="annual"
    )
    print(
        f"\n{connection.vendor}: {Symptom.objects.count():,} symptoms, one of {CAUSES:,} causes\n"
    )
    print("| what | queries | bytes | ms |\n|---|---:|---:|---:|")
    for name, request in requests.items():
        print_row(name, request)
    desk = Client(headers={"host": "127.0.0.1"})
    desk.force_login(ravi)
    print_row("desk: reading it", lambda: desk.get(f"/desk/reviews/{review.uuid}/"))
    print_row("form: save one word", typed)


def build_requests(hub: Symptom, people: dict) -> tuple[dict[str, Callable], Callable]:
    """What is asked for, by name; and the deed that changes one word of the hub's form each
    time.
    """
    editor = Client(headers={"host": "127.0.0.1"})
    editor.force_login(people["morgan"])
    form, words = f"{LIST_PATH}{hub.pk}/change/?symptom_causes-at=1201", count()
    opened = read_form(editor.get(form))

    def save():
        fresh = {"opened_edition": Article.objects.get(pk=hub.pk).form_version}
        answer = editor.post(
            form, opened | fresh | {"symptom_causes-3-text": f"<p>Word {next(words)}.</p>"}
        )
        assert answer.status_code == 302, answer.text
        return answer

    save()
    SymptomCause.objects.filter(symptom=hub).update(frequency="rare")
    factories.edit_page(hub, by=people["ann"])  # a revision in which every cause is another
    base = f"{LIST_PATH}{hub.pk}/"
    draft = {name: value for name, value in opened.items() if name != "csrfmiddlewaretoken"}
    asked = {
        "list": LIST_PATH,
        "list: search": f"{LIST_PATH}?q=weak",
        "list of causes: search": "/admin/symptoms/cause/?q=condition",
        "suggest a cause": AUTOCOMPLETE_PATH.format("symptomcause", "cause"),
        "suggest a symptom": AUTOCOMPLETE_PATH.format("relatedsymptom", "other"),
        "form": f"{base}change/",
        "form: causes from 1,201 on": form,
        "form: find a cause": f"{base}change/?symptom_causes-find=condition+12",
        "preview": f"{base}preview/",
        "history": f"{base}revisions/",
        "compare: one word": f"{base}compare/?old=2&new=3",
        "compare: every cause": f"{base}compare/?old=3&new=4",
    }
    found = {name: lambda address=address: editor.get(address) for name, address in asked.items()}
    found["form: compose while typing"] = lambda: editor.post(f"{base}draft/", draft)
    for part in ("", "causes/", "causes/5/", "history/"):
        found[f"public, cold: /symptoms/weakness/{part}"] = lambda part=part: get_uncached(
            f"/symptoms/weakness/{part}"
        )
    return found, save


def get_uncached(path: str):
    page_cache.clear()
    return Client(headers={"host": "127.0.0.1"}).get(path)


def print_row(name: str, action: Callable) -> None:
    """One line of the table: the middle of some rounds after one that warms up."""
    action()
    took = []
    for _ in range(ROUNDS):
        begun = perf_counter()
        answer = action()
        took.append(1000 * (perf_counter() - begun))
        assert answer.status_code in (200, 302), (name, answer.status_code)
    with CaptureQueriesContext(connection) as queries:
        size = len(action().content)
    print(f"| {name} | {len(queries)} | {size:,} | {median(took):,.0f} |", flush=True)


if __name__ == "__main__":
    main(int(sys.argv[1]))
