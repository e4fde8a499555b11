"""My Library for Android and iOS, in the languages in which its columns are named most.
https://play.google.com/store/apps/details?id=com.vgm.mylibrary

`Authors` is a list of "First Last", `Read` is yes or no, stars are of five."""

from transfer.tables import Table

FORMAT = Table(
    "my_library",
    "My Library",
    signature=("Titre", "Auteurs", "Editeur", "Date de publication", "Lu", "Résumé", "Reading periods", "Copy index"),
    columns={
        "Title": "plain_title",
        "Titre": "plain_title",
        "Authors": "author_list",
        "Auteurs": "author_list",
        "Publisher": "publisher",
        "Editeur": "publisher",
        "Publication date": "published",
        "Date de publication": "published",
        "Genres": "categories",
        "Categories": "categories",
        "Catégories": "categories",
        "Pages": "pages",
        "ISBN": "isbn",
        "Read": "was_read",
        "Lu": "was_read",
        "Summary": "description",
        "Résumé": "description",
        "Series": "series",
        "Série": "series",
        "Volume": "series_number",
        "Tome": "series_number",
        "Language": "language",
        "Langue": "language",
        "Rating": "rating",
        "Note": "rating",
        "Comments": "notes",
        "Commentaires": "notes",
        "Location": "shelf",
        "Emplacement": "shelf",
        "Loaned to": "lent_to",
        "Prêté à": "lent_to",
        "Price": "price",
        "Prix": "price",
    },
    least=3,
    stars=5,
)
