"""From a question to an answer: the card of a place, the choice, the call-back list."""
