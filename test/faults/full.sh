#!/usr/bin/env bash
# The fault tests with the numbers that prove something: 300 kills, 64 processes … Takes minutes.
# OCTO_SEED=N repeats a run, OCTO_ROUNDS=N sets another number, words name files: test/faults/full.sh kill-registry
set -u
cd "$(dirname "$0")/../.." || exit 1
export OCTO_FULL=1 OCTO_TEST_FILE_TIMEOUT_MS=${OCTO_TEST_FILE_TIMEOUT_MS:-1800000}
exec npm test --silent -- "${@/#/test/faults/}" $([ $# -eq 0 ] && echo test/faults)
