"""Which backups to keep: the latest day's, and the newest of each of the last days and weeks that have one."""

from backups.places import BackupPlace, time_of


def delete_expired(place: BackupPlace, daily: int, weekly: int) -> list[str]:
    """Deletes backups that are no longer needed and returns their names."""
    expired = list_expired(place.names(), daily, weekly)
    for name in expired:
        place.delete(name)
    return expired


def list_expired(names: list[str], daily: int, weekly: int) -> list[str]:
    """The names of backups to delete. Those made on the same day as the newest are always kept."""
    times = {name: time for name in names if (time := time_of(name))}
    newest_first = sorted(times, key=times.__getitem__, reverse=True)
    kept = {name for name in newest_first if times[name].date() == times[newest_first[0]].date()}
    kept |= _newest_of_each(newest_first, lambda name: times[name].date(), daily)
    kept |= _newest_of_each(newest_first, lambda name: times[name].isocalendar()[:2], weekly)
    return [name for name in reversed(newest_first) if name not in kept]


def _newest_of_each(newest_first: list[str], period, count: int) -> set[str]:
    newest: dict[object, str] = {}
    for name in newest_first:
        newest.setdefault(period(name), name)
    return set(list(newest.values())[:count])
