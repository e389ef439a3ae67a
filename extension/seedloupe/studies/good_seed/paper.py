"""The paper these studies repeat."""

PAPER = "Xu, Zhang, Shi: Good Seed Makes a Good Crop (arXiv 2405.14828, WACV 2025)"
