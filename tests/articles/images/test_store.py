"""Images: stored once by digest, never overwritten, and public while a public page has them."""

import os
from pathlib import Path

import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import storages

from articles.content import kinds
from articles.content.document import canonicalize, digest
from articles.images import processing, store
from articles.models import Article, Authorship, Image, PublishedImage
from articles.publishing import projections
from articles.publishing.actions import record_revision, restore
from reviews.signing.actions import withdraw_page
from reviews.signing.eligibility import is_barred
from tests import factories
from tests.database import disable_triggers, expect_refusal, run_concurrently, sql
from tests.factories import (
    ALT,
    add_figure,
    draw_picture,
    get_file_path,
    get_public_path,
    get_staff_path,
    make_upload,
    store_image,
)

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def image_storage(settings, tmp_path):
    """A directory of this test's own, so that what is in it can be counted and spoilt."""
    place = {
        "BACKEND": "articles.storage.ImageStorage",
        "OPTIONS": {"location": str(tmp_path / "images")},
    }
    settings.STORAGES = settings.STORAGES | {"images": place}
    return tmp_path / "images"


@pytest.fixture
def page(ann, ravi):
    """A public page with a picture."""
    page = factories.make_article(ann)
    add_figure(page, by=ann)
    factories.sign_page(page, by=ravi, asked_by=ann)
    return Article.objects.get(pk=page.pk)


@pytest.fixture
def image(page):
    return Image.objects.get()


# Keeping


def test_a_file_is_called_by_what_is_in_it(ann, image_storage):
    image = store_image(ann, name="Eye.PNG")
    data = (image_storage / f"{image.sha256}.png").read_bytes()
    assert digest(data) == image.sha256
    assert (image.length, image.width, image.height) == (len(data), 60, 40)
    assert (image.name, image.uploaded_by, image.media_type) == ("Eye.PNG", ann, "image/png")


def test_the_same_picture_is_kept_once(ann, morgan, image_storage):
    first = store_image(ann)
    assert store_image(morgan, name="another-name.png") == first
    assert [file.name for file in image_storage.iterdir()] == [store.get_file_name(first)]


def test_a_file_is_never_written_over(ann, image_storage):
    image = store_image(ann)
    (image_storage / store.get_file_name(image)).write_bytes(b"something else")
    storages["images"].save(store.get_file_name(image), ContentFile(b"a third thing"))
    assert (image_storage / store.get_file_name(image)).read_bytes() == b"something else"
    with pytest.raises(processing.UnusableImage, match="damaged now"):
        store_image(ann)
    assert [file.name for file in image_storage.iterdir()] == [store.get_file_name(image)]


def test_a_crash_between_file_and_row_leaves_a_file_that_the_next_upload_takes(
    ann, image_storage, monkeypatch
):
    with monkeypatch.context() as crash:
        crash.setattr(store, "_get_or_save", lambda row: 1 / 0)
        with pytest.raises(ZeroDivisionError):
            store_image(ann)
    assert len(list(image_storage.iterdir())) == 1
    assert not Image.objects.exists()
    assert store_image(ann).name == "eye.png"


def test_a_write_that_fails_half_way_leaves_nothing(ann, image_storage, monkeypatch):
    monkeypatch.setattr(
        os,
        "link",
        lambda *paths, **places: (_ for _ in ()).throw(OSError("No space left on device")),
    )
    with pytest.raises(OSError, match="No space"):
        store_image(ann)
    assert list(image_storage.iterdir()) == []


def test_a_name_that_cannot_be_printed_is_printed_without_that(ann):
    assert store.store_upload(make_upload("a\x07b" + "c" * 300 + ".png"), by=ann).name.endswith(
        "ccc.png"
    )
    assert len(Image.objects.get().name) == 200


def test_two_editors_upload_the_same_picture_at_one_moment(
    transactional_db, ann, morgan, image_storage
):
    found = run_concurrently(*(lambda by=by: store_image(by) for by in (ann, morgan, ann, morgan)))
    assert {type(image) for image in found} == {Image}, found
    assert len({image.pk for image in found}) == Image.objects.count() == 1
    assert [file.name for file in image_storage.iterdir()] == [store.get_file_name(found[0])]


