"""User accounts in the administration. Deleting one also deletes its files."""

from django.contrib import admin
from django.contrib.auth import get_user_model
from django.contrib.auth.admin import UserAdmin

from accounts import account_deletion

User = get_user_model()
admin.site.unregister(User)


@admin.register(User)
class AccountAdmin(UserAdmin):
    def delete_model(self, request, obj):
        account_deletion.delete_account(obj)

    def delete_queryset(self, request, queryset):
        for user in queryset:
            account_deletion.delete_account(user)
