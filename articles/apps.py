"""The app of published pages, their history and search."""

from functools import partial

from django.apps import AppConfig


class ArticlesConfig(AppConfig):
    name = "articles"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from articles import models
        from articles import triggers as articles_triggers
        from articles.audit import baseline, page_kinds
        from articles.content import diff, kinds
        from articles.content.document import AboutDocument, ArticleDocument
        from articles.content.emergency_document import EmergencyDocument
        from articles.db import lookups, triggers
        from articles.emergencies import checks as emergency_checks
        from articles.emergencies import composing as emergency_composing
        from articles.emergencies import projection as emergency_projection
        from articles.images import store as images_store
        from articles.imports import matching, obsolete_ids, pages, registry
        from articles.imports.formats import registration
        from articles.names import fold
        from articles.public import event_subjects, json_ld
        from articles.publishing import (
            composing,
            merging,
            projections,
            related_pages,
            stored_keys,
        )
        from articles.quality import safety_alerts
        from articles.reports import twin_names
        from articles.search import fulltext, index, limits

        lookups.register_lookups()
        plain = partial(
            kinds.PageKind,
            partial="articles/_article.html",
            load=composing.load,
            restore=composing.restore_article,
            blocks=diff.build_common_blocks,
            authors=composing.find_no_authors,
        )
        kinds.register(
            plain(
                name="article",
                model=models.Article,
                document=ArticleDocument,
                url_name="articles:article",
                template="articles/article.html",
                compose=composing.compose_article,
                list_page=("Articles", "articles:index"),
            )
        )
        kinds.register(
            plain(
                name="about",
                model=models.AboutPage,
                document=AboutDocument,
                url_name="about:page",
                template="articles/about.html",
                compose=composing.compose_about,
                list_page=("About this site", "about:index"),
                json_ld=json_ld.describe_about_page,
                medical=False,
            )
        )
        kinds.register(
            kinds.PageKind(
                name="emergency",
                model=models.EmergencyPage,
                document=EmergencyDocument,
                url_name="emergencies:page",
                template="articles/emergency.html",
                partial="articles/_emergency.html",
                load=emergency_composing.load,
                compose=emergency_composing.compose,
                restore=emergency_composing.restore,
                blocks=emergency_composing.build_blocks,
                authors=emergency_composing.find_shared_authors,
                list_page=("Emergencies", "emergencies:index"),
                checks=emergency_checks.CHECKS,
                json_ld=json_ld.describe_emergency_page,
                projection=emergency_projection.projection,
            )
        )
        kinds.register_link_target(
            "topic",
            kinds.LinkTarget(
                "articles:topic",
                readable=lambda: [models.TopicEntry.objects.all()],
                known=lambda: [models.Topic.objects.all()],
            ),
            label="A topic",
        )
        projections.register(
            kinds.Projection(
                (models.PublishedImage,),
                images_store.on_publish,
                images_store.on_withdraw,
                images_store.build_published_images,
            )
        )
        projections.register(
            kinds.Projection(
                index.MODELS,
                index.on_publish,
                index.on_withdraw,
                index.build_all_rows,
                find_excess=limits.find_excess,
            )
        )
        projections.register(
            kinds.Projection(
                (models.SafetyAlert,),
                safety_alerts.on_publish,
                safety_alerts.on_withdraw,
                safety_alerts.build_all_rows,
            )
        )
        stored_keys.register(
            stored_keys.KeyColumn(
                models.Article, "title", "sort_key", lambda title: fold(title)[:200]
            ),
            stored_keys.KeyColumn(models.Topic, "name", "sort_key", lambda name: fold(name)[:100]),
        )
        merging.MERGE_HANDLERS.append(matching.move_external_ids)
        registry.register(pages.PageImporter())
        registry.register(pages.AboutPageImporter())
        registry.register(obsolete_ids.ObsoleteIdImporter())
        triggers.install_after_migrate(self, articles_triggers.build_triggers())
        page_kinds.register()
        event_subjects.register()
        baseline.install_after_migrate()
        # Before the search: it looks whether every projection is what the log says.
        safety_alerts.install_after_migrate(self)
        fulltext.install_after_migrate(self)
        twin_names.install_after_migrate(self)
        related_pages.install_after_migrate(self)
        registration.register_all()
