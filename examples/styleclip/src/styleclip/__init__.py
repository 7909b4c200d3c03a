"""StyleCLIP: a method for style-transfer-benchmark."""
