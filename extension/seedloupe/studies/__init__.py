"""The papers' experiments on a model of your own: each asks one question and says how sure it is."""
