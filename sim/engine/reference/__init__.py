"""The reference engine: every conveyance is a SimPy process."""
