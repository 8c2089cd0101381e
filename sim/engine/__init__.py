"""Two engines with one semantics: `sim.engine.reference` (readable) and `sim.engine.compiled` (fast)."""
