"""Forms of the desk and of the editors' dealings with reviewers."""

from allauth.core import ratelimit
from django import forms
from django.contrib.auth import update_session_auth_hash

from articles.models import Publication
from reviews.eligibility import fit_to_sign, with_own_words
from reviews.models import MedicalReview, Reviewer


class SignForm(forms.Form):
    """The signature: what it means, the signer's interests, and the password again."""

    digest = forms.CharField(widget=forms.HiddenInput, max_length=64)
    statement = forms.BooleanField(error_messages={"required": "Tick this to say what your signature means."})
    conflicts = forms.CharField(
        label="Conflicts of interest",
        widget=forms.Textarea(attrs={"rows": 2}),
        max_length=2000,
        help_text="Anything that could look like an interest in what this page says. If there is none, write “None”.",
        error_messages={"required": "State your conflicts of interest, or write “None”."},
    )
    password = forms.CharField(
        label="Your password, again",
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "current-password"}),
        help_text="It makes this your signature.",
        error_messages={"required": "Enter your password: it makes this your signature."},
    )

    def __init__(self, *args, request, meaning, **kwargs):
        super().__init__(*args, **kwargs)
        self.request = request
        self.fields["statement"].label = meaning

    def clean_password(self):
        """Hashed here, before any lock is taken; guessing is throttled as at log-in."""
        if not ratelimit.consume(self.request, action="reauthenticate", user=self.request.user):
            raise forms.ValidationError("Too many attempts. Wait a minute, then try again.")
        user, stored = self.request.user, self.request.user.password
        if not user.check_password(self.cleaned_data["password"]):
            raise forms.ValidationError("This is not your password.")
        if user.password != stored:  # hashed anew, more strongly: that must not log the signer out
            update_session_auth_hash(self.request, user)
        ratelimit.clear(self.request, action="reauthenticate", user=self.request.user)
        return ""


class SendBackForm(forms.Form):
    comment = forms.CharField(
        label="What must change",
        widget=forms.Textarea(attrs={"rows": 4}),
        max_length=5000,
        help_text="The editors read this. Say where, what is wrong, and what would put it right.",
        error_messages={"required": "Say what must change, so that the editors can put it right."},
    )


class AskForm(forms.Form):
    """An editor asks for a review."""

    trigger = forms.ChoiceField(label="Kind of review", widget=forms.RadioSelect)
    reviewer = forms.ModelChoiceField(
        Reviewer.objects.none(), required=False, empty_label="Any reviewer", help_text="Who can sign this page now."
    )
    note = forms.CharField(
        widget=forms.Textarea(attrs={"rows": 3}),
        required=False,
        max_length=5000,
        label="Note to the reviewer",
        help_text="What changed and why, in a sentence or two.",
    )
    correction = forms.CharField(
        widget=forms.Textarea(attrs={"rows": 3}),
        required=False,
        max_length=500,
        label="Correction for visitors",
        help_text="Only where visitors read something that was wrong: what it said, and what is right. "
        "It is printed on the page with the date of the signature, and stays there.",
    )
    override = forms.CharField(
        widget=forms.Textarea(attrs={"rows": 3}),
        max_length=2000,
        label="Why ask all the same",
        help_text="The reviewer reads this beside what the checks found, and the ledger keeps it.",
        error_messages={"required": "Say why the review is asked for although the checks block it."},
    )

    def __init__(self, *args, page, triggers, can_correct: bool, must_override: bool, **kwargs):
        super().__init__(*args, **kwargs)
        labels = dict(MedicalReview.Trigger.choices)
        self.fields["trigger"].choices = [(name, labels[name]) for name in triggers]
        self.fields["trigger"].initial = triggers[0]
        self.fields["reviewer"].queryset = able(page)
        for name, wanted in (("correction", can_correct), ("override", must_override)):
            if not wanted:
                del self.fields[name]


def able(page):
    """Reviewers who could sign a page today: verified, licensed, and with no words of their own in it."""
    return fit_to_sign().exclude(user__in=with_own_words(page))


class WithdrawForm(forms.Form):
    reason = forms.ChoiceField(
        label="What visitors are told",
        choices=Publication.Reason.choices,
        widget=forms.RadioSelect,
        help_text="The page answers with this sentence from now on.",
    )
