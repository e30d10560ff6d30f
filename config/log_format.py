"""Lines of the log as JSON, one object a line, for programs that collect them."""

import datetime as dt
import json
import logging
from typing import Any

from articles.event_log import request_id


class RequestIdFilter(logging.Filter):
    """Logging filter: each record has the id of the request that is answered; empty outside one."""

    def filter(self, record: logging.LogRecord) -> bool:
        if not hasattr(record, "request_id"):
            record.request_id = request_id.get()
        return True


class JsonFormatter(logging.Formatter):
    """What the plain format has, and the facts of an event each by its name."""

    def format(self, record: logging.LogRecord) -> str:
        at = dt.datetime.fromtimestamp(record.created, dt.UTC)
        line: dict[str, Any] = {
            "at": at.isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": record.getMessage(),
        }
        if found := getattr(record, "request_id", ""):
            line["request_id"] = found
        if event := getattr(record, "event", ""):
            line |= {"event": event, **getattr(record, "facts", {})}
        if record.exc_info and not record.exc_text:
            record.exc_text = self.formatException(record.exc_info)
        if record.exc_text:
            line["traceback"] = record.exc_text
        return json.dumps(line, ensure_ascii=False, default=str)
