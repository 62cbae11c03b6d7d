"""Types that the packages exchange: settings, attempts, observations, evidence and secrets."""
