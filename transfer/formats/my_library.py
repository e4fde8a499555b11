"""My Library for Android and iOS, in the languages in which its columns are named most.
https://play.google.com/store/apps/details?id=com.vgm.mylibrary

`Authors` is a list of "First Last", `Read` is yes or no, stars are of five."""

from transfer.tables import Table, columns_of

FORMAT = Table(
    "my_library",
    "My Library",
    signature=("Titre", "Auteurs", "Editeur", "Date de publication", "Lu", "Résumé", "Reading periods", "Copy index"),
    columns=columns_of("""
        plain_title: Title; Titre | author_list: Authors; Auteurs | publisher: Publisher; Editeur
        published: Publication date; Date de publication | categories: Genres; Categories; Catégories | pages: Pages
        isbn: ISBN | was_read: Read; Lu | description: Summary; Résumé | series: Series; Série | series_number: Volume; Tome
        language: Language; Langue | rating: Rating; Note | notes: Comments; Commentaires | shelf: Location; Emplacement
        lent_to: Loaned to; Prêté à | price: Price; Prix
    """),
    least=3,
    stars=5,
)
