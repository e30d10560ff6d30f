"""Fills the database of DATABASE_URL with symptoms of many causes, and times the finder in it."""

import gzip
import json
import random
import sys
import time
from collections.abc import Callable, Iterator
from itertools import accumulate, chain, cycle, islice, product
from statistics import quantiles

from benchmarks import fill  # noqa: F401 - readies Django for what follows

# isort: split
from django.contrib.auth.models import User
from django.core.management import call_command
from django.db import connection, transaction
from django.db.models import Count
from django.test import Client
from django.test.utils import CaptureQueriesContext

from articles.models import Article, Revision
from articles.names import fold
from articles.publishing import projections
from articles.publishing.actions import record_revisions
from symptoms.finder import ranking
from symptoms.models import BodySystem, Cause, PublishedCause, RelatedSymptom, Symptom, SymptomCause
from tests import factories

SYMPTOMS, CAUSES, EDGES = 18_836, 12_680, 253_320
SYMPTOMS_WITHOUT_CAUSES = 7_565  # symptoms that name no cause
RUNS = 200
BATCH = 500
FREQUENCIES = list(SymptomCause.Frequency)
Edges = list[list[tuple[int, str]]]  # of each symptom: number of the cause, how common


def main(path: str = "") -> None:
    """An empty database is filled first; one that was filled so before is measured as it is."""
    call_command("migrate", verbosity=0)
    if not Article.objects.exists():
        call_command("load_demo", verbosity=0)
        started = time.perf_counter()
        publish_edges(list(read_edges(path)) if path else generate_edges())
        print(f"written and signed in {time.perf_counter() - started:,.0f} s")
        with connection.cursor() as cursor:
            cursor.execute("VACUUM ANALYZE" if connection.vendor == "postgresql" else "ANALYZE")
    symptoms, rows = (
        Article.objects.public().filter(slug__startswith="ache-"),
        PublishedCause.objects.count(),
    )
    print(f"\n{connection.vendor}: {symptoms.count():,} symptoms, {rows:,} rows of causes\n")
    print_timings(list(symptoms))


def read_edges(path: str) -> Iterator[list[tuple[int, str]]]:
    numbers: dict[str, int] = {}
    with gzip.open(path, "rt") as lines:
        for line in lines:
            named = {cause["id"]: cause.get("f") for cause in json.loads(line)["causes"]}
            yield [
                (numbers.setdefault(cause, len(numbers)), _get_frequency(share))
                for cause, share in named.items()
            ]


def _get_frequency(share: list[float] | None) -> str:
    """How common a cause is that has so many per cent of whoever has the symptom."""
    if not share:
        return ""
    return FREQUENCIES[0] if share[1] >= 30 else FREQUENCIES[1] if share[1] >= 5 else FREQUENCIES[2]


def generate_edges() -> Edges:
    """Few symptoms that name thousands of causes, most that name a handful, many that name none."""
    chance = random.Random(1)
    shares = [1 / (place + 12) ** 0.95 for place in range(SYMPTOMS - SYMPTOMS_WITHOUT_CAUSES)]
    ends = [round(end * EDGES / sum(shares)) for end in accumulate(shares)]
    sizes = [max(end - start, 1) for start, end in zip([0, *ends], ends, strict=False)]
    sizes += [0] * SYMPTOMS_WITHOUT_CAUSES
    return [
        [(cause, chance.choice([*FREQUENCIES, ""])) for cause in chance.sample(range(CAUSES), size)]
        for size in sizes
    ]


@transaction.atomic
def publish_edges(edges: Edges) -> None:
    """Write and sign the symptoms by the same ways as everything else, and project what they
    name.
    """
    people = User.objects.in_bulk(["ann", "ravi"], field_name="username")
    pages = factories.make_symptoms(len(edges), people["ann"], "Ache {}", {})
    most = 1 + max(cause for cause, _ in chain.from_iterable(edges))
    names = [f"Condition {number:05} of the benchmark" for number in range(most)]
    made = [
        Cause(name=name, slug=fold(name).replace(" ", "-"), folded=fold(name)) for name in names
    ]
    causes = Cause.objects.bulk_create(made, batch_size=BATCH)
    grave = [
        "",
        "",
        "",
        "serious",
        "",
        "life-threatening",
        "",
        "",
    ]  # of one cause in every page alike
    rows = _build_cause_rows(pages, edges, causes, grave)
    while some := list(islice(rows, 10_000)):
        SymptomCause.objects.bulk_create(some, batch_size=BATCH)
    relate_symptoms(pages)
    for start in range(0, len(pages), BATCH):
        record_revisions(
            Symptom.objects.filter(pk__in=[p.pk for p in pages[start : start + BATCH]]),
            by=people["ann"],
        )
        some = Revision.objects.filter(article__in=pages[start : start + BATCH]).select_related(
            "article"
        )
        revisions = list(some.order_by("article"))
        lines, now = factories.sign_revisions(revisions, people["ravi"])
        factories.log_publications(revisions, lines, people["ravi"], now, kind="publish")
    projections.rebuild()


