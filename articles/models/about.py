"""AboutPage: a page about the site, signed like every page."""

from articles.models.article import Article


class AboutPage(Article):
    """A page about the site: who writes and signs, who pays. It is an Article of its own kind."""

    class Meta:
        proxy = True
        verbose_name = "about page"