def test_the_row_of_a_file_is_never_changed(ann):
    image = store_image(ann)
    with expect_refusal("images are added and never changed"):
        sql("UPDATE articles_image SET name = 'x' WHERE id = %s", image.pk)
    with expect_refusal("images are added and never changed"):
        sql("DELETE FROM articles_image")


def test_a_picture_without_alternative_text_is_refused_by_the_database(ann):
    with expect_refusal("figure_has_alternative_text"):
        add_figure(factories.make_article(ann), by=ann, alt="")


# In the document


def test_a_picture_is_frozen_with_all_that_is_said_of_it(page, image):
    [figure] = page.live.revision.read().figures
    assert (figure.sha256, figure.alt, figure.place) == (image.sha256, ALT, "overview")
    assert (figure.width, figure.height, figure.media_type) == (60, 40, "image/png")
    assert (figure.caption, figure.credit) == ("Where the lids meet.", "Drawn for this test.")


def test_a_page_without_pictures_reads_as_it_always_did(ann):
    page = factories.make_article(ann)
    assert "figures" not in page.get_latest_revision().document


def test_a_document_with_pictures_of_old_reads_and_writes_the_same():
    text = (Path(__file__).parents[2] / "fixtures" / "document-1-article-figures.json").read_text()
    assert canonicalize(kinds.parse_document(text)).decode() == text
    assert len(kinds.parse_document(text).figures) == 2


@pytest.mark.parametrize("write", [factories.make_article, factories.make_symptom])
def test_restoring_brings_pictures_back_by_their_digest(ann, write):
    page = write(ann)
    image = add_figure(page, by=ann).image
    before = page.get_latest_revision()
    page.figures.all().delete()
    record_revision(page, by=ann)
    restored = restore(before, by=ann)
    assert restored.report == []
    assert restored.revision.digest == before.digest
    assert page.figures.get().image == image


def test_restoring_reports_a_picture_that_is_not_here(ann, page, image):
    before = page.get_latest_revision()
    page.figures.all().delete()
    with disable_triggers():
        sql("DELETE FROM articles_image")
    [message] = restore(before, by=ann).report
    assert message.startswith(f"The image “{ALT}” is not here any more")


def test_whoever_uploaded_a_picture_does_not_sign_a_page_that_somebody_else_put_it_on(ann, ravi):
    image = store_image(ravi)
    page = factories.make_article(ann)
    assert not is_barred(page, ravi)
    add_figure(page, by=ann, image=image)
    assert set(
        Authorship.objects.filter(revision=page.get_latest_revision()).values_list(
            "user", flat=True
        )
    ) == {
        ann.pk,
        ravi.pk,
    }
    assert is_barred(page, ravi)


# Visitors


def test_a_picture_is_public_with_its_page(page, image, client):
    html = client.get(page.path).text
    assert (
        f'<img src="{get_public_path(image)}" alt="{ALT}" width="60" height="40" '
        'loading="lazy" decoding="async">' in html
    )
    assert "<figcaption>Where the lids meet." in html
    answer = client.get(get_public_path(image))
    assert (answer.status_code, digest(answer.content)) == (200, image.sha256)
    assert answer["Content-Type"] == "image/png"
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert answer["Cache-Control"] == "public, max-age=0, must-revalidate"
    assert not answer.cookies
    assert "Cookie" not in answer.get("Vary", "")


def test_a_picture_that_has_not_changed_is_not_sent_again(page, image, client):
    etag = client.get(get_public_path(image))["ETag"]
    again = client.get(get_public_path(image), headers={"If-None-Match": etag})
    assert (again.status_code, again.content) == (304, b"")
    head = client.head(get_public_path(image))
    assert (head.status_code, head.content, head["Content-Length"]) == (200, b"", str(image.length))


def test_a_picture_costs_a_visitor_one_query(page, image, client, django_assert_num_queries):
    with django_assert_num_queries(1):
        client.get(get_public_path(image))


