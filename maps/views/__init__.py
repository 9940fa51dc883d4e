"""What is said of the picture: rows, bodies, exports, search. Pure."""
