"""What nobody touched stays as it stood: a form that is sent as it was shown changes no byte.

Every text of every form holds something that a new text may not have, written with plain SQL.
"""

import itertools
import re
from collections.abc import Iterator

import pytest
from django.apps import apps
from django.contrib.auth.models import User
from django.db import connection, models
from taggit.models import Tag

from articles.fields import LineField, LinkField, PlainTextField, RichTextField
from articles.models import (
    Article,
    AuditEvent,
    AuditPrivateValue,
    Authorship,
    ChangedSubject,
    Revision,
    Topic,
)
from articles.models.article import ArticleTag
from articles.names import fold
from articles.publishing.actions import record_revision, restore
from articles.richtext.attributes import find_foreign
from reviews.models import Reviewer
from symptoms.models import Cause, OtherName
from tests import factories
from tests.html import _FormParser

pytestmark = [pytest.mark.django_db, pytest.mark.both_engines]

LINES = (
    "Two  blanks",
    " at both ends ",
    "e\u0301 in two signs",
    "no\u00a0break",
    "Crohn\x92s",
    "zero\u200bwidth",
    "\u202eturned\u202c",
    "no\ufffecharacter",
    "a lost lette\ufffd",
    "in two\nlines",
    "in two\r\nlines",
    "a\ttab",
    "hy\u00adphen",
    "\u212bngstrom",
    'quo"ted, and more',
    "private \ue000",
    "undefined \x81",
    "sup\u00b2\u2079",
)
RICH_TEXTS = (
    '<p title="not seen">seen</p>',
    "<p>Give <del>500</del> 50 mg</p>",
    "<p>10<sup class='x'>9</sup>/L</p>",
    "<p>e\u0301</p>",
    "<p>zero\u200bwidth</p>",
    "<p>Crohn\x92s &nbsp; <br/></p>",
    "<p>\u202e05\u202c</p>",
    "\n<p>a line before</p>\r\n<p>after</p>\n\n",
    "\r\n\n<p>lines before</p>",
    "<h4 class=old>old</h4><p>a & b</p>",
    "<p><a href='javascript:x'>x</a><span lang=de>y</span></p>",
    "<p>no\ufffecharacter, lost \ufffd</p>",
    " plain words ",
)
LINKS = (
    "https://example.org/a b",
    "example.org/x",
    "javascript:alert(1)",
    " https://example.org/ ",
    "HTTPS://EXAMPLE.ORG/\u200b",
)
DIRTY = {
    LineField: LINES,
    models.CharField: LINES,
    PlainTextField: (*LINES, "\nfour\r\n\r\nlines\n"),
    RichTextField: RICH_TEXTS,
    LinkField: LINKS,
}
# The texts begin at another place of each list. What a form does with them is tried on SQLite with
# all, and on PostgreSQL, which stores the same, with one beginning.
SHIFTS = [0, *(pytest.param(shift, marks=pytest.mark.sqlite) for shift in range(3, 18, 3))]
OTHER_SHIFTS = [0, pytest.param(7, marks=pytest.mark.sqlite)]


class _BrowserForm(_FormParser):
    """A form as a browser sends it: lines without breaks, and breaks of texts as CR and LF."""

    def handle_starttag(self, tag, attrs):
        if tag == "input" and dict(attrs).get("type") != "hidden":
            attrs = [(name, re.sub("[\r\n]", "", value or "")) for name, value in attrs]
        super().handle_starttag(tag, attrs)

    def handle_endtag(self, tag):
        name = self.textarea
        super().handle_endtag(tag)
        if tag == "textarea" and name:
            self.values[name] = [re.sub("\r\n|\r|\n", "\r\n", self.values[name][0])]


def read_as_browser(response) -> dict:
    parser = _BrowserForm()
    parser.feed(response.text)
    return {name: values for name, values in parser.values.items() if "__prefix__" not in name}


def iterate_texts(row: models.Model) -> Iterator[tuple[models.Field, str]]:
    """The text fields of a row that somebody can edit, each with the table that it stands in."""
    for field in row._meta.concrete_fields:
        if type(field) in DIRTY and field.editable and not field.choices:
            yield field, field.model._meta.db_table


def make_dirty(rows: list[models.Model], shift: int) -> None:
    numbers = itertools.count(shift)
    with connection.cursor() as cursor:
        for row in rows:
            for field, table in iterate_texts(row):
                dirty = DIRTY[type(field)]
                number = next(numbers)
                text = dirty[number % len(dirty)]
                if field.unique or isinstance(row, OtherName):
                    text += f" {row.pk}"
                if field.name in ("username", "password", "place"):
                    continue
                key = "article_ptr_id" if table == "symptoms_symptom" else "id"
                cursor.execute(
                    f'UPDATE {table} SET "{field.column}" = %s WHERE {key} = %s', [text, row.pk]
                )
    for row in rows:
        write_computed(row)


