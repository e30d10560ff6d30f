"""Recalls, and the right to see what is due everywhere."""

import uuid

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

PROTECT = django.db.models.deletion.PROTECT


class Migration(migrations.Migration):
    dependencies = [
        ("reviews", "0007_desk"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]
    operations = [
        migrations.AlterModelOptions(
            name="standing",
            options={
                "ordering": ["next_due", "article"],
                "permissions": [("see_radar", "Can see what is due everywhere, plan reviews and recall pages")],
            },
        ),
        migrations.CreateModel(
            name="Recall",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("uuid", models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                (
                    "trigger",
                    models.CharField(
                        choices=[("safety", "Safety alert"), ("guideline", "Guideline change")], max_length=10
                    ),
                ),
                ("reason", models.TextField()),
                ("asked_at", models.DateTimeField()),
                ("asked_by", models.ForeignKey(on_delete=PROTECT, related_name="+", to=settings.AUTH_USER_MODEL)),
            ],
            options={
                "ordering": ["-asked_at", "-id"],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("reason", ""), _negated=True), name="recall_says_why"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("trigger__in", ["safety", "guideline"])), name="recall_for_news_only"
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="RecalledReview",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("taken_along", models.BooleanField(default=False)),
                ("recall", models.ForeignKey(on_delete=PROTECT, related_name="rows", to="reviews.recall")),
                ("review", models.ForeignKey(on_delete=PROTECT, related_name="recalls", to="reviews.medicalreview")),
            ],
            options={
                "ordering": ["id"],
                "constraints": [
                    models.UniqueConstraint(fields=("recall", "review"), name="review_once_a_recall")
                ],
            },
        ),
    ]
