// SPDX-FileCopyrightText: 2026 The Farstep Authors
// SPDX-License-Identifier: BSD-3-Clause
// Part of every program of a build with FARSTEP_SANITIZED: what the sanitizers shall do, and which
// leaks are those of libraries.

/// Exit code 99 is none of Farstep's. Where memory cannot be had, Farstep has something to say.
extern "C" const char* __asan_default_options();
extern "C" const char* __asan_default_options() {
    return "exitcode=99:allocator_may_return_null=1:detect_stack_use_after_return=1";
}

extern "C" const char* __ubsan_default_options();
extern "C" const char* __ubsan_default_options() { return "print_stacktrace=1"; }

extern "C" const char* __lsan_default_options();
extern "C" const char* __lsan_default_options() { return "print_suppressions=0"; }

/// By the library that allocates. A leak of theirs that is our fault stays hidden: HDF5 objects are
/// counted by the fuzzers instead, and jobs/valgrind.sh looks at the others.
extern "C" const char* __lsan_default_suppressions();
extern "C" const char* __lsan_default_suppressions() {
    return
        // Open MPI keeps its tables of operations and its settings until the process ends.
        "leak:libmpi.so\n"
        "leak:libopen-pal.so\n"
        "leak:libopen-rte.so\n"
        "leak:/openmpi3/mca_\n"
        "leak:libmca_common_\n"
        "leak:libpmix.so\n"
        // It never frees the bitmaps of the machine's cores that it asks hwloc for.
        "leak:libhwloc.so\n"
        // They build names with asprintf, which Farstep does not call, and keep them.
        "leak:__vasprintf_internal\n"
        // HDF5 1.10 loses some bytes of every damaged object that it refuses.
        "leak:libhdf5\n";
}

/// Libraries stay loaded: a leak of one that is gone has no name that could be told from ours.
extern "C" int dlclose(void*);
extern "C" int dlclose(void*) { return 0; }
