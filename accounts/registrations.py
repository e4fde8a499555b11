"""What accounts registers with the apps below it; `AccountsConfig.ready` calls `register`."""

import logging
from functools import partial

from django.contrib.auth.signals import user_logged_in, user_logged_out, user_login_failed
from django_q.models import Schedule

from accounts import account_deletion, webhooks
from jobs.outgoing import OUTGOING_KINDS, OutgoingKind
from jobs.periodic import register_periodic

logger = logging.getLogger("accounts.sign_in")
SIGN_INS = {"signed in": user_logged_in, "signed out": user_logged_out, "sign-in failed": user_login_failed}


def register():
    OUTGOING_KINDS.append(OutgoingKind(webhooks.DELIVERIES, person="webhook__user"))
    register_periodic("old deliveries", webhooks.delete_old_deliveries, Schedule.HOURLY)
    register_periodic("accounts that are deleted", account_deletion.resume_account_deletions, Schedule.MINUTES)
    for event, signal in SIGN_INS.items():
        signal.connect(partial(_log_sign_in, event), weak=False)


def _log_sign_in(event: str, request=None, user=None, **facts):
    """What was typed is not logged: people type passwords into the wrong field."""
    key, address = getattr(user, "pk", None), request.META.get("REMOTE_ADDR", "") if request else ""
    logger.info("%s: %s, from %s", event, f"user {key}" if key else "unknown", address, extra={"user_id": key})
