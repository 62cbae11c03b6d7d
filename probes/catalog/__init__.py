"""What is known of providers and client programs: doors, apps, how apps join URLs, the SDKs' variables."""
