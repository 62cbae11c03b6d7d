"""Where settings come from: arguments, the environment, .env and llmdoctor.toml."""
