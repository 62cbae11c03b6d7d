"""Run the installed app itself once (`check --run-client`) and record what it did."""
