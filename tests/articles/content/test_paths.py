"""Paths are those that ``reverse`` gives."""

from uuid import uuid4

import pytest
from django.urls import NoReverseMatch, reverse, set_script_prefix

from articles.content.paths import get_numbered_path, get_path

EXAMPLES = [
    ("home", ()),
    ("articles:topics", (3,)),
    ("articles:topic", ("Nerves_and-brain",)),
    ("articles:topic", ("nerves", 12)),
    ("symptoms:letter", ("a", 2)),
    ("symptoms:letter", ("a-z",)),
    ("causes:cause", ("slug-that-no-page-has",)),
    ("feedback:helpful", (uuid4(),)),
    ("sitemap_file", ("pages-of-causes", 4)),
]


def test_a_path_is_that_of_the_url_map():
    for name, args in EXAMPLES:
        assert get_path(name, *args) == reverse(name, args=args), name


def test_a_sub_path_of_a_server_comes_first():
    set_script_prefix("/50%/")
    try:
        assert get_path("articles:topic", "nerves") == reverse("articles:topic", args=["nerves"])
        assert get_path("articles:topic", "nerves").endswith("/topics/nerves/")
    finally:
        set_script_prefix("/")
    assert get_path("articles:topic", "nerves") == "/topics/nerves/"


def test_what_the_url_map_refuses_has_no_path():
    for args in [("nerves/../x",), ("",), ("é",), ("a b",)]:
        with pytest.raises(NoReverseMatch):
            get_path("articles:topic", *args)
    with pytest.raises(NoReverseMatch):
        get_path("no-such-name", "nerves")


def test_the_first_page_has_no_number_in_its_path():
    assert get_numbered_path("articles:topic", "nerves") == "/topics/nerves/"
    assert get_numbered_path("articles:topic", "nerves", number=2) == reverse(
        "articles:topic", args=["nerves", 2]
    )
