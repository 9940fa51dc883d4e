"""The complaint desk: what is true of a place, how sure that is, how to say it. Pure."""
