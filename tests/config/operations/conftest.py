"""The site with a history, which archives and backups move."""

from functools import partial

import pytest
from django.contrib.auth.models import User

from tests import factories


@pytest.fixture
def lived(transactional_db, scenes, ann, ravi, fiona, morgan, olga) -> None:
    """Every action that leaves a trace was done once. Built once, and copied from then on."""
    people = (ann, ravi, fiona, morgan, olga)
    scenes.set("lived", partial(factories.make_site_history, *people))
    for person in people:
        person.pk = User.objects.get(username=person.username).pk
        person.refresh_from_db()
