"""The rows of the datasets, as pages, exports and the API read them."""
