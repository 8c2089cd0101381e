"""The data room: ports of entry, traffic and facts, with a data dictionary in ``README.md``.

The tables in this folder are derived from those in ``source`` by ``python -m sim.data.derive``.
"""
