"""Attention-aware multi-stroke style transfer, Yao et al. 2019."""
