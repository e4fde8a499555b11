"""One module for each program's export format. `detect.FORMATS` lists them."""
