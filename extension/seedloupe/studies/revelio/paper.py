"""The paper these studies repeat."""

PAPER = "Kim, Thomas, Ghadiyaram: Revelio (arXiv 2411.16725, ICCV 2025)"
