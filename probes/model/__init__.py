"""The types that pass between the rooms: settings, attempts, observations, evidence, secrets."""
