"""Speed beside a plain SSH script, in the same run. See docs/benchmarks.md."""
