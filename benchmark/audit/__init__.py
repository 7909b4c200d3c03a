"""Whether a metric measures what it says: known changes of pictures, and what its scores must do under them."""
