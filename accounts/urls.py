from django.urls import path

from accounts import views

urlpatterns = [
    path("", views.settings_page, name="settings"),
    path("appearance/", views.appearance, name="appearance"),
    path("leave/", views.delete_account, name="delete_account"),
    path("tokens/", views.api_tokens, name="api_tokens"),
    path("tokens/<int:pk>/end/", views.api_token_end, name="api_token_end"),
    path("tokens/programs/<int:pk>/end/", views.family_end, name="family_end"),
    path("webhooks/", views.webhooks_page, name="webhooks"),
    path("webhooks/<int:pk>/", views.webhook, name="webhook"),
    path("webhooks/<int:pk>/switch/", views.webhook_switch, name="webhook_switch"),
    path("webhooks/<int:pk>/delete/", views.webhook_delete, name="webhook_delete"),
    path("webhooks/deliveries/<int:pk>/again/", views.redeliver, name="redeliver"),
]
