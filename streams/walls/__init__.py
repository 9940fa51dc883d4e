"""What stands between the services of one city: their users, passwords and certificates."""
