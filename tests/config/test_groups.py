"""Each group has just its rights."""

import itertools

import pytest
from django.contrib.auth.models import Group

from articles.publishing.actions import CannotWithdraw
from config import groups
from reviews.signing.actions import CannotRequestReview, request_review, withdraw_page
from tests import factories

pytestmark = pytest.mark.django_db


def list_codenames() -> set[str]:
    """Every right that one of the groups has."""
    rights = itertools.chain.from_iterable(groups.GROUP_PERMISSIONS.values())
    return {codename for _, codename in rights}


def test_the_migration_makes_three_groups_with_just_their_rights():
    granted = {
        group.name: set(group.permissions.values_list("content_type__app_label", "codename"))
        for group in Group.objects.all()
    }
    assert granted == groups.GROUP_PERMISSIONS


def test_nobody_may_change_or_delete_history():
    history = (
        "revision",
        "publicationevent",
        "authorship",
        "ledgerentry",
        "ledgertip",
        "privatefield",
        "redirect",
    )
    verbs = ("add", "change", "delete")
    written = {f"{verb}_{model}" for verb, model in itertools.product(verbs, history)}
    assert not written & list_codenames()


def test_nobody_may_delete_a_page_or_decide_a_review_in_the_admin():
    assert not list_codenames() & {
        "delete_article",
        "delete_symptom",
        "change_medicalreview",
        "add_medicalreview",
    }


def test_charlie_has_no_rights(charlie):
    assert charlie.get_all_permissions() == set()
    assert not charlie.is_staff


def test_editors_write_and_ask_but_neither_sign_nor_withdraw(ann):
    assert ann.has_perms(
        ["articles.change_article", "symptoms.add_symptom", "reviews.request_review"]
    )
    beyond = [
        "articles.withdraw_article",
        "articles.change_address",
        "reviews.sign_review",
        "reviews.verify_reviewer",
    ]
    assert not [right for right in beyond if ann.has_perm(right)]


def test_ann_cannot_withdraw_a_page(ann, ravi):
    page = factories.make_article(ann)
    factories.sign_page(page, by=ravi, asked_by=ann)
    with pytest.raises(CannotWithdraw, match="Only managing editors"):
        withdraw_page(page, reason="wrong", by=ann)


def test_reviewers_sign_and_have_no_rights_of_the_staff(ravi):
    assert ravi.get_all_permissions() == {"reviews.sign_review", "articles.view_image"}
    assert not ravi.is_staff


def test_ravi_cannot_ask_for_a_review_or_withdraw(ann, ravi):
    page = factories.make_article(ann)
    with pytest.raises(CannotRequestReview, match="Only editors"):
        request_review(page, by=ravi)
    factories.sign_page(page, by=ravi, asked_by=ann)
    with pytest.raises(CannotWithdraw, match="Only managing editors"):
        withdraw_page(page, reason="wrong", by=ravi)


def test_managing_editors_answer_for_the_site_and_do_not_sign(morgan):
    assert morgan.has_perms(
        ["articles.withdraw_article", "articles.change_address", "reviews.verify_reviewer"]
    )
    assert not morgan.has_perm("reviews.sign_review")
