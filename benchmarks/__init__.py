"""Speed, measured as ratios in one run: the engines against each other, a floor, and other simulators."""
