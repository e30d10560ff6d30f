"""Signing and publishing are one act: a crash in between leaves neither."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from django.db import DatabaseError, connection

from articles.db.triggers import DatabaseTrigger
from articles.models import Article
from reviews import verification
from reviews.imported_reviews.actions import attest_all
from reviews.models import LedgerEntry, MedicalReview
from reviews.signing.actions import request_review, sign_off
from tests import factories
from tests.database import sql

ROOT = Path(__file__).resolve().parents[3]
# Signs a review, and is killed when it is about to execute the SQL of argument 4.
KILLED_PROGRAM = """
import os, signal, sys
from django.conf import settings

database, review, user, moment = sys.argv[1:]
settings.DATABASES["default"]["NAME"] = database
import django
django.setup()
from django.contrib.auth.models import User
from django.db import connection
from reviews.signing.actions import sign_off
from reviews.models import MedicalReview

def killed(execute, sql, params, many, context):
    if sql.startswith(moment):
        os.kill(os.getpid(), signal.SIGKILL)
    return execute(sql, params, many, context)

review = MedicalReview.objects.get(pk=review)
with connection.execute_wrapper(killed):
    signer = User.objects.get(pk=user)
    sign_off(
        review,
        by=signer,
        seen_digest=review.revision.digest,
        conflicts="None",
        authentication="password",
    )
"""


def assert_nothing_happened(review) -> bool:
    return (
        not LedgerEntry.objects.exists()
        and MedicalReview.objects.waiting().filter(pk=review.pk).exists()
        and Article.objects.get(pk=review.article_id).live_id is None
    )


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("table", "event"),
    [
        ("articles_publication", "INSERT"),
        ("articles_article", "UPDATE"),
        ("reviews_medicalreview", "UPDATE"),
    ],
)
def test_a_step_that_fails_leaves_no_signature(ann, ravi, table, event):
    review = request_review(factories.make_symptom(ann), by=ann)
    broken = DatabaseTrigger("broken_disk", table, event, "the disk is broken")
    for statement in broken.create_sql(connection.vendor):
        sql(statement)
    with pytest.raises(DatabaseError, match="the disk is broken"):
        sign_off(
            review,
            by=ravi,
            seen_digest=review.revision.digest,
            conflicts="None",
            authentication="password",
        )
    assert assert_nothing_happened(review)
    sql(broken.drop_sql(connection.vendor))
    sign_off(
        review,
        by=ravi,
        seen_digest=review.revision.digest,
        conflicts="None",
        authentication="password",
    )
    assert list(verification.find_faults()) == []


@pytest.mark.usefixtures("transactional_db")
@pytest.mark.parametrize(
    "moment",
    [
        'INSERT INTO "articles_publication"',
        'UPDATE "reviews_medicalreview"',
        'UPDATE "articles_article"',
    ],
)
def test_a_process_killed_while_signing_leaves_no_signature(ann, ravi, moment, tmp_path):
    review = request_review(factories.make_symptom(ann), by=ann)
    script = tmp_path / "killed.py"
    script.write_text(KILLED_PROGRAM)
    died = subprocess.run(
        [
            sys.executable,
            script,
            connection.settings_dict["NAME"],
            str(review.pk),
            str(ravi.pk),
            moment,
        ],
        env=os.environ | {"PYTHONPATH": str(ROOT), "DJANGO_SETTINGS_MODULE": "config.settings"},
        capture_output=True,
        text=True,
        timeout=600,
    )
    assert died.returncode == -signal.SIGKILL, died.stderr
    assert assert_nothing_happened(review)
    sign_off(
        review,
        by=ravi,
        seen_digest=review.revision.digest,
        conflicts="None",
        authentication="password",
    )
    assert list(verification.find_faults()) == []


# Records imported reviews, and is killed when it is about to write the publication of argument 3.
KILLED_IN_A_BATCH = """
import os, signal, sys
from django.conf import settings

database, user, number, *keys = sys.argv[1:]
settings.DATABASES["default"]["NAME"] = database
import django
django.setup()
from django.contrib.auth.models import User
from django.db import connection
from articles.models import Article
from reviews.imported_reviews.actions import attest_all
from tests.factories import make_claim

seen = []

def killed(execute, sql, params, many, context):
    seen.append(sql.startswith('INSERT INTO "articles_publication"'))
    if sum(seen) == int(number):
        os.kill(os.getpid(), signal.SIGKILL)
    return execute(sql, params, many, context)

pages = Article.objects.filter(pk__in=keys).order_by("pk")
claims = [make_claim(page) for page in pages]
with connection.execute_wrapper(killed):
    attest_all(claims, by=User.objects.get(pk=user))
"""


@pytest.mark.usefixtures("transactional_db")
@pytest.mark.parametrize("moment", [1, 3])
def test_a_process_killed_in_a_batch_of_imported_reviews_leaves_none(ann, morgan, moment, tmp_path):
    pages = [factories.make_symptom(ann, slug=f"page-{n}", title=f"Page {n}") for n in range(3)]
    script = tmp_path / "killed.py"
    script.write_text(KILLED_IN_A_BATCH)
    died = subprocess.run(
        [sys.executable, script, connection.settings_dict["NAME"], str(morgan.pk), str(moment)]
        + [str(page.pk) for page in pages],
        env=os.environ | {"PYTHONPATH": str(ROOT), "DJANGO_SETTINGS_MODULE": "config.settings"},
        capture_output=True,
        text=True,
        timeout=600,
    )
    assert died.returncode == -signal.SIGKILL, died.stderr
    assert not LedgerEntry.objects.exists()
    assert not Article.objects.public().exists()
    attest_all([factories.make_claim(page) for page in pages], by=morgan)
    assert Article.objects.public().count() == 3
    assert list(verification.find_faults()) == []
