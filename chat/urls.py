from django.urls import path

from chat import views

urlpatterns = [
    path("chat/", views.conversations, name="chats"),
    path("chat/ask/", views.chat_ask, name="chat_ask"),
    path("search/ask/", views.search_answer, name="search_answer"),
    path("chat/<slug:key>/", views.conversation, name="chat"),
    path("chat/<slug:key>/pin/", views.pin, name="chat_pin"),
    path("chat/<slug:key>/delete/", views.chat_delete, name="chat_delete"),
    path("chat/<slug:key>/<int:pk>/", views.chat_turn, name="chat_turn"),
    path("chat/<slug:key>/<int:pk>/stop/", views.chat_stop, name="chat_stop"),
    path("chat/<slug:key>/<int:pk>/<str:answer>/", views.decide, name="chat_decide"),
]
