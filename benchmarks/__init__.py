"""Speed, measured as ratios in one run.

The engines are held against each other, against a floor, and against other simulators.
"""
