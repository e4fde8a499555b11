"""The pages of a scan: taking photos in, watching, reviewing, and the pictures they show."""
