"""The site for servers that speak ASGI: the WSGI application in four threads."""

from concurrent.futures import ThreadPoolExecutor
from importlib import import_module

from a2wsgi import WSGIMiddleware

# A server that speaks ASGI reads this in its loop, where Django asks no database.
with ThreadPoolExecutor(1) as pool:
    site = pool.submit(import_module, "config.wsgi").result().application
application = WSGIMiddleware(site, workers=4)
