"""The site for servers that speak ASGI: the WSGI application in four threads."""

from a2wsgi import WSGIMiddleware

from config.wsgi import application as site

application = WSGIMiddleware(site, workers=4)
