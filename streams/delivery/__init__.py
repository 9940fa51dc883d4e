"""Alerts to endpoints: who wants which, when each is sent, and how it is signed and posted."""
