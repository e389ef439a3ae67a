"""What outside plug-ins and our own measurements are tested with."""
