"""What servers' error texts mean: dialects, phrases, gateways and middleboxes."""
