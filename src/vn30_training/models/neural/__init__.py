"""One trainer for all networks: options, windows, batches, the loop and its checkpoints."""
