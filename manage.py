#!/usr/bin/env python
import os
import sys


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "bookimg.settings")
    from django.conf import settings
    from django.core.exceptions import ImproperlyConfigured
    from django.core.management import execute_from_command_line, load_command_class

    try:
        settings.INSTALLED_APPS  # noqa: B018  reports an invalid value in the environment in one sentence, without a traceback
    except ImproperlyConfigured as error:
        sys.exit(f"bookimg: {error}")
    if sys.argv[1:2] == ["up"]:  # the supervisor loads no apps, so that it starts at once and stays small
        load_command_class("bookimg", "up").run_from_argv(sys.argv)
    else:
        execute_from_command_line(sys.argv)


if __name__ == "__main__":
    main()
