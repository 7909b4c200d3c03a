"""Controls: methods that mark an end of a scale and are no style transfer."""
