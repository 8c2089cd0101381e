"""A simulation of Canada's land ports of entry and of those who smuggle through them."""

import os as _os
import platform as _platform
import sys as _sys

# NumPy computes exp and log in other last digits on processors with wider registers, so that tables
# would not be the same bytes everywhere. The loops that all 64-bit processors of this kind share
# take no longer here. It has to be said before NumPy is imported.
if "numpy" not in _sys.modules and _platform.machine() in ("x86_64", "AMD64"):
    _os.environ.setdefault("NPY_DISABLE_CPU_FEATURES", "X86_V3 X86_V4 AVX512_ICL AVX512_SPR")
