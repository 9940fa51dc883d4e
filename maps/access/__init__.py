"""Who somebody is and what they may do: logins, sessions, roles, and the guard before each handler.

Nothing here knows what a handler does: an operation says which permission it needs.
"""
