"""What came into the library last, as RSS."""

from django.utils.feedgenerator import Rss201rev2Feed

from library.feeds.opds import legible
from library.models import UserBook


def rss(copies: list[UserBook], title: str, home: str, address_of) -> str:
    """`address_of` gives the address of a copy's page."""
    feed = Rss201rev2Feed(title=title, link=home, description="Recently added books", language="en")
    for copy in copies:
        feed.add_item(
            title=legible(f"{copy.title} — {copy.author}" if copy.authors else copy.title),
            link=address_of(copy),
            description=legible(copy.description),
            pubdate=copy.added,
            unique_id=f"bookimg-{copy.pk}",
            unique_id_is_permalink=False,
            categories=[legible(name) for name in copy.categories],
        )
    return feed.writeString("utf-8")
