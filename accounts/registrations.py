"""What accounts adds to processes of lower floors; AccountsConfig calls `register` when it starts."""

from django_q.models import Schedule

from accounts import account_deletion, webhooks
from jobs.periodic import register_periodic


def register():
    register_periodic("webhooks", webhooks.sweep, Schedule.MINUTES)
    register_periodic("old deliveries", webhooks.forget_old, Schedule.HOURLY)
    register_periodic("accounts that are deleted", account_deletion.sweep, Schedule.MINUTES)
