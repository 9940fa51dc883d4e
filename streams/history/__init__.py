"""The history on disk: what the log's fold brings, as Parquet by day, and SQL over it."""
