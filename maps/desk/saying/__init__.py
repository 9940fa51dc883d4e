"""The sentences of a card, in every language, each with the sources it rests on."""
