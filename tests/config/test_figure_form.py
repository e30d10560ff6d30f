"""Pictures in a page's form: uploaded or chosen, never without alternative text, not lost to a mistake elsewhere."""

import pytest
from django.contrib.auth.models import Permission
from django.db import connection
from django.test.utils import CaptureQueriesContext

from articles.models import Article, Figure, Image
from tests import stories
from tests.forms import filled
from tests.images import ALT, add_figure, drawn, keep, sent, staff_address

pytestmark = pytest.mark.django_db


@pytest.fixture
def at_work(client, ann):
    client.force_login(ann)
    return client


@pytest.fixture
def page(ann):
    return stories.write_symptom(ann)


@pytest.fixture
def form(page):
    return f"/admin/symptoms/symptom/{page.pk}/change/"


def with_row(client, form, **row) -> dict:
    """The form as it stands, with one more row of pictures."""
    values = filled(client.get(f"{form}?rows=1"))
    number = int(values["figures-TOTAL_FORMS"][0]) - 1
    typed = {"alt": ALT, "credit": "Drawn for this test."} | row
    return values | {f"figures-{number}-{name}": value for name, value in typed.items()}


def mistakes(response) -> list[str]:
    return [f"{found.where}: {found.message}" for found in response.context["mistakes"]]


def test_an_uploaded_picture_comes_into_the_text(at_work, form, page, ann):
    response = at_work.post(form, with_row(at_work, form, upload=sent("eye.png"), place="causes"))
    assert response.status_code == 302
    [figure] = page.latest_revision().read().figures
    image = Image.objects.get()
    assert (figure.sha256, figure.alt, figure.place) == (image.sha256, ALT, "causes")
    assert (image.name, image.uploaded_by) == ("eye.png", ann)
    assert f'<img class="thumbnail" src="{staff_address(image)}" alt=""' in at_work.get(form).text


def test_a_picture_that_is_here_can_be_chosen(at_work, form, page, morgan):
    image = keep(morgan)
    assert at_work.post(form, with_row(at_work, form, image=image.pk)).status_code == 302
    assert page.figures.get().image == image


def test_pictures_that_are_here_can_be_looked_for(at_work, morgan):
    image = keep(morgan, name="left-eye.png")
    asked = {"app_label": "articles", "model_name": "figure", "field_name": "image", "term": "left"}
    found = at_work.get("/admin/autocomplete/", asked).json()["results"]
    assert found == [{"id": str(image.pk), "text": "left-eye.png, 60 × 40"}]
    assert "left-eye.png" in at_work.get("/admin/articles/image/").text
    assert image.sha256 in at_work.get(f"/admin/articles/image/{image.pk}/change/").text


def test_a_row_without_a_picture_or_without_alternative_text_is_not_saved(at_work, form, page):
    response = at_work.post(form, with_row(at_work, form))
    assert mistakes(response) == [
        "Image 1: Or one that is here: Upload a file, or choose an image that is here already. "
        "Or remove this image; the rest is kept."
    ]
    response = at_work.post(form, with_row(at_work, form, upload=sent(), alt="  "))
    assert mistakes(response) == [
        "Image 1: Alternative text is missing. Fill it in, or remove this image. The rest is kept."
    ]
    assert not Figure.objects.exists()


def test_a_mistake_elsewhere_does_not_cost_the_file(at_work, form, page):
    typed = with_row(at_work, form, upload=sent("eye.png")) | {"title": ""}
    response = at_work.post(form, typed)
    assert len(mistakes(response)) == 1
    image = Image.objects.get()
    again = filled(response)
    assert again["figures-0-image"] == [str(image.pk)]
    assert staff_address(image) in response.text
    assert at_work.post(form, again | {"title": "Facial spasms"}).status_code == 302
    assert page.figures.get().image == image


def test_a_file_that_no_page_can_carry_is_refused_beside_it(at_work, form):
    response = at_work.post(form, with_row(at_work, form, upload=sent("eye.svg", b"<svg/>")))
    assert mistakes(response) == [
        "Image 1: New file: “eye.svg” is not called a PNG, JPEG or WebP. Save it as one of these, and choose that file."
    ]
    assert not Image.objects.exists()


