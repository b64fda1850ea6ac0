#!/usr/bin/env bash
# SPDX-FileCopyrightText: 2026 The Farstep Authors
# SPDX-License-Identifier: BSD-3-Clause
# Builds the fuzzers with clang's libFuzzer and sanitizers, runs each of them for some seconds, one
# after the other, and tells how many inputs each has tried. What makes one fail stays in
# build/fuzz/findings.
set -euo pipefail
# shellcheck source=jobs/lib/common.sh
. "$(dirname "${BASH_SOURCE[0]}")/lib/common.sh"
# shellcheck source=jobs/lib/build.sh
. "$FARSTEP_SOURCE_DIR/jobs/lib/build.sh"

if [ "${1:-}" = -h ] || [ "${1:-}" = --help ]; then
    echo "Usage: jobs/fuzz.sh [SECONDS [FUZZER...]]    (60 seconds; deck dataset model states info checkpoint)"
    exit 0
fi
seconds=${1:-60}
shift || true
fuzzers=("$@")
if [ ${#fuzzers[@]} -eq 0 ]; then fuzzers=(deck dataset model states info checkpoint); fi

have clang++ || fail "no 'clang++' in PATH" "Install clang with libFuzzer (libclang-rt-dev)."
configure fuzz
build fuzz fuzz
source_dir=$FARSTEP_SOURCE_DIR
findings=$source_dir/build/fuzz/findings
export OMP_NUM_THREADS=1

# run_fuzzer NAME: a 1 KiB file must not take 256 MiB at once, nor half a minute.
run_fuzzer() {
    local name=$1 inputs options
    mkdir -p "$findings/$name"
    if [ "$name" = deck ]; then
        inputs=("$source_dir/tests/fuzz/corpus/deck" "$source_dir/inputs"
            "$source_dir/tests/decks/bad")
        options=(-max_len=3000 "-dict=$source_dir/tests/fuzz/decks.dict")
    else
        inputs=("$source_dir/tests/fuzz/corpus/file")
        if [ "$name" = checkpoint ]; then inputs=("$source_dir/tests/fuzz/corpus/checkpoint"); fi
        options=(-max_len=200)
    fi
    # The first folder takes what is found on the way.
    mkdir -p "$findings/$name/corpus"
    nice "$source_dir/build/fuzz/tests/fuzz/${name}_fuzzer" "${options[@]}" \
        -max_total_time="$seconds" -timeout=30 -rss_limit_mb=1500 -malloc_limit_mb=256 \
        -entropic=0 -len_control=0 -print_final_stats=1 -artifact_prefix="$findings/$name/" \
        "$findings/$name/corpus" "${inputs[@]}" >"$findings/$name/log" 2>&1
}

failed=0
for name in "${fuzzers[@]}"; do
    if run_fuzzer "$name"; then verdict="nothing found"; else
        verdict="FAILED, see build/fuzz/findings/$name/log"
        failed=1
    fi
    tried=$(sed -n 's/^stat::number_of_executed_units: *//p' "$findings/$name/log")
    say "$name: ${tried:-0} inputs in $seconds s, $verdict"
done
exit "$failed"
