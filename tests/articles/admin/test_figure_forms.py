"""Figures in a page's form: uploaded or chosen, never without alternative text, never lost."""

import pytest
from django.contrib.auth.models import Permission
from django.db import connection
from django.test.utils import CaptureQueriesContext

from articles.models import Article, Figure, Image
from tests import factories
from tests.factories import ALT, add_figure, draw_picture, get_staff_path, make_upload, store_image
from tests.html import list_errors, read_form

pytestmark = pytest.mark.django_db


@pytest.fixture
def page(ann):
    return factories.make_symptom(ann)


@pytest.fixture
def form(page):
    return f"/admin/symptoms/symptom/{page.pk}/change/"


def with_row(client, form, **row) -> dict:
    """The form as it stands, with one more row of pictures."""
    values = read_form(client.get(f"{form}?rows=1"))
    number = int(values["figures-TOTAL_FORMS"][0]) - 1
    typed = {"alt": ALT, "credit": "Drawn for this test."} | row
    return values | {f"figures-{number}-{name}": value for name, value in typed.items()}


def test_an_uploaded_picture_comes_into_the_text(ann_client, form, page, ann):
    response = ann_client.post(
        form, with_row(ann_client, form, upload=make_upload("eye.png"), place="causes")
    )
    assert response.status_code == 302
    [figure] = page.get_latest_revision().read().figures
    image = Image.objects.get()
    assert (figure.sha256, figure.alt, figure.place) == (image.sha256, ALT, "causes")
    assert (image.name, image.uploaded_by) == ("eye.png", ann)
    assert (
        f'<img class="thumbnail" src="{get_staff_path(image)}" alt=""' in ann_client.get(form).text
    )


def test_a_picture_that_is_here_can_be_chosen(ann_client, form, page, morgan):
    image = store_image(morgan)
    assert ann_client.post(form, with_row(ann_client, form, image=image.pk)).status_code == 302
    assert page.figures.get().image == image


def test_pictures_that_are_here_can_be_looked_for(ann_client, morgan):
    image = store_image(morgan, name="left-eye.png")
    asked = {"app_label": "articles", "model_name": "figure", "field_name": "image", "term": "left"}
    found = ann_client.get("/admin/autocomplete/", asked).json()["results"]
    assert found == [{"id": str(image.pk), "text": "left-eye.png, 60 × 40"}]
    assert "left-eye.png" in ann_client.get("/admin/articles/image/").text
    assert image.sha256 in ann_client.get(f"/admin/articles/image/{image.pk}/change/").text


def test_a_row_without_a_picture_or_without_alternative_text_is_not_saved(ann_client, form, page):
    response = ann_client.post(form, with_row(ann_client, form))
    assert list_errors(response) == [
        "Image 1: Or an existing image: Upload a file, or choose an image that is here already. "
        "Or remove this image; the rest is kept."
    ]
    response = ann_client.post(form, with_row(ann_client, form, upload=make_upload(), alt="  "))
    assert list_errors(response) == [
        "Image 1: Alternative text is missing. Fill it in, or remove this image. The rest is kept."
    ]
    assert not Figure.objects.exists()


def test_a_mistake_elsewhere_does_not_cost_the_file(ann_client, form, page):
    typed = with_row(ann_client, form, upload=make_upload("eye.png")) | {"title": ""}
    response = ann_client.post(form, typed)
    assert len(list_errors(response)) == 1
    image = Image.objects.get()
    again = read_form(response)
    assert again["figures-0-image"] == [str(image.pk)]
    assert get_staff_path(image) in response.text
    assert ann_client.post(form, again | {"title": "Facial spasms"}).status_code == 302
    assert page.figures.get().image == image


def test_a_file_that_no_page_can_carry_is_refused_beside_it(ann_client, form):
    response = ann_client.post(
        form, with_row(ann_client, form, upload=make_upload("eye.svg", b"<svg/>"))
    )
    assert list_errors(response) == [
        "Image 1: New file: “eye.svg” is not called a PNG, JPEG or WebP. "
        "Save it as one of these, and choose that file."
    ]
    assert not Image.objects.exists()


def test_a_new_file_takes_the_place_of_the_old_and_the_words_stay(ann_client, form, page, ann):
    first = add_figure(page, by=ann).image
    values = read_form(ann_client.get(form)) | {
        "figures-0-upload": make_upload("b.png", draw_picture(colour="red"))
    }
    assert ann_client.post(form, values).status_code == 302
    figure = page.figures.get()
    assert (figure.alt, figure.image == first) == (ALT, False)
    assert Image.objects.count() == 2


