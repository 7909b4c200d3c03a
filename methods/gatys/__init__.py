"""Neural style transfer by optimising pixels, Gatys, Ecker and Bethge 2016."""
