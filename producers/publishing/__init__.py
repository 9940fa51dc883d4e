"""Answers into messages, and messages into Kafka."""
