from django.urls import path

from transfer.views import exports, imports

urlpatterns = [
    path("imports/", imports.imports, name="imports"),
    path("imports/new/", imports.new, name="import_new"),
    path("imports/<int:pk>/", imports.import_page, name="import"),
    path("imports/<int:pk>/progress/", imports.import_progress, name="import_progress"),
    path("imports/<int:pk>/columns/", imports.import_columns, name="import_columns"),
    path("imports/<int:pk>/start/", imports.import_start, name="import_start"),
    path("imports/<int:pk>/cancel/", imports.import_cancel, name="import_cancel"),
    path("imports/<int:pk>/go-on/", imports.import_go_on, name="import_go_on"),
    path("imports/<int:pk>/forget/", imports.import_forget, name="import_forget"),
    path("imports/<int:pk>/failures.csv", imports.failures, name="import_failures"),
    path("imports/<int:pk>/rows/<int:number>/", imports.import_row, name="import_row"),
    path("export/", exports.export_page, name="export"),
    path("export.csv", exports.csv_download, name="export_csv"),
    path("export.json", exports.json_download, name="export_json"),
]
