"""What joins features for any host."""
