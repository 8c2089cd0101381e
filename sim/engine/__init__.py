"""Two engines with the same rules.

`sim.engine.reference.engine` is the readable one, `sim.engine.compiled.engine` the fast one.
"""
