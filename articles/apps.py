"""The ground floor: pages, their history and how they are found."""

from django.apps import AppConfig


class ArticlesConfig(AppConfig):
    name = "articles"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self):
        from articles import composing, diff, guards, images, kinds, models, neighbours, projections, rules
        from articles.content import ArticleDocument

        kinds.register(
            kinds.Kind(
                name="article",
                model=models.Article,
                document=ArticleDocument,
                url_name="articles:article",
                template="articles/article.html",
                partial="articles/_article.html",
                load=composing.load,
                compose=composing.compose_article,
                restore=composing.restore_article,
                blocks=diff.common_blocks,
                authors=composing.nobody,
                links=lambda document: neighbours.linked(document.linked),
                listed=("Articles", "articles:index"),
            )
        )
        projections.register(kinds.Projection((models.PublishedImage,), images.show, images.hide, images.rows))
        guards.install_after_migrate(self, rules.guards())
