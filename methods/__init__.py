"""The style transfer methods that ship with the benchmark, one module each; found through entry points."""
