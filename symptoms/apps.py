"""Symptoms: articles with structured facts."""

from django.apps import AppConfig


class SymptomsConfig(AppConfig):
    name = "symptoms"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from articles.audit import page_kinds
        from articles.content import kinds
        from articles.db import triggers
        from articles.imports import registry
        from articles.names import build_stored_key
        from articles.page_store import subjects
        from articles.publishing.stored_keys import KeyColumn, register
        from articles.quality import stored_texts
        from articles.search import cards_of_names
        from symptoms import audit, quality
        from symptoms import triggers as symptoms_triggers
        from symptoms.content import cause_pages, diff_blocks, serialization
        from symptoms.content.document import SECTION_ANCHORS, SymptomDocument
        from symptoms.imports.causes import CauseImporter, move_external_ids
        from symptoms.imports.formats import registration
        from symptoms.imports.pages import SymptomImporter
        from symptoms.merging.causes import MERGE_HANDLERS
        from symptoms.models import Cause, MergedCause, OtherName, Symptom
        from symptoms.projections import cause_cards, causes, names, neighbours, projection
        from symptoms.public import json_ld

        stored_texts.RECORDS.add("symptoms.CauseExternalId")
        kinds.register(
            kinds.PageKind(
                name="symptom",
                model=Symptom,
                document=SymptomDocument,
                url_name="symptoms:symptom",
                template="symptoms/symptom.html",
                partial="symptoms/_symptom.html",
                causes_partial="symptoms/_causes.html",
                part=cause_pages.build_part,
                figure_places={
                    "overview": "After the overview",
                    "symptoms": "After the other symptoms",
                    "causes": "After the causes",
                    "questions": "After the questions at a diagnosis",
                    "treatment": "After the treatment",
                    "complications": "After the complications",
                },
                section_anchors=SECTION_ANCHORS,
                load=serialization.load,
                compose=serialization.compose,
                restore=serialization.restore,
                blocks=diff_blocks.build_blocks,
                authors=serialization.get_shared_authors,
                links=causes.list_named,
                neighbours=neighbours.find_neighbours,
                list_page=("Symptoms", "symptoms:index"),
                checks=quality.CHECKS,
                json_ld=json_ld.build_subject,
                projection=projection.projection,
            )
        )
        kinds.register_link_target(
            "cause",
            kinds.LinkTarget(
                "causes:cause",
                readable=causes.get_readable_addresses,
                known=causes.get_known_addresses,
                links=causes.get_links,
            ),
            label="A possible cause: see which symptoms name it",
        )
        cards_of_names.register("cause", cause_cards.find_emergency_cards)
        MERGE_HANDLERS.append(move_external_ids)
        register(
            KeyColumn(Cause, "name", "folded", build_stored_key, is_unique=True),
            KeyColumn(MergedCause, "name", "folded", build_stored_key),
            KeyColumn(
                OtherName, "name", "folded", build_stored_key, is_unique=True, once_in="symptom"
            ),
        )
        audit.register()
        subjects.register(page_kinds.PUBLICATION, names.find_moved)
        # A cause that was merged leads on only where it has no page, and nothing is kept of that.
        subjects.register(audit.MERGED_CAUSE, subjects.find_none)
        registry.register(CauseImporter())
        registry.register(SymptomImporter())
        triggers.install_after_migrate(self, symptoms_triggers.get_triggers())
        registration.register_all()
