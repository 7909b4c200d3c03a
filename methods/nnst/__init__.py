"""Neural neighbor style transfer, Kolkin et al. 2022: the variant by optimisation."""
