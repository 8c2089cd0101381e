"""The border as its officers would name it: one module a noun."""
