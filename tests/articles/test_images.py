"""Images: kept once under their digest, never written over, and seen by visitors while a public page carries them."""

import os
from pathlib import Path

import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import storages

from articles import images, kinds, pictures, projections
from articles.actions import record_revision, restore
from articles.content import canonical, digest
from articles.models import Article, Authorship, Image, PublishedImage
from reviews.actions import withdraw_page
from reviews.eligibility import has_own_words
from tests import stories
from tests.database import at_once, guards_off, refused, sql
from tests.images import ALT, add_figure, address, drawn, keep, path, sent, staff_address

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def shelf_of_files(settings, tmp_path):
    """A directory of this test's own, so that what is in it can be counted and spoilt."""
    place = {"BACKEND": "articles.storage.ImageStorage", "OPTIONS": {"location": str(tmp_path / "images")}}
    settings.STORAGES = settings.STORAGES | {"images": place}
    return tmp_path / "images"


@pytest.fixture
def page(ann, ravi):
    """A public page with a picture."""
    page = stories.write_article(ann)
    add_figure(page, by=ann)
    stories.sign(page, by=ravi, asked_by=ann)
    return Article.objects.get(pk=page.pk)


@pytest.fixture
def image(page):
    return Image.objects.get()


# Keeping


def test_a_file_is_called_by_what_is_in_it(ann, shelf_of_files):
    image = keep(ann, name="Eye.PNG")
    data = (shelf_of_files / f"{image.sha256}.png").read_bytes()
    assert digest(data) == image.sha256
    assert (image.length, image.width, image.height) == (len(data), 60, 40)
    assert (image.name, image.uploaded_by, image.media_type) == ("Eye.PNG", ann, "image/png")


def test_the_same_picture_is_kept_once(ann, morgan, shelf_of_files):
    first = keep(ann)
    assert keep(morgan, name="another-name.png") == first
    assert [file.name for file in shelf_of_files.iterdir()] == [images.file_name(first)]


def test_a_file_is_never_written_over(ann, shelf_of_files):
    image = keep(ann)
    (shelf_of_files / images.file_name(image)).write_bytes(b"something else")
    storages["images"].save(images.file_name(image), ContentFile(b"a third thing"))
    assert (shelf_of_files / images.file_name(image)).read_bytes() == b"something else"
    with pytest.raises(pictures.Unusable, match="damaged now"):
        keep(ann)
    assert [file.name for file in shelf_of_files.iterdir()] == [images.file_name(image)]


def test_a_crash_between_file_and_row_leaves_a_file_that_the_next_upload_takes(ann, shelf_of_files, monkeypatch):
    with monkeypatch.context() as crash:
        crash.setattr(images, "_once", lambda row: 1 / 0)
        with pytest.raises(ZeroDivisionError):
            keep(ann)
    assert len(list(shelf_of_files.iterdir())) == 1
    assert not Image.objects.exists()
    assert keep(ann).name == "eye.png"


def test_a_write_that_fails_half_way_leaves_nothing(ann, shelf_of_files, monkeypatch):
    monkeypatch.setattr(os, "link", lambda *paths: (_ for _ in ()).throw(OSError("No space left on device")))
    with pytest.raises(OSError, match="No space"):
        keep(ann)
    assert list(shelf_of_files.iterdir()) == []


def test_a_name_that_cannot_be_printed_is_printed_without_that(ann):
    assert images.keep(sent("a\x07b" + "c" * 300 + ".png"), by=ann).name.endswith("ccc.png")
    assert len(Image.objects.get().name) == 200


def test_two_editors_upload_the_same_picture_at_one_moment(transactional_db, ann, morgan, shelf_of_files):
    found = at_once(*(lambda by=by: keep(by) for by in (ann, morgan, ann, morgan)))
    assert {type(image) for image in found} == {Image}, found
    assert len({image.pk for image in found}) == Image.objects.count() == 1
    assert [file.name for file in shelf_of_files.iterdir()] == [images.file_name(found[0])]


def test_the_row_of_a_file_is_never_changed(ann):
    image = keep(ann)
    with refused("images are added and never changed"):
        sql("UPDATE articles_image SET name = 'x' WHERE id = %s", image.pk)
    with refused("images are added and never changed"):
        sql("DELETE FROM articles_image")


def test_a_picture_without_alternative_text_is_refused_by_the_database(ann):
    with refused("figure_has_alternative_text"):
        add_figure(stories.write_article(ann), by=ann, alt="")


# In the document


def test_a_picture_is_frozen_with_all_that_is_said_of_it(page, image):
    [figure] = page.live.revision.read().figures
    assert (figure.sha256, figure.alt, figure.place) == (image.sha256, ALT, "overview")
    assert (figure.width, figure.height, figure.media_type) == (60, 40, "image/png")
    assert (figure.caption, figure.credit) == ("Where the lids meet.", "Drawn for this test.")


def test_a_page_without_pictures_reads_as_it_always_did(ann):
    page = stories.write_article(ann)
    assert "figures" not in page.latest_revision().document


def test_a_document_with_pictures_of_old_reads_and_writes_the_same():
    text = (Path(__file__).parents[1] / "fixtures" / "document-1-article-figures.json").read_text()
    assert canonical(kinds.read(text)).decode() == text
    assert len(kinds.read(text).figures) == 2


@pytest.mark.parametrize("write", [stories.write_article, stories.write_symptom])
def test_restoring_brings_pictures_back_by_their_digest(ann, write):
    page = write(ann)
    image = add_figure(page, by=ann).image
    before = page.latest_revision()
    page.figures.all().delete()
    record_revision(page, by=ann)
    restored = restore(before, by=ann)
    assert restored.report == []
    assert restored.revision.digest == before.digest
    assert page.figures.get().image == image


