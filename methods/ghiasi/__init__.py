"""Style prediction and transfer networks, Ghiasi et al. 2017."""