def write_computed(row) -> None:
    """What is computed from a name, as the build computed it that stored the name."""
    model = type(row)
    if isinstance(row, Cause | OtherName):
        name = model.objects.values_list("name", flat=True).get(pk=row.pk)
        model.objects.filter(pk=row.pk).update(folded=fold(name)[:400])
    elif isinstance(row, Topic):
        name = model.objects.values_list("name", flat=True).get(pk=row.pk)
        model.objects.filter(pk=row.pk).update(sort_key=fold(name)[:100])
    elif hasattr(row, "sort_key"):
        name = model.objects.values_list("title", flat=True).get(pk=row.pk)
        model.objects.filter(pk=row.pk).update(sort_key=fold(name)[:200])


def read_tables() -> dict[str, list]:
    """The rows of every table of ours, as they are stored.

    But for the chain of events and what it announces: these rows were made dirty past it, and a
    save records that.
    """
    found = {}
    with connection.cursor() as cursor:
        for model in (*apps.get_models(), ArticleTag):
            if model in (AuditEvent, AuditPrivateValue, ChangedSubject):
                continue
            if model._meta.app_label in ("articles", "reviews", "symptoms", "taggit", "auth"):
                cursor.execute(f"SELECT * FROM {model._meta.db_table} ORDER BY 1")
                found[model._meta.label] = cursor.fetchall()
    return found


def make_symptom(ann) -> list[models.Model]:
    other = factories.make_symptom(ann, slug="yawning", title="Yawning")
    symptom = factories.make_complete_symptom(ann, others=[other])
    factories.add_figure(symptom, by=ann)
    for name in ("a, b", 'say "ah"', "two  blanks", "e\u0301", "zero\u200bwidth", '"', "x\ufffe"):
        tag = Tag(name=name, slug=f"tag-{len(name)}-{ord(name[0])}")
        Tag.objects.bulk_create([tag])
        ArticleTag.objects.create(content_object_id=symptom.pk, tag=Tag.objects.get(slug=tag.slug))
    rows = (
        symptom.references,
        symptom.other_names,
        symptom.codes,
        symptom.symptom_causes,
        symptom.figures,
        symptom.care_cards,
    )
    return [symptom, *itertools.chain.from_iterable(related.all() for related in rows)]


def make_article(ann) -> list[models.Model]:
    return [factories.make_article(ann, advice_level="urgent", advice="<p>Ask a doctor.</p>")]


def make_about_page(ann) -> list[models.Model]:
    page = factories.make_about_page(ann)
    Article.objects.filter(pk=page.pk).update(advice_level="urgent")
    return [page]


def make_topic(ann) -> list[models.Model]:
    topic = factories.make_topic()
    factories.make_article(ann).topics.add(topic)
    return [topic]


def make_notice(ann) -> list[models.Model]:
    notice = factories.make_full_notice()
    factories.make_article(ann, notice=notice)
    return [notice]


def make_cause(ann) -> list[models.Model]:
    return [factories.make_complete_symptom(ann).symptom_causes.first().cause]


def make_reviewer(ann) -> list[models.Model]:
    return [Reviewer.objects.get(user=factories.get_person("ravi"))]


def make_user(ann) -> list[models.Model]:
    factories.make_article(ann)
    # A form shows no fractions of a second.
    User.objects.update(date_joined=ann.date_joined.replace(microsecond=0))
    return [ann]


MAKERS = {
    "symptoms/symptom": make_symptom,
    "articles/article": make_article,
    "articles/aboutpage": make_about_page,
    "articles/topic": make_topic,
    "articles/copyrightnotice": make_notice,
    "symptoms/cause": make_cause,
    "reviews/reviewer": make_reviewer,
    "auth/user": make_user,
}


@pytest.fixture
def boss(client) -> User:
    """Somebody who may edit everything, and wrote nothing."""
    user = User.objects.create_superuser("boss", "boss@example.org", "boss")
    client.force_login(user)
    return user


def save_untouched(client, path: str, **changed):
    values = read_as_browser(client.get(path))
    response = client.post(path, values | changed)
    assert response.status_code == 302, re.findall('(?s)class="errorlist".*?</ul>', response.text)
    return response


@pytest.mark.parametrize("shift", SHIFTS)
@pytest.mark.parametrize("model", MAKERS)
def test_a_form_that_nobody_touched_changes_no_byte(client, ann, boss, model, shift):
    rows = MAKERS[model](ann)
    make_dirty(rows, shift)
    for page in Article.objects.all():
        record_revision(page, by=ann)  # as the build did that stored the texts
    before = read_tables()
    save_untouched(client, f"/admin/{model}/{rows[0].pk}/change/")
    after = read_tables()
    assert {name: rows for name, rows in after.items() if rows != before[name]} == {}
    assert not Revision.objects.filter(saved_by=boss).exists()
    assert not Authorship.objects.filter(user=boss).exists()


