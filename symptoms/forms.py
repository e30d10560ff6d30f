"""The form of a cause, which two editors may have open at once."""

from django import forms


class CauseForm(forms.ModelForm):
    """Carries the name and address that were opened, so that nobody undoes a renaming they never saw."""

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        for field in self.fields.values():
            field.show_hidden_initial = bool(self.instance.pk)

    def clean(self):
        cleaned = super().clean()
        opened = {name: self.data.get(self.add_initial_prefix(name)) for name in self.fields}
        changed = [name for name, value in opened.items() if value is not None and value != self.initial.get(name)]
        if self.instance.pk and changed:
            self.data = self.data.copy()
            for name in changed:
                self.data[self.add_initial_prefix(name)] = self.initial[name]
            now = f"“{self.initial['name']}”, at {self.initial['slug']}"
            self.add_error(
                None, f"Somebody changed this cause after you opened it: it is now {now}. Save again for yours."
            )
        return cleaned
