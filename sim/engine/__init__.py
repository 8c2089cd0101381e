"""Two engines with the same rules.

`sim.engine.reference` is the readable one, `sim.engine.compiled` the fast one.
"""
