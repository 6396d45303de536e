"""Each inquiry is made once, however often it is sent; and who asked can come back for it."""
