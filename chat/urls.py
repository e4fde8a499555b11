from django.urls import path

from chat import views

urlpatterns = [
    path("chat/", views.conversations, name="chats"),
    path("chat/ask/", views.ask, name="chat_ask"),
    path("search/ask/", views.search_answer, name="search_answer"),
    path("chat/<slug:key>/", views.conversation, name="chat"),
    path("chat/<slug:key>/pin/", views.pin, name="chat_pin"),
    path("chat/<slug:key>/delete/", views.delete, name="chat_delete"),
    path("chat/<slug:key>/<int:pk>/", views.turn, name="chat_turn"),
    path("chat/<slug:key>/<int:pk>/stop/", views.stop, name="chat_stop"),
    path("chat/<slug:key>/<int:pk>/<str:answer>/", views.decide, name="chat_decide"),
]
