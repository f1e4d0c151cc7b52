"""Split awards: pairs of asks as lines in the own cost."""
