"""The search index: public pages and what they name, rebuilt from the log, never edited."""

from django.db import models

from articles.models.article import Article


class SearchEntry(models.Model):
    """A public page, or something that public pages name (a cause), in stems of its signed words.

    A projection of the publication log, written by ``articles.search.index`` alone. Lists of public
    pages are ordered by its ``sort_key``, which follows today's fold. ``name_words`` has a line for
    each other name. The index over the words is the engine's own: see
    ``articles.search.fulltext``.
    """

    uuid = models.UUIDField(unique=True)
    kind = models.CharField(max_length=20)
    language = models.CharField(max_length=12)
    article = models.ForeignKey(Article, models.PROTECT, null=True, related_name="search_entries")
    slug = models.CharField(
        max_length=200, blank=True, help_text="Of what is no page of its own kind."
    )
    title = models.CharField(max_length=200)
    sort_key = models.CharField(max_length=200)
    title_words = models.TextField()
    name_words = models.TextField()
    text_words = models.TextField()
    spoken = models.TextField(
        help_text="Words of all names, unstemmed: what a mistyped word may have meant."
    )

    class Meta:
        indexes = [
            models.Index(fields=["kind", "sort_key", "article"], name="search_entry_by_title")
        ]

    def __str__(self) -> str:
        return self.title


class SearchKey(models.Model):
    """A whole name or code by which something is found at once, in any order of its words."""

    class KeyRank(models.IntegerChoices):
        TITLE = 0
        OTHER_NAME = 1
        CODE = 2

    uuid = models.UUIDField()
    key = models.CharField(max_length=400, db_index=True)
    rank = models.PositiveSmallIntegerField(choices=KeyRank)

    class Meta:
        indexes = [models.Index(fields=["uuid"], name="search_key_of")]

    def __str__(self) -> str:
        return self.key


class SearchStart(models.Model):
    """A name from one of its words on, to complete what somebody types."""

    uuid = models.UUIDField()
    start = models.CharField(max_length=200, db_index=True)
    name = models.CharField(max_length=200)
    place = models.PositiveSmallIntegerField(help_text="Of the word in the name, from 0.")
    rank = models.PositiveSmallIntegerField(choices=SearchKey.KeyRank)

    class Meta:
        indexes = [models.Index(fields=["uuid"], name="search_start_of")]

    def __str__(self) -> str:
        return self.start
