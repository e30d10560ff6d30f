"""The ground floor: pages, their history and how they are found."""

from django.apps import AppConfig


class ArticlesConfig(AppConfig):
    name = "articles"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self):
        from articles import composing, diff, guards, kinds, models, rules
        from articles.content import AboutDocument, ArticleDocument

        plain = {
            "partial": "articles/_article.html",
            "load": composing.load,
            "restore": composing.restore_article,
            "blocks": diff.common_blocks,
            "authors": composing.nobody,
            "links": models.Article.objects.linked_from,
        }
        kinds.register(
            kinds.Kind(
                name="article",
                model=models.Article,
                document=ArticleDocument,
                url_name="articles:article",
                template="articles/article.html",
                compose=composing.compose_article,
                **plain,
            )
        )
        kinds.register(
            kinds.Kind(
                name="about",
                model=models.AboutPage,
                document=AboutDocument,
                url_name="about:page",
                template="articles/about.html",
                compose=composing.compose_about,
                medical=False,
                **plain,
            )
        )
        guards.install_after_migrate(self, rules.guards())
