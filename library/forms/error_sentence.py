"""What is wrong with a form, in one line: for answers that are not the form's own page."""

from django.forms import BaseForm


def error_sentence(form: BaseForm) -> str:
    return " ".join(str(error) for errors in form.errors.values() for error in errors)
