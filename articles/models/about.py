"""AboutPage: what the house says of itself, signed as every page is."""

from articles.models.article import Article


class AboutPage(Article):
    """A page about the site: who writes and signs, who pays, what is kept. A row of Article, of a kind of its own."""

    class Meta:
        proxy = True
        verbose_name = "about page"
