"""Feed-forward networks that each know one painting, Johnson et al. 2016."""