# A field of each form that is no text, and another value for it.
OTHER_FIELDS = {
    "symptoms/symptom": {
        "review_months": "7",
        "references-0-year": "1999",
    },
    "articles/article": {"review_months": "7"},
    "articles/topic": {"slug": "another"},
    "articles/copyrightnotice": {"year": "1999"},
    "symptoms/cause": {"slug": "another"},
    "reviews/reviewer": {"licence_expires": "2039-01-01"},
    "auth/user": {"email": "ann@example.com"},
}


@pytest.mark.parametrize("shift", OTHER_SHIFTS)
@pytest.mark.parametrize("model", OTHER_FIELDS)
def test_a_text_that_would_be_refused_does_not_block_another_field(client, ann, boss, model, shift):
    rows = MAKERS[model](ann)
    make_dirty(rows, shift)
    before = read_texts(rows)
    save_untouched(client, f"/admin/{model}/{rows[0].pk}/change/", **OTHER_FIELDS[model])
    assert read_texts(rows) == before
    changed = {name.rpartition("-")[2] for name in OTHER_FIELDS[model]}
    assert find_values(rows, changed).issuperset(OTHER_FIELDS[model].values())


def read_texts(rows: list[models.Model]) -> list[tuple]:
    found = []
    with connection.cursor() as cursor:
        for row in rows:
            for field, table in iterate_texts(row):
                key = "article_ptr_id" if table == "symptoms_symptom" else "id"
                if field.name not in ("email", "slug"):
                    cursor.execute(f'SELECT "{field.column}" FROM {table} WHERE {key} = {row.pk}')
                    found.append((field.name, cursor.fetchone()))
    return found


def find_values(rows: list[models.Model], names: set[str]) -> set[str]:
    found = set()
    for row in rows:
        row.refresh_from_db()
        found |= {str(getattr(row, name)) for name in names if hasattr(row, name)}
    return found


@pytest.mark.parametrize("shift", [0, 7])
def test_code_that_saves_what_it_read_changes_no_byte(ann, shift):
    rows = make_symptom(ann)
    make_dirty(rows, shift)
    before = read_texts(rows)
    for row in rows:
        again = type(row).objects.get(pk=row.pk)
        again.save()
        names = [field.name for field, _ in iterate_texts(row)]
        type(row).objects.bulk_update([again], names)
        again.refresh_from_db()
        again.full_clean(exclude=["slug"])
        again.save()
    assert read_texts(rows) == before


def test_only_the_text_that_was_assigned_is_mended(ann):
    symptom = factories.make_symptom(ann)
    make_dirty([symptom], 3)
    symptom = type(symptom).objects.get(pk=symptom.pk)
    stored = symptom.title
    symptom.headline = "zero\u200bwidth"
    symptom.save()
    symptom.refresh_from_db()
    assert (symptom.title, symptom.headline) == (stored, "zerowidth")


def test_a_line_that_is_copied_into_a_rich_text_is_cleaned(ann):
    page = factories.make_article(ann)
    make_dirty([page], 0)
    Article.objects.filter(pk=page.pk).update(title="<script>x</script>ok")
    page.refresh_from_db()
    page.body = page.title
    page.save()
    assert page.body == "<p>ok</p>"


def test_a_restored_revision_has_the_texts_that_it_had_but_for_unseen_attributes(ann, ravi):
    symptom = factories.make_complete_symptom(ann)
    make_dirty([symptom, *symptom.references.all(), *symptom.other_names.all()], 0)
    first = record_revision(symptom, by=ann)
    symptom.refresh_from_db()
    symptom.body = "<p>Changed.</p>"
    symptom.save()
    record_revision(symptom, by=ann)
    restored = restore(first, by=ann).revision
    before, after = first.read().model_dump(), restored.read().model_dump()
    changed = {name for name, value in before.items() if after[name] != value}
    # What nobody sees does not come back.
    assert changed == {"causes_intro", "diagnosis_questions"}
    assert all(find_foreign(before[name]) for name in changed)


def test_a_tag_with_quotation_marks_stays_beside_a_new_one(client, ann, boss):
    rows = make_symptom(ann)
    path = f"/admin/symptoms/symptom/{rows[0].pk}/change/"
    values = read_as_browser(client.get(path))
    names = set(rows[0].tags.names())
    client.post(path, values | {"tags": [values["tags"][0] + ', "new ""one\u200b"""']})
    assert set(rows[0].tags.names()) == names | {'new "one"'}
