"""The addresses of the desk."""

from django.urls import path

from reviews.desk import (
    danger,
    planned_views,
    receipts,
    taking,
    together_views,
    unsent_views,
    views,
)
from reviews.radar import views as radar_views
from reviews.recalls import views as recalls_views
from reviews.scheduling import plan_rows_views
from reviews.scheduling import views as scheduling_views

app_name = "reviews"
urlpatterns = [
    path("", views.queue, name="queue"),
    path("away/", views.add_absence, name="away"),
    path("away/<int:pk>/back/", views.end_absence, name="back"),
    path("unsent/", unsent_views.change_unsent, name="unsent"),
    path("unsent/save/", unsent_views.save_unsent, name="save_unsent"),
    path("reviews/<uuid:uuid>/", views.review, name="review"),
    path("reviews/<uuid:uuid>/sign/", views.sign, name="sign"),
    path("reviews/<uuid:uuid>/send-back/", views.send_back, name="send_back"),
    path("reviews/<uuid:uuid>/decline/", views.decline, name="decline"),
    path("reviews/<uuid:uuid>/recommend-withdrawal/", views.recommend, name="recommend"),
    path("reviews/<uuid:uuid>/comment/", views.comment, name="comment"),
    path("reviews/<uuid:uuid>/hand-over/", views.hand_over, name="hand_over"),
    path("reviews/<uuid:uuid>/take/", taking.take, name="take"),
    path("reviews/<uuid:uuid>/give-back/", taking.give_back, name="give_back"),
    path("reviews/<uuid:uuid>/read-along/", taking.observe, name="observe"),
    path("reviews/<uuid:uuid>/not-me/", receipts.not_me, name="not_me"),
    path("danger/", danger.report_danger, name="danger"),
    path("reviews/<uuid:uuid>/done/", views.signed, name="signed"),
    path("same-changes/<str:key>/", together_views.same_change, name="same_change"),
    path("radar/", radar_views.overview, name="radar"),
    path("radar/plan/", scheduling_views.plan, name="plan"),
    path("radar/planned/", plan_rows_views.planned, name="planned"),
    path("planned/<uuid:planned_uuid>/open/", planned_views.open_review, name="open_planned"),
    path("recall/", recalls_views.recalls, name="recalls"),
    path("recall/<uuid:uuid>/", recalls_views.recall, name="recall"),
]
