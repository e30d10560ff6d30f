"""One cause, one topic, one tag, one other name: by import and in forms, whatever was typed."""

import csv
import json
from io import StringIO
from itertools import chain

import pytest
from django.core.management import call_command
from openpyxl import Workbook
from taggit.models import Tag

from articles.models import Article, Topic
from articles.publishing.actions import record_revision, restore
from articles.reports import twin_names
from symptoms.models import Cause, OtherName, Symptom
from tests import factories, html
from tests.database import sql
from tests.merging import merge_causes

pytestmark = pytest.mark.django_db

FORMATS = ("csv", "xlsx", "jsonl")
LIST_FIELDS = ("topics", "tags", "other_names")
ADD_CAUSE = "/admin/symptoms/cause/add/"
ADD_TOPIC = "/admin/articles/topic/add/"
ADD_SYMPTOM = "/admin/symptoms/symptom/add/"


def import_rows(tmp_path, rows: list[dict], kind: str = "csv", source: str = "test") -> str:
    """Write rows as a file of a format, and import it."""
    path = tmp_path / f"names.{kind}"
    headings = list(dict.fromkeys(chain.from_iterable(rows)))
    table = [headings, *([row.get(name, "") for name in headings] for row in rows)]
    if kind == "jsonl":
        path.write_text("".join(f"{json.dumps(_build_record(row))}\n" for row in rows))
    elif kind == "xlsx":
        book = Workbook()
        for cells in table:
            book.active.append(cells)
        book.save(path)
    else:
        with path.open("w", newline="") as file:
            csv.writer(file).writerows(table)
    out = StringIO()
    call_command(
        "import_content", path, source=source, by="morgan", apply=True, no_progress=True, stdout=out
    )
    return out.getvalue()


def _build_record(row: dict) -> dict:
    record = dict(row)
    for name in LIST_FIELDS:
        if name in record:
            record[name] = [part.strip() for part in record[name].split("|")]
    if record["type"] == "cause":
        record["name"] = record.pop("title")
    return record


@pytest.mark.parametrize("kind", FORMATS)
def test_a_cause_with_two_apostrophes_is_one_with_two_ids(kind, tmp_path, morgan):
    rows = [
        {"type": "cause", "id": "c1", "title": "Crohn’s disease"},
        {"type": "cause", "id": "c2", "title": "Crohn's disease"},
        {"type": "cause", "id": "c3", "title": "CROHN`S  disease"},
    ]
    import_rows(tmp_path, rows, kind)
    cause = Cause.objects.get()
    assert (cause.name, cause.slug) == ("Crohn's disease", "crohns-disease")
    assert list(cause.external_ids.values_list("key", flat=True)) == ["c1", "c2", "c3"]
    import_rows(tmp_path, rows, kind)
    assert Cause.objects.get() == cause


@pytest.mark.parametrize("kind", FORMATS)
def test_letters_make_the_addresses_that_people_expect(kind, tmp_path, morgan):
    titles = ["Œdema of the leg", "Østergaard sign", "½ hour weakness"]
    rows = [{"type": "symptom", "id": f"g{n}", "title": title} for n, title in enumerate(titles)]
    import_rows(tmp_path, rows, kind)
    assert list(Article.objects.order_by("pk").values_list("title", "slug", "sort_key")) == [
        ("Œdema of the leg", "oedema-of-the-leg", "oedema of the leg"),
        ("Østergaard sign", "ostergaard-sign", "ostergaard sign"),
        ("½ hour weakness", "1-2-hour-weakness", "1/2 hour weakness"),
    ]


@pytest.mark.parametrize("kind", FORMATS)
def test_topics_in_chinese_are_two_also_where_they_sound_alike(kind, tmp_path, morgan):
    rows = [
        {"type": "symptom", "id": "g101", "title": "Zeta ache", "topics": "頭部"},
        {"type": "symptom", "id": "g102", "title": "Zeta burn", "topics": "王"},
        {"type": "symptom", "id": "g103", "title": "Zeta cold", "topics": "亡"},
        {"type": "symptom", "id": "g104", "title": "Zeta dust", "topics": "🙂"},
        {"type": "symptom", "id": "g105", "title": "Zeta eye", "topics": "★"},
    ]
    import_rows(tmp_path, rows, kind)
    filed = {page.title: page.topics.get().name for page in Article.objects.all()}
    assert filed == {row["title"]: row["topics"] for row in rows}
    assert set(Topic.objects.values_list("slug", flat=True)) == {
        *("toubu", "wang", "wang-2", "topic", "topic-2")
    }


