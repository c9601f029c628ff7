"""Measurements that hold on another machine: ratios, paired in one run, where a limit is not by nature a time."""
