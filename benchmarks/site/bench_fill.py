"""Fills a database up to so many signed symptom pages, as long as the demonstration's fullest one.

Run in the folder of any build: it uses that build's own actions. Each batch of pages has causes, a
topic and related symptoms of its own, so that a page has as many neighbours as a real one.
"""

import itertools
import json
import os
import sys
from collections.abc import Iterator

import django

os.environ["DJANGO_SETTINGS_MODULE"] = "bench_settings"
sys.path.insert(0, os.getcwd())
django.setup()

from django.contrib.auth.models import User  # noqa: E402 - models need the settings first
from django.core.management import call_command  # noqa: E402
from django.db import connection, transaction  # noqa: E402

from articles.models import Article, Topic  # noqa: E402
from articles.publishing import projections  # noqa: E402
from symptoms.models import BodySystem, Cause, RelatedSymptom, Symptom, SymptomCause  # noqa: E402
from symptoms.public import az_index  # noqa: E402
from tests import factories  # noqa: E402

MODEL_SLUG = "facial-spasms"
COPIED_FIELDS = (
    "body",
    "spotlight_title",
    "spotlight",
    "causes_intro",
    "diagnosis_questions",
    "treatment",
    "complications",
)
BATCH = 100
CAUSES = 12
RELATED = 18
TOPICS = 40
ADJECTIVES = ("Burning", "Cramping", "Dull", "Early", "Faint", "Gripping", "Heavy", "Itching")
NOUNS = ("ache", "blister", "cough", "dizziness", "fever", "lump", "numbness", "rash", "swelling")


def main(count: int) -> dict[str, list[str]]:
    """Fill up to ``count`` pages; gives addresses by what stands there."""
    call_command("migrate", verbosity=0)
    if not User.objects.filter(username="ann").exists():
        call_command("load_demo", verbosity=0)
    people = User.objects.in_bulk(["ann", "ravi"], field_name="username")
    full = Symptom.objects.get(slug=MODEL_SLUG)
    texts = {name: getattr(full, name) for name in COPIED_FIELDS}
    made = Article.objects.filter(slug__startswith="bench-").count()
    for start in range(made, count, BATCH):
        size = min(BATCH, count - start)
        _publish_batch(start // BATCH, size, people["ann"], people["ravi"], texts)
    if made < count:
        projections.rebuild()
        with connection.cursor() as cursor:
            cursor.execute("ANALYZE")
    return list_addresses()


def list_addresses() -> dict[str, list[str]]:
    pages = Article.objects.public().filter(slug__startswith="bench-").order_by("pk")
    rows = list(pages.values_list("pk", "slug"))
    causes = Cause.objects.filter(slug__startswith="bench-").order_by("pk")
    topics = Topic.objects.filter(slug__startswith="bench-").order_by("slug")
    letters = []
    for letter in az_index.get_letters():
        for number in range(1, (letter.count - 1) // az_index.ENTRIES_PER_PAGE + 2):
            letters.append(az_index.get_url(letter.key, number))
    return {
        "symptom": [f"/symptoms/{slug}/" for _key, slug in rows],
        "history": [f"/symptoms/{slug}/history/" for _key, slug in rows],
        "form": [f"/admin/symptoms/symptom/{key}/change/" for key, _slug in rows],
        "cause": [f"/causes/{slug}/" for slug in causes.values_list("slug", flat=True)],
        "topic": [f"/topics/{slug}/" for slug in topics.values_list("slug", flat=True)],
        "A–Z": letters,
    }


@transaction.atomic
def _publish_batch(batch: int, count: int, writer: User, signer: User, texts: dict) -> None:
    adjective = ADJECTIVES[batch % len(ADJECTIVES)]
    noun = NOUNS[batch // len(ADJECTIVES) % len(NOUNS)]
    title = f"{adjective} {noun} {batch}-{{}}"
    pages = factories.make_symptoms(count, writer, title, texts)
    for page in pages:
        page.slug = f"bench-{page.slug}"
    Article.objects.bulk_update(pages, ["slug"])
    number = batch % TOPICS
    topic, _made = Topic.objects.get_or_create(
        slug=f"bench-{number}", defaults={"name": f"Bench {number}"}
    )
    filed = Article.topics.through
    filed.objects.bulk_create(filed(article_id=page.pk, topic_id=topic.pk) for page in pages)
    SymptomCause.objects.bulk_create(_build_causes(pages, batch, writer))
    RelatedSymptom.objects.bulk_create(_build_related(pages))
    factories.sign_and_publish(pages, by=writer, signer=signer)
    print(f"  {batch * BATCH + count:,} pages", file=sys.stderr, flush=True)


def _build_causes(pages: list[Article], batch: int, writer: User) -> Iterator[SymptomCause]:
    """Two thirds of the causes are those of this batch alone, the others those of ten batches."""
    causes: list[Cause] = []
    for number in range(CAUSES):
        slug = (
            f"bench-cause-{batch}-{number}" if number % 3 else f"bench-cause-{batch // 10}x{number}"
        )
        name = slug.replace("-", " ").capitalize()
        cause = Cause.objects.filter(slug=slug).first()
        causes.append(cause or factories.make_cause(writer, name=name, slug=slug))
    for page, (place, cause) in itertools.product(pages, enumerate(causes)):
        yield SymptomCause(
            symptom_id=page.pk, cause=cause, text="<p>It may cause it.</p>", position=place
        )


def _build_related(pages: list[Article]) -> Iterator[RelatedSymptom]:
    systems = BodySystem.values[:3]
    for place, page in enumerate(pages):
        for step in range(1, min(RELATED, len(pages) - 1) + 1):
            yield RelatedSymptom(
                symptom_id=page.pk,
                other_id=pages[(place + step) % len(pages)].pk,
                system=systems[step % len(systems)],
                position=step,
            )


if __name__ == "__main__":
    print(json.dumps(main(int(sys.argv[1]))))
