"""The settings of a run, gathered from arguments, the environment, .env and llmdoctor.toml."""
