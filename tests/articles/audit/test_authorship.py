"""Who saved a revision and wrote in it is hashed with the revision before it, page by page."""

from django.core.management import call_command
from django.db import transaction

from articles.audit import authorship
from articles.models import Authorship, Revision
from tests import factories
from tests.database import disable_triggers, run_concurrently, sql


def make_history(ann, editor) -> list[Revision]:
    """Two pages, the first with three revisions that nobody has signed."""
    page = factories.make_symptom(ann)
    factories.make_symptom(ann, slug="itch", title="Itch")
    for by, title in ((editor, "Second"), (ann, "Third")):
        page.title = title
        page.save()
        factories.record_revision(page, by=by)
    return list(page.revisions.order_by("number"))


def test_each_forgery_of_unsigned_authorship_is_found(db, ann, morgan, charlie):
    _, second, third = make_history(ann, morgan)
    assert list(authorship.find_faults()) == []
    Authorship.objects.create(revision=third, user=charlie)
    (fault,) = authorship.find_faults()
    assert fault == (
        f"articles_revision {third.pk} ({third.uuid}): "
        "who saved it or wrote in it is not what its hash says"
    )
    with disable_triggers():
        Authorship.objects.filter(user=charlie).delete()
    assert list(authorship.find_faults()) == []
    forgeries = (
        f"DELETE FROM articles_authorship WHERE revision_id = {second.pk}",
        f"UPDATE articles_revision SET saved_by_id = {charlie.pk} WHERE id = {second.pk}",
        f"UPDATE articles_revision SET saved_at = '2020-01-01' WHERE id = {second.pk}",
        f"UPDATE articles_revision SET number = 9 WHERE id = {third.pk}",
    )
    for statement in forgeries:
        with transaction.atomic():
            with disable_triggers():
                sql(statement)
            assert list(authorship.find_faults()), statement
            transaction.set_rollback(True)
    with disable_triggers():
        for table, column in (
            ("articles_pagelink", "revision_id"),
            ("articles_authorship", "revision_id"),
            ("articles_revision", "id"),
        ):
            sql(f"DELETE FROM {table} WHERE {column} = {second.pk}")
    faults = list(authorship.find_faults())
    assert "revision 2 of its page is missing before it" in faults[0]


def test_older_revisions_get_their_hashes_when_the_tables_are_brought_up_to_date(
    transactional_db, ann, morgan
):
    make_history(ann, morgan)
    before = list(Revision.objects.order_by("pk").values_list("authorship_hash", "document"))
    call_command("migrate", "articles", "0020", verbosity=0)
    call_command("migrate", verbosity=0)
    assert (
        list(Revision.objects.order_by("pk").values_list("authorship_hash", "document")) == before
    )
    assert list(authorship.find_faults()) == []


def test_saves_of_two_pages_do_not_wait_for_each_other(transactional_db, ann, morgan):
    pages = [factories.make_symptom(ann, slug=name, title=name) for name in ("ache", "itch")]

    def save(page):
        with transaction.atomic():
            page.title += " again"
            page.save()
            return factories.record_revision(page, by=ann).number

    assert run_concurrently(lambda: save(pages[0]), lambda: save(pages[1])) == [2, 2]
    assert list(authorship.find_faults()) == []
