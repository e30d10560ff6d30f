"""The settings of the build in whose folder it runs, with a few more addresses."""

from config.settings import *  # noqa: F403 - all of them, whatever they are

ROOT_URLCONF = "bench_urls"
