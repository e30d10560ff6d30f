"""Forms of expunging: the request with its reason, and the confirmation with a password."""

from django import forms

from reviews.signing.authentication import ConfirmIdentityForm


class ExpunctionRequestForm(forms.Form):
    reason = forms.CharField(
        widget=forms.Textarea(attrs={"rows": 3}),
        max_length=2000,
        help_text=(
            "The ledger keeps this for ever, and evidence packs show it. "
            "Do not repeat here what has to go."
        ),
        error_messages={"required": "Say why the text has to go."},
    )
    legal_basis = forms.CharField(
        max_length=300,
        label="Legal basis",
        widget=forms.TextInput(attrs={"class": "vTextField"}),
        help_text="The order or the law it rests on, with its date and number.",
        error_messages={"required": "Name the legal basis."},
    )
    understood = forms.BooleanField(
        label="I have read what this does, and know that nobody can bring the text back.",
        error_messages={"required": "Tick this once you have read what it does."},
    )


class ExpunctionConfirmationForm(ConfirmIdentityForm):
    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        password = self.fields["password"]
        password.help_text = "As soon as you confirm, the text is gone for good."
        password.error_messages["required"] = (
            "Enter your password: it says that it is you who confirms."
        )
