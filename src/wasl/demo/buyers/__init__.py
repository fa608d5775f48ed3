"""Buyers without screens: each states what an order must be at the end, and is right only if all three agree."""

from wasl.demo.buyers.play import Result, play
from wasl.demo.buyers.world import World

__all__ = ["Result", "World", "play"]
