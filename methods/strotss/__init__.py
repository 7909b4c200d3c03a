"""Style transfer by relaxed optimal transport and self-similarity, Kolkin et al. 2019."""
