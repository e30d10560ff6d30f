"""The ground floor: pages, their history and how they are found."""

from django.apps import AppConfig


class ArticlesConfig(AppConfig):
    name = "articles"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self):
        from articles import (
            composing,
            diff,
            guards,
            images,
            json_ld,
            kinds,
            lookups,
            merging,
            models,
            neighbours,
            projections,
            rules,
        )
        from articles.content import AboutDocument, ArticleDocument
        from articles.imports import importers, matching, pages, retired
        from articles.imports.reading import offered
        from articles.search import index, store

        lookups.register()
        plain = {
            "partial": "articles/_article.html",
            "load": composing.load,
            "restore": composing.restore_article,
            "blocks": diff.common_blocks,
            "authors": composing.nobody,
            "links": lambda document: neighbours.linked(document.linked),
        }
        kinds.register(
            kinds.Kind(
                name="article",
                model=models.Article,
                document=ArticleDocument,
                url_name="articles:article",
                template="articles/article.html",
                compose=composing.compose_article,
                listed=("Articles", "articles:index"),
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
                listed=("About this site", "about:index"),
                json_ld=json_ld.about_page,
                medical=False,
                **plain,
            )
        )
        projections.register(kinds.Projection((models.PublishedImage,), images.show, images.hide, images.rows))
        projections.register(kinds.Projection(index.MODELS, index.show, index.hide, index.rows))
        merging.TAKES_ALONG.append(matching.take_along)
        importers.register(pages.Pages())
        importers.register(pages.AboutPages())
        importers.register(retired.Retired())
        guards.install_after_migrate(self, rules.guards())
        store.install_after_migrate(self)
        offered.register_all()
