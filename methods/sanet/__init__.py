"""Style-attentional networks, Park and Lee 2019."""
