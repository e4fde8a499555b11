"""What the API registers with the apps below it; `ApiConfig.ready` calls `register`."""

from django_q.models import Schedule

from accounts.account_deletion import ACCOUNT_DATA, AccountData, delete_in_chunks
from accounts.page_links import PAGE_LINKS, SETTINGS_PROGRAMS, UPLOAD_TICKETS, PageLink
from api import idempotency
from api.models import IdempotencyKey
from jobs.periodic import register_periodic


def register():
    register_periodic("old answers", idempotency.delete_old_answers, Schedule.HOURLY)
    ACCOUNT_DATA.append(
        AccountData(
            mentions=lambda user: [],
            delete=lambda user: delete_in_chunks(IdempotencyKey.objects.filter(user=user)),
        )
    )
    PAGE_LINKS[SETTINGS_PROGRAMS].append(
        PageLink("The API", "api:openapi-view", icon="info", hint="Read about every call and try it out")
    )
    PAGE_LINKS[UPLOAD_TICKETS].append(PageLink("A ticket for a photo", "api:ask_for_upload"))
