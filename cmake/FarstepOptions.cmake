# SPDX-FileCopyrightText: 2026 The Farstep Authors
# SPDX-License-Identifier: BSD-3-Clause
# Every option of the build, with its default, and settings that apply to the whole tree.

option(FARSTEP_BUILD_APPLICATION "Build the executable, not the kernels' library alone"
       ${PROJECT_IS_TOP_LEVEL})
option(FARSTEP_BUILD_TESTS "Build the tests" ${PROJECT_IS_TOP_LEVEL})
option(FARSTEP_BUILD_BENCH "Build the benchmarks" OFF)
option(FARSTEP_INSTALL "Create install rules" ${PROJECT_IS_TOP_LEVEL})
option(FARSTEP_FETCH_DEPENDENCIES "Fetch pinned sources of dependencies that are not found" ON)
option(FARSTEP_USE_KOKKOS_KERNELS "Use Kokkos Kernels; without it host BLAS serves" ON)
option(FARSTEP_USE_SLEEF "Use SLEEF's vector functions on the host where found" ON)
option(FARSTEP_LIBFUZZER "Instrument for libFuzzer and sanitizers (clang), and build the fuzzers" OFF)
option(FARSTEP_SANITIZED "Prepare programs and tests for sanitizers, as the preset asan-ubsan does" OFF)
option(FARSTEP_WERROR "Treat warnings as errors" OFF)
option(FARSTEP_USE_CCACHE "Use ccache where found" ON)
option(FARSTEP_PRECOMPILE_HEADERS "Precompile headers of libraries (with g++ for CPUs)" ON)
set(FARSTEP_ARCH "native" CACHE STRING "Value of -march for host builds; empty for none")
set(FARSTEP_SYSTEMS "all" CACHE STRING "Systems to compile: 'all' or a list of names")
set(FARSTEP_SYSTEM_FLAGS "" CACHE STRING "Further compile flags of the systems' kernels")
set(FARSTEP_TEST_PATIENCE 1 CACHE STRING "Tests may take so many times as long as in a release build")

if((FARSTEP_BUILD_TESTS OR FARSTEP_BUILD_BENCH) AND NOT FARSTEP_BUILD_APPLICATION)
    message(FATAL_ERROR "FARSTEP_BUILD_TESTS and FARSTEP_BUILD_BENCH need FARSTEP_BUILD_APPLICATION=ON")
endif()

if(PROJECT_IS_TOP_LEVEL)
    get_property(multi_config GLOBAL PROPERTY GENERATOR_IS_MULTI_CONFIG)
    if(NOT multi_config AND NOT CMAKE_BUILD_TYPE)
        set(CMAKE_BUILD_TYPE Release CACHE STRING "Build type" FORCE)
    endif()
    set(CMAKE_CXX_STANDARD 20)
    set(CMAKE_CXX_STANDARD_REQUIRED ON)
    set(CMAKE_CXX_EXTENSIONS OFF)
    set(CMAKE_EXPORT_COMPILE_COMMANDS ON)
    # Kokkos' compiler wrappers for CUDA cannot be combined with ccache.
    if(FARSTEP_USE_CCACHE AND NOT Kokkos_ENABLE_CUDA AND NOT CMAKE_CXX_COMPILER_LAUNCHER)
        find_program(FARSTEP_CCACHE ccache)
        mark_as_advanced(FARSTEP_CCACHE)
        if(FARSTEP_CCACHE)
            set(CMAKE_C_COMPILER_LAUNCHER "${FARSTEP_CCACHE}")
            # What ccache asks for before it caches sources with precompiled headers.
            set(CMAKE_CXX_COMPILER_LAUNCHER "${CMAKE_COMMAND}" -E env
                "CCACHE_SLOPPINESS=pch_defines,time_macros" "${FARSTEP_CCACHE}")
        endif()
    endif()
endif()
