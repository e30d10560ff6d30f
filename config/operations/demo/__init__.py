"""The demonstration: content written by us, signed through the same actions as everything else."""
