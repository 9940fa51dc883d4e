"""The sentences of a card, in Korean and English, each with the sources it rests on."""
