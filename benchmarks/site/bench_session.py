"""Prints the cookie of a session of the managing editor, in the folder of any build."""

import os
import sys

import django

os.environ["DJANGO_SETTINGS_MODULE"] = "bench_settings"
sys.path.insert(0, os.getcwd())
django.setup()

from django.conf import settings  # noqa: E402 - models need the settings first
from django.contrib.auth.models import User  # noqa: E402
from django.test import Client  # noqa: E402

client = Client()
client.force_login(User.objects.get(username="morgan"))
print(f"{settings.SESSION_COOKIE_NAME}={client.cookies[settings.SESSION_COOKIE_NAME].value}")
