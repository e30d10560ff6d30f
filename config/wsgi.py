"""The entrance for web servers."""

import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
application = get_wsgi_application()

# Models can be read from here on.
from articles.db import collector  # noqa: E402
from articles.emergencies import remembered  # noqa: E402
from articles.search import startup  # noqa: E402

startup.prepare()
remembered.begin()
collector.settle()
