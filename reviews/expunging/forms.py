"""Forms of expunging: the request with its reason, and the confirmation with a password."""

from django import forms
from django.utils.translation import gettext_lazy as _

from articles.form_fields import LineFormField, PlainTextFormField
from reviews.signing.authentication import ConfirmIdentityForm


class ExpunctionRequestForm(forms.Form):
    reason = PlainTextFormField(
        widget=forms.Textarea(attrs={"rows": 3}),
        max_length=2000,
        help_text=(
            "The ledger keeps this permanently, and evidence packs show it. "
            "Do not repeat the text to be expunged."
        ),
        error_messages={"required": "Give the reason for the expunction."},
    )
    legal_basis = LineFormField(
        max_length=300,
        label=_("Legal basis"),
        widget=forms.TextInput(attrs={"class": "vTextField"}),
        help_text="The order or the law it rests on, with its date and number.",
        error_messages={"required": "Name the legal basis."},
    )
    understood = forms.BooleanField(
        label=_("I have read what this does, and know that the text cannot be restored."),
        error_messages={"required": "Check this box once you have read what it does."},
    )


class ExpunctionConfirmationForm(ConfirmIdentityForm):
    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        password = self.fields["password"]
        password.help_text = "As soon as you confirm, the text is deleted permanently."
        password.error_messages["required"] = "Enter your password to confirm."