def test_a_picture_of_a_draft_is_nobodys(ann, page, client):
    figure = add_figure(page, by=ann, image=store_image(ann, colour="red"))
    assert client.get(get_public_path(figure.image)).status_code == 404
    assert get_public_path(figure.image) not in client.get(page.path).text


def test_a_withdrawn_page_takes_its_pictures_along_at_once(page, image, morgan, client):
    etag = client.get(get_public_path(image))["ETag"]
    withdraw_page(page, reason="wrong", by=morgan)
    assert client.get(get_public_path(image)).status_code == 404
    assert client.get(get_public_path(image), headers={"If-None-Match": etag}).status_code == 404


def test_a_picture_of_two_pages_stays_while_one_is_public(page, image, ann, ravi, morgan, client):
    other = factories.make_symptom(ann)
    add_figure(other, by=ann, image=image)
    factories.sign_page(other, by=ravi, asked_by=ann)
    withdraw_page(page, reason="wrong", by=morgan)
    assert client.get(get_public_path(image)).status_code == 200
    withdraw_page(other, reason="wrong", by=morgan)
    assert client.get(get_public_path(image)).status_code == 404


def test_a_picture_that_was_taken_out_is_told_of_in_the_version_that_had_it(
    page, image, ann, ravi, client
):
    number = page.live.revision.number
    page.figures.all().delete()
    record_revision(page, by=ann)
    factories.sign_page(page, by=ravi, asked_by=ann)
    assert client.get(get_public_path(image)).status_code == 404
    old = client.get(f"{page.path}history/{number}/").text
    assert "A picture stood here that is no longer public." in old
    assert ALT in old
    assert "<img" not in old
    add_figure(page, by=ann, image=image)
    factories.sign_page(page, by=ravi, asked_by=ann)


def test_an_address_that_is_nearly_right_leads_nowhere(page, image, client):
    for wrong in (
        f"/images/{image.sha256}.jpg",
        f"/images/{'0' * 64}.png",
        f"/images/{image.sha256.upper()}.png",
    ):
        assert client.get(wrong).status_code == 404
    assert client.post(get_public_path(image)).status_code == 405


def test_a_spoilt_or_missing_file_is_not_served(page, image, client, caplog):
    Path(get_file_path(image)).write_bytes(draw_picture(colour="red"))
    assert client.get(get_public_path(image)).status_code == 404
    assert "is not the one of its digest" in caplog.text
    Path(get_file_path(image)).unlink()
    assert client.get(get_public_path(image)).status_code == 404
    assert "is missing" in caplog.text


# Staff


def test_who_writes_or_reviews_sees_what_is_not_public(ann, ravi, morgan, charlie, client):
    page = factories.make_article(ann)
    image = add_figure(page, by=ann).image
    for person in (ann, ravi, morgan):
        client.force_login(person)
        answer = client.get(get_staff_path(image))
        assert (answer.status_code, digest(answer.content)) == (200, image.sha256)
        assert answer["Cache-Control"] == "private, no-cache"
    client.force_login(charlie)
    assert client.get(get_staff_path(image)).status_code == 403
    client.logout()
    assert client.get(get_staff_path(image)).status_code == 302


def test_a_preview_shows_what_is_not_public(ann, client):
    page = factories.make_article(ann)
    image = add_figure(page, by=ann).image
    client.force_login(ann)
    assert (
        f'src="{get_staff_path(image)}"'
        in client.get(f"/admin/articles/article/{page.pk}/preview/").text
    )


# Beside the log


def test_the_list_of_public_pictures_can_be_made_anew(page, image):
    assert list(projections.find_faults()) == []
    PublishedImage.objects.all().delete()
    assert [
        fault
        for fault in projections.find_faults()
        if "articles_publishedimage" in fault and "is missing" in fault
    ]
    projections.rebuild()
    assert PublishedImage.objects.get().sha256 == image.sha256
    assert list(projections.find_faults()) == []


def test_the_list_of_public_pictures_is_not_edited(page):
    with expect_refusal("projected anew, never edited"):
        sql("UPDATE articles_publishedimage SET sha256 = %s", "0" * 64)
