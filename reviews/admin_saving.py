"""What an editor is told to do next after saving a page: mend, ask for a review, or wait."""

from collections.abc import Iterable

from django.contrib import messages
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from articles import quality
from articles.admin_saving import Saved
from reviews.models import MedicalReview

NAMED = 3


class NextStep:
    """Mixed into the admin of any kind of page that is reviewed."""

    def next_steps(self, request, saved: Saved) -> Iterable[tuple[int, SafeString]]:
        waiting = MedicalReview.objects.waiting().filter(article=saved.page.pk)
        if review := waiting.select_related("reviewer", "revision").first():
            yield from self._in_review(review, saved)
            return
        if saved.live and saved.live.revision_id == saved.revision.pk:
            return
        blocking = quality.blocking(saved.page, saved.revision.read())
        if blocking:
            mend = format_html_join(" ", "{} {}", ((problem.message, problem.fix) for problem in blocking[:NAMED]))
            more = f" And {len(blocking) - NAMED} more." if len(blocking) > NAMED else ""
            yield messages.WARNING, format_html("Next, before a review: {}{}", mend, more)
        elif request.user.has_perm("reviews.request_review"):
            address = self.address_of("ask", saved.page)
            yield messages.INFO, format_html('Next: <a href="{}">ask for a review</a>.', address)

    def _in_review(self, review: MedicalReview, saved: Saved):
        who = review.reviewer or "The next reviewer"
        if review.revision_id == saved.revision.pk:
            yield messages.INFO, format_html("{} has been asked to sign this text.", who)
            return
        address = self.address_of("change", saved.page)
        yield (
            messages.WARNING,
            format_html(
                "{} reads the older text, revision {}: this one is not part of it. If it should be, "
                '<a href="{}">take the request back</a> and ask again.',
                who,
                review.revision.number,
                f"{address}#panel",
            ),
        )
