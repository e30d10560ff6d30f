"""All that this test imports from the project. A rename changes these lines and no others."""

from articles.content import kinds
from articles.content.document import canonicalize
from articles.models import Article


def composed(key: int) -> bytes:
    """The bytes that a working copy makes when it is composed."""
    kind = kinds.get(Article.objects.values_list("kind", flat=True).get(pk=key))
    return canonicalize(kind.compose(kind.load(kind.model.objects.filter(pk=key)).get()))