def test_restoring_reports_a_picture_that_is_not_here(ann, page, image):
    before = page.latest_revision()
    page.figures.all().delete()
    with guards_off():
        sql("DELETE FROM articles_image")
    [told] = restore(before, by=ann).report
    assert told.startswith(f"The image “{ALT}” is not here any more")


def test_whoever_uploaded_a_picture_does_not_sign_a_page_that_somebody_else_put_it_on(ann, ravi):
    image = keep(ravi)
    page = stories.write_article(ann)
    assert not has_own_words(page, ravi)
    add_figure(page, by=ann, image=image)
    assert set(Authorship.objects.filter(revision=page.latest_revision()).values_list("user", flat=True)) == {
        ann.pk,
        ravi.pk,
    }
    assert has_own_words(page, ravi)


# Visitors


def test_a_picture_is_public_with_its_page(page, image, client):
    html = client.get(page.path).text
    assert f'<img src="{address(image)}" alt="{ALT}" width="60" height="40" loading="lazy" decoding="async">' in html
    assert "<figcaption>Where the lids meet." in html
    answer = client.get(address(image))
    assert (answer.status_code, digest(answer.content)) == (200, image.sha256)
    assert answer["Content-Type"] == "image/png"
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert answer["Cache-Control"] == "public, max-age=0, must-revalidate"
    assert not answer.cookies
    assert "Cookie" not in answer.get("Vary", "")


def test_a_picture_that_has_not_changed_is_not_sent_again(page, image, client):
    etag = client.get(address(image))["ETag"]
    again = client.get(address(image), headers={"If-None-Match": etag})
    assert (again.status_code, again.content) == (304, b"")
    head = client.head(address(image))
    assert (head.status_code, head.content, head["Content-Length"]) == (200, b"", str(image.length))


def test_a_picture_costs_a_visitor_one_query(page, image, client, django_assert_num_queries):
    with django_assert_num_queries(1):
        client.get(address(image))


def test_a_picture_of_a_draft_is_nobodys(ann, page, client):
    figure = add_figure(page, by=ann, image=keep(ann, colour="red"))
    assert client.get(address(figure.image)).status_code == 404
    assert address(figure.image) not in client.get(page.path).text


def test_a_withdrawn_page_takes_its_pictures_along_at_once(page, image, morgan, client):
    etag = client.get(address(image))["ETag"]
    withdraw_page(page, reason="wrong", by=morgan)
    assert client.get(address(image)).status_code == 404
    assert client.get(address(image), headers={"If-None-Match": etag}).status_code == 404


def test_a_picture_of_two_pages_stays_while_one_is_public(page, image, ann, ravi, morgan, client):
    other = stories.write_symptom(ann)
    add_figure(other, by=ann, image=image)
    stories.sign(other, by=ravi, asked_by=ann)
    withdraw_page(page, reason="wrong", by=morgan)
    assert client.get(address(image)).status_code == 200
    withdraw_page(other, reason="wrong", by=morgan)
    assert client.get(address(image)).status_code == 404


def test_a_picture_that_was_taken_out_is_told_of_in_the_version_that_had_it(page, image, ann, ravi, client):
    number = page.live.revision.number
    page.figures.all().delete()
    record_revision(page, by=ann)
    stories.sign(page, by=ravi, asked_by=ann)
    assert client.get(address(image)).status_code == 404
    old = client.get(f"{page.path}history/{number}/").text
    assert "A picture stood here that is no longer public." in old
    assert ALT in old
    assert "<img" not in old
    add_figure(page, by=ann, image=image)
    stories.sign(page, by=ravi, asked_by=ann)


def test_an_address_that_is_nearly_right_leads_nowhere(page, image, client):
    for wrong in (f"/images/{image.sha256}.jpg", f"/images/{'0' * 64}.png", f"/images/{image.sha256.upper()}.png"):
        assert client.get(wrong).status_code == 404
    assert client.post(address(image)).status_code == 405


def test_a_spoilt_or_missing_file_is_not_served(page, image, client, caplog):
    Path(path(image)).write_bytes(drawn(colour="red"))
    assert client.get(address(image)).status_code == 404
    assert "is not the one of its digest" in caplog.text
    Path(path(image)).unlink()
    assert client.get(address(image)).status_code == 404
    assert "is missing" in caplog.text


# Staff


def test_who_writes_or_reviews_sees_what_is_not_public(ann, ravi, morgan, charlie, client):
    page = stories.write_article(ann)
    image = add_figure(page, by=ann).image
    for person in (ann, ravi, morgan):
        client.force_login(person)
        answer = client.get(staff_address(image))
        assert (answer.status_code, digest(answer.content)) == (200, image.sha256)
        assert answer["Cache-Control"] == "private, no-cache"
    client.force_login(charlie)
    assert client.get(staff_address(image)).status_code == 403
    client.logout()
    assert client.get(staff_address(image)).status_code == 302


def test_a_preview_shows_what_is_not_public(ann, client):
    page = stories.write_article(ann)
    image = add_figure(page, by=ann).image
    client.force_login(ann)
    assert f'src="{staff_address(image)}"' in client.get(f"/admin/articles/article/{page.pk}/preview/").text


# Beside the log


def test_the_list_of_public_pictures_can_be_made_anew(page, image):
    assert list(projections.faults()) == []
    PublishedImage.objects.all().delete()
    assert [fault for fault in projections.faults() if "articles_publishedimage" in fault and "is missing" in fault]
    projections.rebuild()
    assert PublishedImage.objects.get().sha256 == image.sha256
    assert list(projections.faults()) == []


def test_the_list_of_public_pictures_is_not_edited(page):
    with refused("projected anew, never edited"):
        sql("UPDATE articles_publishedimage SET sha256 = %s", "0" * 64)
