"""The shift book: the summary that the product makes of a shift, as a sheet to be signed. Pure."""
