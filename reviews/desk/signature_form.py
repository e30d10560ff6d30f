"""What every signature asks for: conflicts of interest, the password, and a code."""

import hashlib
from typing import Any

from django import forms
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from articles.form_fields import PlainTextFormField
from articles.lists import Label
from reviews.signing.authentication import ConfirmIdentityForm


class FirstFocusRadioSelect(forms.RadioSelect):
    """Radio buttons of which only the first takes the focus that the field is given."""

    def create_option(self, name, value, label, selected, index, subindex=None, attrs=None):
        option = super().create_option(name, value, label, selected, index, subindex, attrs)
        if index:
            option["attrs"].pop("autofocus", None)
        return option


class SignatureForm(ConfirmIdentityForm):
    """A form with which somebody signs.

    Conflicts are none, those of the reviewer's profile or those that are typed; what is typed adds
    to those of the profile. ``cleaned_data["conflicts"]`` is the statement for the record.
    """

    NONE, PROFILE, OWN = "none", "profile", "own"
    NO_CONFLICTS = "None"

    conflicts_choice = forms.ChoiceField(
        label=_("Conflicts of interest"),
        widget=FirstFocusRadioSelect,
        required=False,
        help_text=_("Anything that could look like an interest in what this page says."),
        error_messages={
            "invalid_choice": _("The disclosures on your profile changed meanwhile. Choose again.")
        },
    )
    conflicts = PlainTextFormField(
        label=_("My conflicts of interest"),
        widget=forms.Textarea(attrs={"rows": 2, "placeholder": " "}),  # its style sheet asks
        max_length=2000,
        required=False,
    )

    def __init__(self, *args, request, **kwargs):
        super().__init__(*args, request=request, **kwargs)
        self.disclosures = request.user.reviewer.disclosures.strip()
        conflicts_choice = self.fields["conflicts_choice"]
        assert isinstance(conflicts_choice, forms.ChoiceField)
        conflicts_choice.choices = self._list_conflict_choices()

    def _list_conflict_choices(self) -> list[tuple[str, Label]]:
        """None is offered first; nothing is chosen beforehand."""
        choices: list[tuple[str, Label]] = [(self.NONE, _("None"))]
        if self.disclosures:
            label = format_lazy(_("Those on my profile: “{}”"), self.disclosures)
            choices.append((self._get_profile_value(), label))
        return [*choices, (self.OWN, _("I have these:"))]

    def _get_profile_value(self) -> str:
        """The value of the choice, which names the disclosures that were shown."""
        shown = hashlib.sha256(self.disclosures.encode()).hexdigest()
        return f"{self.PROFILE}-{shown[:16]}"

    def clean(self) -> dict[str, Any]:
        """The conflicts first: a code is spent only where nothing else is missing."""
        if "conflicts_choice" not in self.errors and "conflicts" not in self.errors:
            try:
                self.cleaned_data["conflicts"] = self._compose_conflicts()
            except forms.ValidationError as error:
                self.add_error(None, error)
        return super().clean()

    def _compose_conflicts(self) -> str:
        """The statement for the record. Raises ValidationError where the form has none, or two."""
        choice = self.cleaned_data["conflicts_choice"]
        typed = self.cleaned_data["conflicts"].strip()
        if choice == self.NONE:
            if typed and typed != self.NO_CONFLICTS:
                contradiction = _("You chose “None” and wrote conflicts. Leave one of them out.")
                raise forms.ValidationError({"conflicts": contradiction})
            return self.NO_CONFLICTS
        if choice.startswith(self.PROFILE):
            return "\n".join(filter(None, [self.disclosures, typed]))
        if not typed:
            field = "conflicts" if choice == self.OWN else "conflicts_choice"
            missing = _("State your conflicts of interest, or choose “None”.")
            raise forms.ValidationError({field: missing})
        return typed
