"""Canada's land border as a simulation: run studies, compare proposals, bring in your own."""

__version__ = "0.1.0"
