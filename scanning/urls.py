from django.urls import path

from scanning.views import decisions, pages, pictures, upload

urlpatterns = [
    path("", pages.scans, name="scans"),
    path("new/", upload.scan_new, name="scan_new"),
    path("<slug:job_id>/", pages.scan, name="scan"),
    path("<slug:job_id>/review", pages.scan_review, name="scan_review"),
    path("<slug:job_id>/events", pages.scan_events, name="scan_events"),
    path("<slug:job_id>/retry", pages.scan_retry, name="scan_retry"),
    path("<slug:job_id>/second-look", pages.scan_look_again, name="scan_look_again"),
    path("<slug:job_id>/cancel", pages.scan_cancel, name="scan_cancel"),
    path("<slug:job_id>/delete", pages.scan_delete, name="scan_delete"),
    path("<slug:job_id>/again", upload.scan_again, name="scan_again"),
    path("<slug:job_id>/photo", pictures.scan_photo, name="scan_photo"),
    path("<slug:job_id>/thumbnail", pictures.scan_thumbnail, name="scan_thumbnail"),
    path("<slug:job_id>/spines/<int:number>", pictures.scan_spine, name="scan_spine"),
    path("<slug:job_id>/place", decisions.scan_place, name="scan_place"),
    path("<slug:job_id>/shelf-name", decisions.name_shelf, name="scan_name_shelf"),
    path("<slug:job_id>/accept", decisions.scan_accept, name="scan_accept"),
    path("<slug:job_id>/reject-unread", decisions.scan_reject_unread, name="scan_reject_unread"),
    path("<slug:job_id>/undo", decisions.scan_undo, name="scan_undo"),
    path("<slug:job_id>/missed", decisions.scan_missed, name="scan_missed"),
    path("<slug:job_id>/candidates/<int:pk>/accept", decisions.candidate_accept, name="candidate_accept"),
    path("<slug:job_id>/candidates/<int:pk>/reject", decisions.candidate_reject, name="candidate_reject"),
    path("<slug:job_id>/candidates/<int:pk>/undo", decisions.candidate_undo, name="candidate_undo"),
    path("<slug:job_id>/candidates/<int:pk>/choose", decisions.candidate_choose, name="candidate_choose"),
    path("<slug:job_id>/candidates/<int:pk>/edit", decisions.candidate_edit, name="candidate_edit"),
]
