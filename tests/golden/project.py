"""All that this test imports from the project. A rename changes these lines and no others."""

from django.apps import apps

from articles.content import kinds
from articles.content.document import canonicalize
from articles.models import Article
from articles.quality.stored_texts import RECORDS


def save_all() -> None:
    for model in apps.get_models():
        if model._meta.label in RECORDS:
            continue
        names = [field.name for field in model._meta.local_concrete_fields]
        texts = [name for name in names if hasattr(model._meta.get_field(name), "stored_class")]
        if texts and model._meta.app_label in ("articles", "symptoms"):
            for row in model._base_manager.all():
                model._base_manager.bulk_update([row], texts)


def composed(key: int) -> bytes:
    """The bytes that a working copy makes when it is composed."""
    kind = kinds.get(Article.objects.values_list("kind", flat=True).get(pk=key))
    return canonicalize(kind.compose(kind.load(kind.model.objects.filter(pk=key)).get()))