def test_pages_and_causes_that_sound_alike_are_two(tmp_path, morgan):
    rows = []
    for title in ("王", "亡"):
        rows.append({"type": "symptom", "id": f"symptom-{title}", "title": title})
        rows.append({"type": "cause", "id": f"cause-{title}", "title": title})
    import_rows(tmp_path, rows)
    assert sorted(Article.objects.values_list("slug", flat=True)) == ["wang", "wang-2"]
    assert sorted(Cause.objects.values_list("slug", flat=True)) == ["wang", "wang-2"]


def test_other_names_and_tags_are_once_however_they_were_typed(tmp_path, morgan):
    Tag.objects.create(name="Crohn’s")
    row = {"type": "symptom", "id": "s", "title": "Zeta ache"}
    row["other_names"] = "Crohn’s pain|Crohn's pain|Foot\u00a0 pain"
    row["tags"] = "Crohn's|crohn`s|A–b"
    import_rows(tmp_path, [row], "jsonl")
    names = OtherName.objects.order_by("position").values_list("name", flat=True)
    assert list(names) == ["Crohn's pain", "Foot pain"]
    page = Article.objects.get()
    assert {tag.name for tag in page.tags.all()} == {"Crohn’s", "A-b"}


def test_what_is_stored_keeps_its_signs_when_the_same_file_comes_again(tmp_path, morgan):
    row = {"type": "symptom", "id": "s", "title": "Zeta ache", "other_names": "Crohn's pain"}
    cause = {"type": "cause", "id": "c", "title": "Crohn's disease"}
    import_rows(tmp_path, [row, cause], "jsonl")
    sql("UPDATE symptoms_othername SET name = 'Crohn’s pain'")
    sql("UPDATE symptoms_cause SET name = 'Crohn’s disease'")
    import_rows(tmp_path, [row | {"summary": "It aches."}, cause | {"slug": "c"}], "jsonl")
    assert OtherName.objects.get().name == "Crohn’s pain"
    assert Cause.objects.get().name == "Crohn’s disease"


# In forms


def test_a_twin_cause_is_refused_in_words_that_name_the_one_that_is_there(ann_client, ann):
    factories.make_cause(ann, name="Crohn's disease", slug="crohns-disease")
    page = ann_client.post(ADD_CAUSE, {"name": "Crohn’s  disease", "slug": "other"})
    assert "There is a cause “Crohn&#x27;s disease” already. Use that one." in page.text
    assert Cause.objects.count() == 1


def test_a_new_cause_gets_its_normal_form_and_an_address_of_its_own(ann_client, ann):
    for name in ("Creutzfeldt–Jakob disease", "王", "亡", "Œdema"):
        ann_client.post(ADD_CAUSE, {"name": name, "slug": ""})
    assert list(Cause.objects.order_by("pk").values_list("name", "slug")) == [
        ("Creutzfeldt-Jakob disease", "creutzfeldt-jakob-disease"),
        ("王", "wang"),
        ("亡", "wang-2"),
        ("Œdema", "oedema"),
    ]


def test_an_untouched_cause_keeps_its_signs_and_a_changed_one_gets_the_normal_form(ann_client, ann):
    cause = factories.make_cause(ann, name="Crohn’s disease", slug="crohns-disease")
    address = f"/admin/symptoms/cause/{cause.pk}/change/"
    form = html.read_form(ann_client.get(address))
    ann_client.post(address, form)
    cause.refresh_from_db()
    assert cause.name == "Crohn’s disease"
    ann_client.post(address, form | {"name": "Crohn’s illness"})
    cause.refresh_from_db()
    assert (cause.name, cause.folded) == ("Crohn's illness", "crohn's illness")


def test_topics_are_two_or_one_by_their_names(client, morgan_client):
    for name in ("頭部", "眼科", "Heart’s health", "heart's  health"):
        page = morgan_client.post(ADD_TOPIC, {"name": name, "slug": ""})
    assert "There is a topic “Heart&#x27;s health” already. Use that one." in page.text
    assert list(Topic.objects.order_by("pk").values_list("name", "slug")) == [
        ("頭部", "toubu"),
        ("眼科", "yanke"),
        ("Heart's health", "hearts-health"),
    ]


