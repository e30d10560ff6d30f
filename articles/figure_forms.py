"""The rows of pictures in a page's form: chosen among those that are there, or uploaded in place."""

from django import forms
from django.core.exceptions import ValidationError

from articles import images, pictures
from articles.models import Image
from articles.row_forms import RowForm, RowFormSet

ACCEPTED = ",".join(pictures.FORMATS.values())
NONE_CHOSEN = "Upload a file, or choose an image that is here already. Or remove this image; the rest is kept."


class FigureForm(RowForm):
    """One picture with what is said of it. Its file is stored as soon as it is sent: no mistake elsewhere loses it."""

    upload = forms.FileField(
        label="New file",
        required=False,
        widget=forms.FileInput(attrs={"accept": ACCEPTED}),
        help_text="PNG, JPEG or WebP, at most 12 MB. It is made small enough for a page, and freed of where and with "
        "what it was taken. It shows in the preview once saved.",
    )
    by = None  # who sent the form

    class Meta:
        widgets = {"alt": forms.Textarea(attrs={"rows": 2}), "caption": forms.Textarea(attrs={"rows": 2})}

    def clean_image(self):
        image = self.cleaned_data["image"]
        if image is None and not self.files.get(self.add_prefix("upload")):
            raise ValidationError(NONE_CHOSEN, code="required")
        return image

    def clean(self):
        cleaned = super().clean()
        upload = cleaned.get("upload")
        if upload and not self.by.has_perm("articles.add_image"):
            self.add_error("upload", "Your account may not upload images. Choose one that is here already.")
        elif upload:
            try:
                cleaned["image"] = self._chosen(images.keep(upload, by=self.by))
            except pictures.Unusable as refusal:
                self.add_error("upload", str(refusal))
        return cleaned

    def _chosen(self, image: Image) -> Image:
        """A form that comes back shows what was uploaded as what is chosen."""
        self.data = self.data.copy()
        self.data[self.add_prefix("image")] = str(image.pk)
        self.fields["image"].widget.widget.known = {str(image.pk): str(image)}
        return image


class FigureFormSet(RowFormSet):
    by = None

    def add_fields(self, form, index):
        super().add_fields(form, index)
        form.by = self.by