def _build_cause_rows(pages, edges, causes, grave) -> Iterator[SymptomCause]:
    for page, named in zip(pages, edges, strict=True):
        for place, (number, common) in enumerate(named):
            yield SymptomCause(
                symptom_id=page.pk,
                cause=causes[number],
                frequency=common,
                seriousness=grave[number % 8],
                position=place,
            )


def relate_symptoms(pages: list[Article]) -> None:
    """Each symptom names the next three, under body systems in turn."""
    systems = cycle(BodySystem.values)
    RelatedSymptom.objects.bulk_create(
        (
            RelatedSymptom(
                symptom_id=page.pk,
                other_id=pages[(place + step) % len(pages)].pk,
                system=next(systems),
            )
            for (place, page), step in product(enumerate(pages), (1, 2, 3))
        ),
        batch_size=BATCH,
    )


def print_timings(symptoms: list[Article]) -> None:
    visitor, chance = Client(headers={"host": "127.0.0.1"}), random.Random(2)
    counted = PublishedCause.objects.order_by().values("article").annotate(size=Count("id"))
    sizes = dict(counted.values_list("article", "size"))
    largest = sorted(symptoms, key=lambda page: -sizes.get(page.pk, 0))
    naming = [page for page in symptoms if page.pk in sizes]
    print("| what | queries | p50, ms | p99, ms |\n|---|---:|---:|---:|")
    print_timing(
        "one page by its key", 1, lambda: Article.objects.get(pk=chance.choice(symptoms).pk)
    )
    for count in (1, 3, 6):
        print_timing(
            f"ranking, {count} symptom{'s' if count > 1 else ''}",
            1,
            lambda count=count: rank_causes(chance.sample(naming, count)),
        )
    for count in (1, 3, 6):
        print_timing(
            f"ranking, the {count} that name{'s' * (count == 1)} the most causes",
            1,
            lambda count=count: rank_causes(largest[:count]),
        )
    for name, chosen in (
        ("3 symptoms", naming[50:3050:1000]),
        ("the 3 that name the most causes", largest[:3]),
    ):
        address = "/finder/?" + "&".join(f"s={page.slug}" for page in chosen)
        measure_page(f"whole page, {name}", visitor, address)
    for name, address in build_paths().items():
        measure_page(name, visitor, address)


def build_paths() -> dict[str, str]:
    return {
        "whole page, nothing chosen": "/finder/",
        "symptoms of a body system": "/finder/?system=eyes",
        "the same, by letter, page 3": "/finder/?system=eyes&letter=a&page=3",
        "all symptoms, A to Z": "/finder/?system=all",
        "typing": "/finder/?q=ach+181",
    }


def rank_causes(pages: list[Article]) -> list:
    return list(
        ranking.rank_causes(page.pk for page in pages).values_list("cause_uuid", "explains")[
            : ranking.CAUSES_PER_PAGE
        ]
    )


def measure_page(name: str, visitor: Client, address: str) -> None:
    with CaptureQueriesContext(connection) as queries:
        answer = visitor.get(address)
    assert answer.status_code == 200, (address, answer.status_code)
    print_timing(name, len(queries), lambda: visitor.get(address), runs=RUNS // 10)


def print_timing(name: str, queries: int, action: Callable, runs: int = RUNS) -> None:
    action()
    took = []
    for _ in range(runs):
        started = time.perf_counter()
        action()
        took.append((time.perf_counter() - started) * 1000)
    cuts = quantiles(took, n=100)
    print(f"| {name} | {queries} | {cuts[49]:.2f} | {cuts[98]:.2f} |", flush=True)


if __name__ == "__main__":
    main(*sys.argv[1:])
