"""Symptoms: articles with structured facts."""

from django.apps import AppConfig


class SymptomsConfig(AppConfig):
    name = "symptoms"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self):
        from articles import guards, kinds
        from articles.imports import importers
        from symptoms import blocks, cause_pages, causes, composing, json_ld, projected, quality, rules
        from symptoms.content import SymptomDocument
        from symptoms.imports.causes import Causes, take_along
        from symptoms.imports.pages import Symptoms
        from symptoms.imports.reading import offered
        from symptoms.merging.causes import TAKES_ALONG
        from symptoms.models import Symptom

        kinds.register(
            kinds.Kind(
                name="symptom",
                model=Symptom,
                document=SymptomDocument,
                url_name="symptoms:symptom",
                template="symptoms/symptom.html",
                partial="symptoms/_symptom.html",
                causes_partial="symptoms/_causes.html",
                part=cause_pages.part,
                places={
                    "overview": "After the overview",
                    "symptoms": "After the other symptoms",
                    "causes": "After the causes",
                    "questions": "After the questions at a diagnosis",
                    "treatment": "After the treatment",
                    "complications": "After the complications",
                },
                load=composing.load,
                compose=composing.compose,
                restore=composing.restore,
                blocks=blocks.blocks,
                authors=composing.authors,
                links=causes.links,
                listed=("Symptoms", "symptoms:index"),
                checks=quality.CHECKS,
                json_ld=json_ld.subject,
                projection=projected.projection,
            )
        )
        kinds.register_place("cause", "causes:cause", told="A possible cause: see which symptoms name it")
        TAKES_ALONG.append(take_along)
        importers.register(Causes())
        importers.register(Symptoms())
        guards.install_after_migrate(self, rules.guards())
        offered.register_all()
