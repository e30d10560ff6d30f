"""A URL map without an address."""

urlpatterns: list = []
