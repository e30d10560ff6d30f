"""What Django derives from a model's name is compared under the name of build 978f4c9."""

import pytest

from tests.golden import names


@pytest.fixture(autouse=True)
def renamed(monkeypatch):
    monkeypatch.setitem(names.RENAMED_MODELS, "articles.publication", "publicationevent")


def test_a_model_its_permissions_and_its_addresses_are_given_the_old_name():
    assert names.old_model("articles", "publicationevent") == "publication"
    assert names.old_codename("articles", "view_publicationevent") == "view_publication"
    assert (
        names.old_view("admin:articles_publicationevent_change")
        == "admin:articles_publication_change"
    )
    assert names.old_addresses("/login/?next=/admin/articles/publicationevent/3/").endswith(
        "/articles/publication/3/"
    )


def test_what_was_not_renamed_keeps_its_name():
    assert names.old_model("reviews", "publicationevent") == "publicationevent"
    assert names.old_codename("articles", "see_publicationevent") == "see_publicationevent"
    assert names.old_codename("articles", "view_article") == "view_article"
    assert names.old_view("publicationevent") == "publicationevent"
    assert names.old_view("admin:articles_article_change") == "admin:articles_article_change"
