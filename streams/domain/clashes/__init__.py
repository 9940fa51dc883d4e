"""Works that get in each other's way, in a bus's, or together cut places off."""
