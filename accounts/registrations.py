"""What accounts registers with the apps below it; `AccountsConfig.ready` calls `register`."""

from django_q.models import Schedule

from accounts import account_deletion, webhooks
from jobs.outgoing import OUTGOING_KINDS, OutgoingKind
from jobs.periodic import register_periodic


def register():
    OUTGOING_KINDS.append(OutgoingKind(webhooks.DELIVERIES, person="webhook__user"))
    register_periodic("old deliveries", webhooks.delete_old_deliveries, Schedule.HOURLY)
    register_periodic("accounts that are deleted", account_deletion.resume_account_deletions, Schedule.MINUTES)
