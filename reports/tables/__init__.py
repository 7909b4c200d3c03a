"""Tables of scores, as records that every format renders."""
