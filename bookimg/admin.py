"""User accounts in the administration, and what only superusers may do there. Deleting an account also deletes its files."""

from allauth.account.admin import EmailAddressAdmin
from allauth.account.models import EmailAddress
from allauth.mfa.admin import AuthenticatorAdmin
from allauth.mfa.models import Authenticator
from allauth.socialaccount.admin import SocialAccountAdmin, SocialAppAdmin, SocialTokenAdmin
from allauth.socialaccount.models import SocialAccount, SocialApp, SocialToken
from allauth.usersessions.admin import UserSessionAdmin
from allauth.usersessions.models import UserSession
from django.contrib import admin
from django.contrib.admin.models import LogEntry
from django.contrib.auth import get_user_model
from django.contrib.auth.admin import GroupAdmin, UserAdmin
from django.contrib.auth.models import Group
from django_q.admin import FailAdmin, QueueAdmin, ScheduleAdmin, TaskAdmin
from django_q.models import Failure, OrmQ, Schedule, Success

from accounts import account_deletion
from accounts.admin import ApiTokenAdmin, DeliveryAdmin, WebhookAdmin
from accounts.models import ApiToken, Delivery, Webhook
from jobs.admin import ReadOnlyAdmin

User = get_user_model()
admin.site.unregister(User)
# Whoever may change these can become somebody else, or run any function.
FOR_SUPERUSERS = {
    Group: GroupAdmin,
    EmailAddress: EmailAddressAdmin,
    Authenticator: AuthenticatorAdmin,
    SocialAccount: SocialAccountAdmin,
    SocialApp: SocialAppAdmin,
    SocialToken: SocialTokenAdmin,
    UserSession: UserSessionAdmin,
    Schedule: ScheduleAdmin,
    Success: TaskAdmin,
    Failure: FailAdmin,
    OrmQ: QueueAdmin,
    ApiToken: ApiTokenAdmin,
    Webhook: WebhookAdmin,  # an address may be a secret
    Delivery: DeliveryAdmin,
}
POWERS = ("is_staff", "is_superuser", "groups", "user_permissions")


class SuperuserAdmin(admin.ModelAdmin):
    """Hidden from staff, whatever permissions they have."""

    def has_module_permission(self, request):
        return request.user.is_superuser

    def has_view_permission(self, request, obj=None):
        return request.user.is_superuser

    has_add_permission = has_module_permission
    has_change_permission = has_delete_permission = has_view_permission


for model, shown in FOR_SUPERUSERS.items():
    if admin.site.is_registered(model):  # django-q2 hides its queue where that is not in the database
        admin.site.unregister(model)
        bases = (shown, SuperuserAdmin) if issubclass(shown, ReadOnlyAdmin) else (SuperuserAdmin, shown)
        admin.site.register(model, type(shown.__name__, bases, {}))


@admin.register(LogEntry)
class LogEntryAdmin(SuperuserAdmin, ReadOnlyAdmin):
    """What was done in the administration, by whom and when."""

    list_display = ("action_time", "user", "content_type", "object_repr", "action_flag", "get_change_message")
    list_filter = ("action_flag", "content_type")
    search_fields = ("user__username", "object_repr", "change_message")
    list_select_related = ("user", "content_type")
    has_add_permission = has_change_permission = has_delete_permission = lambda self, request, obj=None: False


@admin.register(User)
class AccountAdmin(UserAdmin):
    """Staff may help ordinary people, but neither change the accounts of other staff nor give anybody powers."""

    def get_readonly_fields(self, request, obj=None):
        return super().get_readonly_fields(request, obj) if request.user.is_superuser else POWERS

    def has_change_permission(self, request, obj=None):
        return super().has_change_permission(request, obj) and self.may_touch(request, obj)

    def has_delete_permission(self, request, obj=None):
        return super().has_delete_permission(request, obj) and self.may_touch(request, obj)

    def may_touch(self, request, obj: User | None) -> bool:
        return request.user.is_superuser or obj is None or not (obj.is_staff or obj.is_superuser)

    def delete_model(self, request, obj):
        account_deletion.delete_account(obj)

    def delete_queryset(self, request, queryset):
        for user in queryset:
            account_deletion.delete_account(user)
