"""Reports that log a run to an experiment tracker: MLflow, Weights & Biases, TensorBoard."""
