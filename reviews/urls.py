"""Addresses of the desk."""

from django.urls import path

from reviews import assignment_views, radar_views, recall_views, views

app_name = "reviews"
urlpatterns = [
    path("", views.queue, name="queue"),
    path("away/", views.away, name="away"),
    path("away/<int:pk>/back/", views.back, name="back"),
    path("reviews/<uuid:uuid>/", views.review, name="review"),
    path("reviews/<uuid:uuid>/sign/", views.sign, name="sign"),
    path("reviews/<uuid:uuid>/send-back/", views.outcome, {"name": "send_back"}, name="send_back"),
    path("reviews/<uuid:uuid>/decline/", views.outcome, {"name": "decline"}, name="decline"),
    path("reviews/<uuid:uuid>/recommend-withdrawal/", views.outcome, {"name": "recommend"}, name="recommend"),
    path("reviews/<uuid:uuid>/comment/", views.comment, name="comment"),
    path("reviews/<uuid:uuid>/hand-over/", views.hand_over, name="hand_over"),
    path("reviews/<uuid:uuid>/done/", views.signed, name="signed"),
    path("radar/", radar_views.overview, name="radar"),
    path("radar/plan/", assignment_views.plan, name="plan"),
    path("recall/", recall_views.recalls, name="recalls"),
    path("recall/<uuid:uuid>/", recall_views.recall, name="recall"),
]
