// SPDX-FileCopyrightText: 2026 The Farstep Authors
// SPDX-License-Identifier: BSD-3-Clause
// Writes the example file that io_xarray_test.py opens: io_example FILE.

#include "io_example.hpp"

#include <cstdio>

int main(int argc, char** argv) {
    if (argc != 2) {
        std::fputs("usage: io_example FILE\n", stderr);
        return 1;
    }
    farstep::testing::write_example(argv[1]);
    return 0;
}
