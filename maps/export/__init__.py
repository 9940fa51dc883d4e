"""The map as one file: a plain Folium page that opens without a server and without a network."""
