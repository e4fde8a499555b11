"""What chat adds to pages and processes of lower floors; ChatConfig calls `register` when it starts."""

from django_q.models import Schedule

from accounts.account_deletion import ACCOUNT_DATA, AccountData, delete_in_chunks
from chat import conversations
from chat.models import Chat
from jobs.periodic import register_periodic
from library.page_parts import SEARCH_MODES, SearchMode


def register():
    register_periodic("old conversations", conversations.delete_old_chats, Schedule.HOURLY)
    ACCOUNT_DATA.append(
        AccountData(mentions=lambda user: ["conversations"], delete=lambda user: delete_in_chunks(Chat.objects.filter(user=user)))
    )
    SEARCH_MODES.append(SearchMode("ask", "Ask", "a question about your books", url_name="search_answer"))
