"""`python -m streams doctor`: whether a city is set up well. `judging` decides (pure), `measuring`
asks the stores, the disk and the clocks, `command` prints.
"""