def test_a_page_without_a_slug_gets_that_of_its_title_and_its_names_their_form(ann_client, ann):
    factories.make_symptom(ann, slug="oedema-of-the-leg", title="Oedema of the leg")
    Tag.objects.create(name="Crohn's")
    form = html.read_form(ann_client.get(ADD_SYMPTOM))
    form |= {"title": "½ Œdema", "slug": "", "tags": "Crohn’s, A–b"}
    form |= {"other_names-TOTAL_FORMS": "1", "other_names-0-name": "Crohn’s pain"}
    form |= {"other_names-0-position": "0"}
    ann_client.post(ADD_SYMPTOM, form)
    page = Symptom.objects.get(title="½ Œdema")
    assert page.slug == "1-2-oedema"
    assert page.other_names.get().name == "Crohn's pain"
    assert {tag.name for tag in page.tags.all()} == {"Crohn's", "A-b"}


def test_an_other_name_typed_twice_is_refused_in_words(ann_client, ann):
    page = factories.make_symptom(ann)
    OtherName.objects.create(symptom=page, name="Crohn's pain")
    address = f"/admin/symptoms/symptom/{page.pk}/change/"
    form = html.read_form(ann_client.get(address))
    form |= {"other_names-TOTAL_FORMS": "2", "other_names-1-name": "Crohn’s pain"}
    answer = ann_client.post(address, form)
    assert "“Crohn&#x27;s pain” is in this list already" in answer.text
    assert page.other_names.count() == 1


# Twins that were there before


def make_stored_twins(ann) -> tuple[Cause, Cause]:
    """Two causes of one name, as an older build stored them."""
    one = factories.make_cause(ann, name="Crohn’s disease", slug="crohns-disease")
    sql("UPDATE symptoms_cause SET folded = 'crohn’s disease' WHERE id = %s", one.pk)
    return one, factories.make_cause(ann, name="Crohn's disease", slug="crohns-disease-2")


def test_twins_that_are_there_stay_and_are_reported_with_the_way_to_merge_them(ann_client, ann):
    one, other = make_stored_twins(ann)
    call_command("rebuild_projections", stdout=StringIO())
    keys = Cause.objects.order_by("pk").values_list("name", "folded")
    assert list(keys) == [
        ("Crohn’s disease", "crohn’s disease"),
        ("Crohn's disease", "crohn's disease"),
    ]
    page = ann_client.get("/admin/reports/twin-names/")
    assert f"/admin/symptoms/cause/{one.pk}/merge/?other={other.pk}" in page.text
    out = StringIO()
    call_command("list_twin_names", stdout=out)
    assert "Cause: “Crohn’s disease” and “Crohn's disease” (the same name twice)" in out.getvalue()
    assert "Cause: “Crohn’s disease” and “Crohn's disease” (not in the normal" in out.getvalue()


def test_a_stored_twin_can_be_saved_and_merged_and_its_name_is_then_refused(ann_client, ann):
    one, other = make_stored_twins(ann)
    address = f"/admin/symptoms/cause/{one.pk}/change/"
    form = html.read_form(ann_client.get(address)) | {"slug": "moved"}
    assert ann_client.post(address, form).status_code == 302
    assert Cause.objects.filter(pk=one.pk, slug="moved", name="Crohn’s disease").exists()
    merge_causes(other, one, by=ann)
    assert Cause.objects.get().folded == "crohn's disease"
    assert "Use that one" in ann_client.post(ADD_CAUSE, {"name": "Crohn`s disease"}).text


def test_twin_topics_tags_and_other_names_are_reported(ann):
    page = factories.make_symptom(ann)
    for name, key in (("Crohn’s", "crohn’s"), ("Crohn's", "crohn's")):
        Topic.objects.create(name=name, slug=str(len(key) + Topic.objects.count()))
        Tag.objects.create(name=name)
        OtherName.objects.create(symptom=page, name=name, folded=key)
    findings = [one for one in twin_names.find_all() if one.finding == twin_names.TWINS]
    found = [(one.kind.noun, one.one.text) for one in findings]
    assert found == [("Topic", "Crohn’s"), ("Tag", "Crohn’s"), ("Other name", "Crohn’s")]


def test_a_text_with_twin_names_is_restored_as_it_stands(ann):
    page = factories.make_symptom(ann)
    for key, name in (("ache’s", "Ache’s"), ("ache's", "Ache's")):
        OtherName.objects.create(symptom=page, name=name, folded=key)
    first = record_revision(page, by=ann)
    page.other_names.all().delete()
    record_revision(page, by=ann)
    restore(first, by=ann)
    assert Symptom.objects.get().get_latest_revision().digest == first.digest
