"""Backups of a whole installation, restoring them, and moving to another database."""


class BackupError(Exception):
    """A backup cannot be made, read or restored; the message is for the operator."""
