"""What the history on disk says in figures: each with its query, its rows and what it assumes."""
