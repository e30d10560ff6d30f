"""The project's own settings, with one more address."""

from config.settings import *  # noqa: F403 - all of them, whatever they are

ROOT_URLCONF = "benchmarks.urls"
