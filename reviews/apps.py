"""Reviews: who signed what, and the evidence."""

from django.apps import AppConfig


class ReviewsConfig(AppConfig):
    name = "reviews"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from articles.audit import kinds
        from articles.content.kinds import Projection
        from articles.db import triggers
        from articles.feedback import actions as feedback_actions
        from articles.public import json_ld, signature_statements
        from articles.publishing import merging, projections
        from articles.quality import stored_texts
        from reviews import audit_kinds, event_subjects, listed_pages, signed_words
        from reviews import triggers as reviews_triggers
        from reviews.models import ReviewSchedule
        from reviews.notifications import harm
        from reviews.public import reviewer_profile
        from reviews.signing import disputes, due_dates, statements
        from reviews.signing import merging as signing_merging

        json_ld.register_profile(reviewer_profile.get_url)
        signature_statements.register(statements.load_statements)
        projections.register(
            Projection(
                (ReviewSchedule,), due_dates.on_publish, due_dates.on_withdraw, due_dates.build_rows
            )
        )
        projections.register(
            Projection((), signed_words.on_publish, signed_words.on_withdraw, lambda: ())
        )
        merging.register(
            obstacle=signing_merging.find_obstacles, withdrawal=signing_merging.withdraw_merged_page
        )
        feedback_actions.listen_for_harm(harm.mail_at_once)
        disputes.listen(harm.mail_dispute_at_once)
        stored_texts.RECORDS.update({"reviews.Expunction", "reviews.MedicalReview"})
        kinds.register(*audit_kinds.KINDS)
        event_subjects.register()
        triggers.install_after_migrate(self, reviews_triggers.get_triggers())
        triggers.follow_install(listed_pages.mend_after_migrate)
        projections.follow_rebuild(listed_pages.rebuild)
        projections.follow_rebuild(signed_words.rebuild)
        triggers.follow_install(signed_words.mend_after_migrate)
