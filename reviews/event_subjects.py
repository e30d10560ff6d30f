"""What events around signatures change for visitors: the pages of reviewers, and their list."""

from collections.abc import Iterator, Sequence

from articles.audit import page_kinds, state
from articles.audit.chain import EventDraft
from articles.models import PublicationEvent
from articles.page_store import subjects
from reviews import audit_kinds
from reviews.models import LedgerEntry

# What the page of a reviewer prints of their record. Name and credentials are those of the newest
# signature; the biography is a private value of the event.
PUBLIC_FACTS = ("slug", "disclosures")
BIOGRAPHY = "biography"
# After these events of the publication log, who signed what is another list.
OF_SIGNERS = (*PublicationEvent.SIGNED_KINDS, PublicationEvent.EventKind.WITHDRAW)


def register() -> None:
    subjects.register(page_kinds.PUBLICATION, find_signers)
    subjects.register(audit_kinds.REVIEWER.name, find_reviewers)
    # Requests, comments and recalls are the matter of the desk: visitors read what is published.
    for kind in audit_kinds.KINDS:
        if kind is not audit_kinds.REVIEWER:
            subjects.register(kind.name, subjects.find_none)


def find_signers(drafts: Sequence[EventDraft]) -> Iterator[str]:
    """The reviewers who ever signed pages that were signed or withdrawn now. One query, or none."""
    pages = []
    for draft in drafts:
        if draft.facts["kind"] in OF_SIGNERS:
            pages.append(str(draft.facts["page"]))
    if not pages:
        return
    yield subjects.REVIEWERS
    signed = LedgerEntry.objects.signed().filter(article__uuid__in=pages).order_by()
    signers = signed.filter(by__reviewer__isnull=False).values_list("by__reviewer__uuid", flat=True)
    yield from map(subjects.reviewer, signers.distinct())


def find_reviewers(drafts: Sequence[EventDraft]) -> Iterator[str]:
    """The reviewers of whom another public fact is recorded than before. Two queries."""
    newest = state.load_newest(audit_kinds.REVIEWER, [draft.subject for draft in drafts])
    for draft in drafts:
        before = newest.get(draft.subject)
        if before is None or _has_changed(draft, before):
            yield subjects.reviewer(draft.subject.partition(":")[2])


def _has_changed(draft: EventDraft, before: state.EventState) -> bool:
    """An erased biography may have been any."""
    facts = before.record.facts
    if any(facts.get(name) != draft.facts.get(name) for name in PUBLIC_FACTS):
        return True
    biography = before.private_values.get(BIOGRAPHY)
    return BIOGRAPHY in before.erased_names or biography != draft.private_values.get(BIOGRAPHY)
