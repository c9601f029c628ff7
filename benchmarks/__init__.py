"""Measurements that stay true on another machine: ratios, paired in one run, wherever a limit is not by nature a time."""
