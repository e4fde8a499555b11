"""A question that goes on from the one before: `and by her?`, `the unread ones`, `sort by pages`."""
