"""The sessions of people who work here, with what their owner may see of them."""

import hashlib
from typing import Any, ClassVar

from django.conf import settings
from django.contrib.sessions.backends.base import SessionBase
from django.contrib.sessions.base_session import AbstractBaseSession
from django.db import models


class SignInSession(AbstractBaseSession):
    """A session, and whose it is: nobody's before they sign in.

    ``device`` is a family of browsers and systems, such as "Firefox on Windows", and no address.
    """

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.CASCADE, null=True, blank=True, related_name="+"
    )
    started_at = models.DateTimeField(null=True, blank=True)
    seen_at = models.DateTimeField(null=True, blank=True)
    device = models.CharField(max_length=60, blank=True)

    class Meta(AbstractBaseSession.Meta):
        abstract = False

    # What reads and writes it: the engine, which stands above, enters itself.
    store_class: ClassVar[type[SessionBase] | None] = None

    @classmethod
    def get_session_store_class(cls) -> Any:
        return cls.store_class

    @property
    def handle(self) -> str:
        """What stands for it on a page: it opens nothing, as its key would."""
        return hashlib.sha256(f"handle of {self.session_key}".encode()).hexdigest()[:32]
