"""Lists of excavation and occupation permits: an API's pages, a folder's files, what is pushed."""
