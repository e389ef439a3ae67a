"""The papers' experiments on a model of your own: one question each, and how sure the answer is."""