def test_a_new_file_takes_the_place_of_the_old_and_the_words_stay(at_work, form, page, ann):
    first = add_figure(page, by=ann).image
    values = filled(at_work.get(form)) | {"figures-0-upload": sent("b.png", drawn(colour="red"))}
    assert at_work.post(form, values).status_code == 302
    figure = page.figures.get()
    assert (figure.alt, figure.image == first) == (ALT, False)
    assert Image.objects.count() == 2


def test_files_stay_with_their_rows_when_rows_were_deleted_meanwhile(at_work, form, page, ann):
    """The row that Ann typed into is gone by the time that she saves: it comes back, with the file that she chose."""
    first, second = (add_figure(page, by=ann, alt=f"The {n} picture of two.", position=n) for n in (1, 2))
    values = filled(at_work.get(form))
    first.delete()
    sizes = {"figures-0-upload": (30, 30), "figures-1-upload": (70, 70)}
    files = {name: sent(f"{size[0]}.png", drawn(size=size)) for name, size in sizes.items()}
    assert at_work.post(form, values | files).status_code == 302
    assert {figure.alt: figure.image.width for figure in page.figures.all()} == {
        "The 1 picture of two.": 30,
        "The 2 picture of two.": 70,
    }
    assert page.figures.filter(pk=second.pk).exists()


def test_saving_without_a_change_saves_nothing(at_work, form, page, ann):
    add_figure(page, by=ann)
    before = page.latest_revision()
    at_work.post(form, filled(at_work.get(form)))
    assert page.latest_revision() == before


def test_who_may_not_add_images_may_not_upload_one(at_work, form, ann, page):
    ann.groups.first().permissions.remove(Permission.objects.get(codename="add_image"))
    response = at_work.post(form, with_row(at_work, form, upload=sent()))
    assert mistakes(response) == [
        "Image 1: New file: Your account may not upload images. Choose one that is here already."
    ]
    assert not Image.objects.exists()


def test_a_preview_of_a_form_stores_no_file(at_work, form, page, morgan):
    image = keep(morgan)
    typed = with_row(at_work, form, upload=sent("eye.png", drawn(colour="red")))
    answer = at_work.post(form.replace("/change/", "/draft/"), typed)
    assert "<figure>" not in answer.json()["html"]
    typed = with_row(at_work, form, image=image.pk)
    answer = at_work.post(form.replace("/change/", "/draft/"), typed)
    assert f'src="{staff_address(image)}"' in answer.json()["html"]
    assert Image.objects.count() == 1
    assert not Figure.objects.exists()


def test_a_new_page_takes_a_picture_at_once(at_work, page):
    add = "/admin/articles/article/add/"
    words = {"title": "Resting", "slug": "resting", "body": "<p>Close your eyes.</p>"}
    assert at_work.post(add, with_row(at_work, add, upload=sent()) | words).status_code == 302
    assert Article.objects.get(slug="resting").latest_revision().read().figures[0].alt == ALT


def test_an_article_offers_the_places_that_it_has(at_work, ann):
    article = stories.write_article(ann)
    html = at_work.get(f"/admin/articles/article/{article.pk}/change/?rows=1").text
    assert 'value="overview" selected>After the text' in html
    assert "After the causes" not in html


def queries_of(client, method, form, *data) -> int:
    with CaptureQueriesContext(
        connection,
    ) as asked:
        getattr(client, method)(form, *data)
    return len(asked)


def test_the_form_costs_as_many_queries_for_one_picture_as_for_three(at_work, form, page, ann):
    counts = []
    for number in (1, 2, 3):
        add_figure(page, by=ann, image=keep(ann, size=(40 + number, 40)), position=number)
        if number != 2:
            at_work.get(form)
            opened = filled(at_work.get(form))
            counts.append((queries_of(at_work, "get", form), queries_of(at_work, "post", form, opened)))
    assert counts[0] == counts[1]


def test_the_list_of_images_costs_as_many_queries_for_one_as_for_three(at_work, ann):
    keep(ann)
    at_work.get("/admin/articles/image/")
    one = queries_of(at_work, "get", "/admin/articles/image/")
    for size in (41, 42):
        keep(ann, size=(size, 40))
    assert queries_of(at_work, "get", "/admin/articles/image/") == one


def test_a_large_photograph_is_taken(at_work, form, page):
    photograph = drawn("JPEG", size=(4032, 3024))
    assert at_work.post(form, with_row(at_work, form, upload=sent("IMG_0001.JPG", photograph))).status_code == 302
    image = Image.objects.get()
    assert (image.width, image.height) == (1600, 1200)
