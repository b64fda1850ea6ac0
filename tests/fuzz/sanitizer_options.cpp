// SPDX-FileCopyrightText: 2026 The Farstep Authors
// SPDX-License-Identifier: BSD-3-Clause
// What the sanitizers shall do in fuzzers. HDF5 1.10 leaks some bytes of every damaged object that
// it refuses; whether we leave its objects open is checked by counting them (expect_refusal).

extern "C" const char* __asan_default_options();
extern "C" const char* __asan_default_options() {
    return "quarantine_size_mb=16:malloc_context_size=6";
}

extern "C" const char* __lsan_default_suppressions();
extern "C" const char* __lsan_default_suppressions() { return "leak:libhdf5\n"; }
