"""The probes, one file each, in the order of the contract. A step measures; the engine gives it time and ground."""
