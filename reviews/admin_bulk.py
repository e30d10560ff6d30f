"""Deeds of reviewing for many pages of a list: asking for reviews, and withdrawing. Page by page, each by its rules."""

from django import forms
from django.contrib import admin
from django.db.models import Exists, OuterRef

from articles import kinds, quality
from articles.actions import Refused
from articles.admin_bulk import BulkDeeds, Deed, LeftOut, Outcome, counted
from articles.models import Article
from reviews import actions, sifting
from reviews.eligibility import fit_to_sign
from reviews.forms import WithdrawForm
from reviews.models import Reviewer, Signature

BLOCKED = "The checks block a review: mend these first, or let a managing editor ask for one by itself and say why"
FIRST, ANNUAL, CHANGE = "first review", "annual review", "review of what changed"
RETURN = "annual review of a withdrawn page"
MOST = 200  # each page is asked for, or withdrawn, in a transaction of its own


class AskManyForm(forms.Form):
    reviewer = forms.ModelChoiceField(
        Reviewer.objects.none(),
        required=False,
        empty_label="Any reviewer",
        help_text="Nobody can sign a page with words of their own in it: such pages are refused, and you are told.",
    )
    note = forms.CharField(
        widget=forms.Textarea(attrs={"rows": 3}),
        required=False,
        max_length=5000,
        label="Note to the reviewer",
        help_text="One note for all these pages.",
    )

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["reviewer"].queryset = fit_to_sign()


class AskMany(Deed):
    heading, button, form = "Ask for a review of {count}", "Ask for {count}", AskManyForm
    explains = (
        "Each page is frozen as it stands now, and that is what the reviewer reads. Beside it stands which kind of "
        "review it will be. A withdrawn text that comes back word for word needs a note that says why it can. A "
        "page that changes between now and then is asked for as it is then."
    )
    logged, most = "Asked for a review, with other pages.", MOST

    def left_out(self, pages):
        waiting = list(sifting.waiting(pages).values_list("pk", flat=True))
        kind, blocked = kinds.of(pages.model), {}
        rows = kind.load(pages.exclude(pk__in=waiting)).select_related("notice").prefetch_related("topics")
        for page in rows:
            if problems := quality.blocking(page, kind.compose(page)):
                blocked[page.pk] = " ".join(f"{problem.message} {problem.fix}" for problem in problems)
        return [LeftOut("In review already", waiting), LeftOut(BLOCKED, list(blocked), blocked)]

    def beside(self, pages):
        """Which kind of review each would be, as ``actions.triggers`` puts it first: by its text as saved last."""
        unsigned = pages.filter(~Exists(Signature.objects.signed().filter(article=OuterRef("pk"))))
        states = [(FIRST, unsigned), (RETURN, pages.withdrawn()), (CHANGE, pages.changed())]
        found = {key: word for word, some in states for key in some.values_list("pk", flat=True)}
        return {key: found.get(key, ANNUAL) for key in pages.values_list("pk", flat=True)}

    def do(self, pages, *, by, reviewer, note):
        asked = _each(pages, lambda page: actions.request_review(page, by=by, reviewer=reviewer, note=note))
        whom = reviewer or "Any reviewer"
        asked.said = f"{whom} is asked to sign {counted(len(asked.done))}. Editing goes on."
        return asked


class WithdrawMany(Deed):
    heading, button, form = "Withdraw {count}", "Withdraw {count}", WithdrawForm
    explains = (
        "Visitors read within a second that these pages were withdrawn, and why; no older text is shown. Each can come "
        "back only with a new signature over the whole page."
    )
    logged, most = "Withdrew the page, with others.", MOST

    def left_out(self, pages):
        return [LeftOut("Not published", list(pages.filter(live__isnull=True).values_list("pk", flat=True)))]

    def do(self, pages, *, by, reason):
        gone = _each(pages, lambda page: actions.withdraw_page(page, reason=reason, by=by))
        gone.said = f"{counted(len(gone.done))} withdrawn."
        return gone


def _each(pages, deed) -> Outcome:
    """Do a deed to each page by itself, and keep what was refused, in words."""
    outcome = Outcome()
    for page in Article.objects.filter(pk__in=pages.values("pk")).order_by("sort_key", "pk"):
        try:
            deed(page)
        except Refused as refusal:
            outcome.refused.append((page.title, str(refusal)))
        else:
            outcome.done.append(page.pk)
    return outcome


class ReviewDeeds(BulkDeeds):
    """Mixed into the admin of any kind of page: the deeds of its list, beside those of the frame."""

    def has_ask_permission(self, request):
        return self.has_change_permission(request) and request.user.has_perm("reviews.request_review")

    def has_withdraw_permission(self, request):
        return self.has_change_permission(request) and request.user.has_perm("articles.withdraw_article")

    @admin.action(description="Ask for review …", permissions=["ask"])
    def ask_for_many(self, request, queryset):
        return self.confirm(request, queryset, AskMany())

    @admin.action(description="Withdraw …", permissions=["withdraw"])
    def withdraw_many(self, request, queryset):
        return self.confirm(request, queryset, WithdrawMany())
