"""Pictures of covers, from our storage: to whoever is signed in the shared ones, to their owner their own. And which one a
copy shows: one of the editions', an upload, or the drawn one."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.views.decorators.http import require_GET, require_POST

from library.covers import cover_choice, cover_files
from library.forms.covers import CoverForm
from library.forms.error_sentence import error_sentence
from library.models import UserBook

NOT_NOW = "private, max-age=600"


@login_required
@require_GET
def cover(request, name):
    return cover_files.picture_response(cover_files.shared_key(name))


@login_required
@require_GET
def own(request, name):
    """The key is made with the number of who asks: another's picture is not there for them."""
    return cover_files.picture_response(cover_files.own_key(request.user.pk, name))


@login_required
@require_GET
def fetched(request):
    """The picture at an address that one of our pages named; fetched at the first look, kept from then on."""
    address, proof = request.GET.get("of", ""), request.GET.get("proof", "")
    if not cover_files.is_ours(address, proof) or not cover_files.is_wanted(address):
        raise Http404
    if key := cover_files.fetched(address):
        return cover_files.picture_response(key)
    return HttpResponse(status=404, headers={"Cache-Control": NOT_NOW})


@login_required
@require_POST
def choose(request, pk):
    copy = get_object_or_404(UserBook, pk=pk, user=request.user)
    form = CoverForm(copy, request.POST, request.FILES)
    if form.is_valid():
        form.save()
        messages.success(request, cover_choice.SENTENCES[form.cleaned_data["choice"]])
    else:
        messages.error(request, error_sentence(form))
    return redirect(copy)
