"""A model whose name is stored in its normal form once somebody changes it."""

from typing import Any, ClassVar, Self

from django.core.exceptions import ValidationError
from django.db import models

from articles.names import normalize_name


class NormalizedNameMixin(models.Model):
    """Normalizes ``name`` in ``clean``, unless it is as it was loaded.

    A changed name is refused if ``find_twin`` finds a row that has it.
    """

    twin_noun: ClassVar[str] = "row"
    name: Any  # the field of the model
    _loaded_name: str | None = None

    class Meta:
        abstract = True

    @classmethod
    def from_db(cls, *args: Any, **kwargs: Any) -> Self:
        row = super().from_db(*args, **kwargs)
        row._loaded_name = row.__dict__.get("name")
        return row

    def clean(self) -> None:
        """Raise ValidationError, with the name of the twin, if there is one already."""
        super().clean()
        if self.name == self._loaded_name:
            return
        self.name = normalize_name(self.name)
        twin = self.find_twin()
        if twin:
            message = f"There is a {self.twin_noun} “{twin.name}” already. Use that one."
            raise ValidationError({"name": message})

    def find_twin(self) -> Self | None:
        """Another row of the same name."""
        return None
