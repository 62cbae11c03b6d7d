"""What servers' error texts mean: dialects, phrases, and products in between."""
