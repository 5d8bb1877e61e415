"""How things are shown to people: numbers, times, states as words and shapes, sentences, drawings. It decides nothing."""
