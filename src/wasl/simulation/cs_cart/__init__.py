"""A CS-Cart shop in memory and on virtual time: the add-on's door and the engine behind it, for millions of orders.

What it decides is what the add-on's PHP decides; tests/race proves that one in the PHP double.
"""
