"""What the search of recalls is narrowed by: the words of each signed text, and all of them."""

from django.db import models

from articles.models import Article


class SignedWords(models.Model):
    """The words of the text of a public page and of who reviewed it, each as a code of letters.

    Written with the publication by ``reviews.signed_words`` alone. A new publication
    deletes the row by a trigger, so that a page has the words of its live text or none; a page
    without a row is read whenever somebody searches.
    """

    article = models.OneToOneField(
        Article, models.CASCADE, primary_key=True, db_constraint=False, related_name="+"
    )
    words = models.TextField(help_text="Codes of its words, in their order, with a space between.")

    def __str__(self) -> str:
        return f"{self.article_id}: {len(self.words.split())} words"


class KnownWord(models.Model):
    """A word that a signed text has or had, folded, so that part of a word finds the whole."""

    digest = models.CharField(max_length=32, primary_key=True)
    word = models.TextField()

    def __str__(self) -> str:
        return self.word