def test_files_stay_with_their_rows_when_rows_were_deleted_meanwhile(ann_client, form, page, ann):
    """A row that was deleted before Ann saves it comes back, with the file that she chose."""
    first, second = (
        add_figure(page, by=ann, alt=f"The {n} picture of two.", position=n) for n in (1, 2)
    )
    values = read_form(ann_client.get(form))
    first.delete()
    sizes = {"figures-0-upload": (30, 30), "figures-1-upload": (70, 70)}
    files = {
        name: make_upload(f"{size[0]}.png", draw_picture(size=size)) for name, size in sizes.items()
    }
    assert ann_client.post(form, values | files).status_code == 302
    assert {figure.alt: figure.image.width for figure in page.figures.all()} == {
        "The 1 picture of two.": 30,
        "The 2 picture of two.": 70,
    }
    assert page.figures.filter(pk=second.pk).exists()


def test_saving_without_a_change_saves_nothing(ann_client, form, page, ann):
    add_figure(page, by=ann)
    before = page.get_latest_revision()
    ann_client.post(form, read_form(ann_client.get(form)))
    assert page.get_latest_revision() == before


def test_who_may_not_add_images_may_not_upload_one(ann_client, form, ann, page):
    ann.groups.first().permissions.remove(Permission.objects.get(codename="add_image"))
    response = ann_client.post(form, with_row(ann_client, form, upload=make_upload()))
    assert list_errors(response) == [
        "Image 1: New file: Your account may not upload images. Choose one that is here already."
    ]
    assert not Image.objects.exists()


def test_a_preview_of_a_form_stores_no_file(ann_client, form, page, morgan):
    image = store_image(morgan)
    typed = with_row(ann_client, form, upload=make_upload("eye.png", draw_picture(colour="red")))
    answer = ann_client.post(form.replace("/change/", "/draft/"), typed)
    assert "<figure>" not in answer.json()["html"]
    typed = with_row(ann_client, form, image=image.pk)
    answer = ann_client.post(form.replace("/change/", "/draft/"), typed)
    assert f'src="{get_staff_path(image)}"' in answer.json()["html"]
    assert Image.objects.count() == 1
    assert not Figure.objects.exists()


def test_a_new_page_takes_a_picture_at_once(ann_client, page):
    add = "/admin/articles/article/add/"
    words = {"title": "Resting", "slug": "resting", "body": "<p>Close your eyes.</p>"}
    assert (
        ann_client.post(add, with_row(ann_client, add, upload=make_upload()) | words).status_code
        == 302
    )
    assert Article.objects.get(slug="resting").get_latest_revision().read().figures[0].alt == ALT


def test_an_article_offers_the_places_that_it_has(ann_client, ann):
    article = factories.make_article(ann)
    html = ann_client.get(f"/admin/articles/article/{article.pk}/change/?rows=1").text
    assert 'value="overview" selected>After the text' in html
    assert "After the causes" not in html


def count_queries(client, method, form, *data) -> int:
    with CaptureQueriesContext(
        connection,
    ) as asked:
        getattr(client, method)(form, *data)
    return len(asked)


def test_the_form_costs_as_many_queries_for_one_picture_as_for_three(ann_client, form, page, ann):
    counts = []
    for number in (1, 2, 3):
        add_figure(page, by=ann, image=store_image(ann, size=(40 + number, 40)), position=number)
        if number != 2:
            ann_client.get(form)
            opened = read_form(ann_client.get(form))
            counts.append(
                (
                    count_queries(ann_client, "get", form),
                    count_queries(ann_client, "post", form, opened),
                )
            )
    assert counts[0] == counts[1]


def test_the_list_of_images_costs_as_many_queries_for_one_as_for_three(ann_client, ann):
    store_image(ann)
    ann_client.get("/admin/articles/image/")
    one = count_queries(ann_client, "get", "/admin/articles/image/")
    for size in (41, 42):
        store_image(ann, size=(size, 40))
    assert count_queries(ann_client, "get", "/admin/articles/image/") == one


def test_a_large_photograph_is_taken(ann_client, form, page):
    photograph = draw_picture("JPEG", size=(4032, 3024))
    assert (
        ann_client.post(
            form, with_row(ann_client, form, upload=make_upload("IMG_0001.JPG", photograph))
        ).status_code
        == 302
    )
    image = Image.objects.get()
    assert (image.width, image.height) == (1600, 1200)
