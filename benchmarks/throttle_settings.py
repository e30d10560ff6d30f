"""The project's own settings, with a password that is compared at once.

Only so that 10,000 tries end: what is counted, and how, is the project's own.
"""

from config.settings import *  # noqa: F403 - all of them, whatever they are

PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
