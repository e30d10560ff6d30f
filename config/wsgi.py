"""The entrance for web servers."""

import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
application = get_wsgi_application()

# Models can be read from here on.
from articles.emergencies import remembered  # noqa: E402

remembered.begin()
