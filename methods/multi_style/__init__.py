"""Several styles on one content: images first, then words."""
