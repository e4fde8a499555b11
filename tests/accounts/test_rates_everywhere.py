"""The limits on photos and questions hold wherever they come from: pages and websockets share them with the API."""

import json

import pytest
from asgiref.testing import ApplicationCommunicator
from django.urls import reverse

from chat.consumers import ChatConsumer
from scanning.models import Scan
from tests.scanning.photos import photo

pytestmark = pytest.mark.slow


@pytest.fixture(autouse=True)
def one_a_minute(settings):
    settings.RATE_LIMIT_SCANS = settings.RATE_LIMIT_CHAT = (1, 60)


@pytest.mark.django_db
def test_the_upload_page_takes_as_many_photos_as_the_api(owner_client):
    photos = [photo(size=(300, 400)), photo(size=(310, 400))]
    page = owner_client.post(reverse("scan_new"), {"photos": photos, "shelf": "", "kind": "shelf"})
    assert page.status_code == 422 and "Too many requests" in page.content.decode()
    assert Scan.objects.count() == 1
    third = {"photos": photo(size=(320, 400)), "shelf": "", "kind": "shelf"}
    answer = owner_client.post(reverse("scan_new"), third, headers={"Accept": "application/json"})
    assert (answer.status_code, Scan.objects.count()) == (429, 1)
    assert 0 < int(answer.headers["Retry-After"]) <= 61
    again = owner_client.post(reverse("scan_again", args=[Scan.objects.get().job_id]), follow=True)
    assert "Too many requests" in again.content.decode() and Scan.objects.count() == 1


@pytest.mark.django_db
def test_the_page_of_the_chat_takes_as_many_questions_as_the_api(owner_client):
    for _ in range(2):
        page = owner_client.post(reverse("chat_ask"), {"question": "How many books do I have?"}, follow=True)
    assert "Too many requests" in page.content.decode()


@pytest.mark.django_db(transaction=True)
async def test_the_websocket_of_the_chat_takes_as_many_questions_as_the_api(owner):
    socket = ApplicationCommunicator(ChatConsumer.as_asgi(), {"type": "websocket", "path": "/ws/chat/", "user": owner})
    await socket.send_input({"type": "websocket.connect"})
    assert (await socket.receive_output(5))["type"] == "websocket.accept"
    codes = []
    while "too-many" not in codes:
        await socket.send_input({"type": "websocket.receive", "text": json.dumps({"action": "ask", "question": "How many?"})})
        message = {"type": ""}
        while message["type"] not in ("done", "error"):
            message = json.loads((await socket.receive_output(20))["text"])
        codes.append(message.get("code", message["type"]))
    assert codes == ["done", "too-many"]
    await socket.send_input({"type": "websocket.disconnect", "code": 1000})
    await socket.wait()
