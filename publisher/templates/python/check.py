#!/usr/bin/env python3
"""Checks that a file exists and is not empty."""
import os

from octo_check import Check, critical, metric, ok

check = Check("__NAME__", "0.1.0", "a file exists and is not empty")
check.option("path", "string", "File to look at", required=True)


@check.run
def look(options, deadline):
    path = options["path"]
    if not os.path.exists(path):
        return critical(f"{path} does not exist")
    size = os.stat(path).st_size
    if size == 0:
        return critical(f"{path} is empty")
    return ok(f"{path} has {size} bytes", metrics=[metric("size", size, "B")])


if __name__ == "__main__":
    check.main()
