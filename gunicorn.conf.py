"""How gunicorn serves, and how it logs: no query string, and no address that a visitor came from.

A request that never ends holds no thread (ADR 87). Its processes write what they count for a
monitor into one directory (ADR 92).
"""

import os
import shutil
import tempfile

from config.middleware.privacy import ServerFilter

COUNTS = "PROMETHEUS_MULTIPROC_DIR"
if COUNTS not in os.environ:
    os.environ[COUNTS] = tempfile.mkdtemp(prefix="countersign-counts-")
worker_class = "config.buffering_worker.BufferingWorker"
access_log_format = '%({x-forwarded-for}i)s %(t)s "%(m)s %(U)s" %(s)s %(B)s %(M)sms'


def post_fork(server, worker):
    """Its error log quotes requests that it cannot read, and the address of one that broke it."""
    worker.log.error_log.addFilter(ServerFilter())


def on_exit(server):
    shutil.rmtree(os.environ[COUNTS], ignore_errors=True)
