"""An authored Chuncheon that answers like the real portals: same paths, shapes and quirks."""
