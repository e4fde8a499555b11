"""Who exports how: one file a program. `detect.FORMATS` lists them."""
