"""How gunicorn logs: no query string, and no address that a visitor came from."""

from config.middleware.privacy import PrivacyFilter

access_log_format = '%({x-forwarded-for}i)s %(t)s "%(m)s %(U)s" %(s)s %(B)s %(M)sms'


def post_fork(server, worker):
    """Its error log names the whole address of a request that broke it."""
    worker.log.error_log.addFilter(PrivacyFilter())
