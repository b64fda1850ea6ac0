# SPDX-FileCopyrightText: 2026 The Farstep Authors
# SPDX-License-Identifier: BSD-3-Clause
# Tests whether the compiler miscompiles constant aggregates, as Debian's g++ 12.2 does with
# AVX-512, and finds the flag that cures it.

# farstep_check_slp_vectorizer(<flags> <output variable>)
# Sets the output variable to the flag needed beside <flags>, or to nothing.
function(farstep_check_slp_vectorizer flags result)
    set(${result} "" PARENT_SCOPE)
    if(CMAKE_CROSSCOMPILING OR FARSTEP_DEVICE)
        return()
    endif()
    set(cure -fno-tree-slp-vectorize)
    # The answer holds for these flags only, so they are part of the cached variable's name.
    string(MD5 key "${CMAKE_CXX_COMPILER} ${CMAKE_CXX_COMPILER_VERSION} ${CMAKE_CXX_FLAGS} ${flags}")
    string(SUBSTRING ${key} 0 8 key)
    farstep_run_slp_check("${flags}" FARSTEP_SLP_PLAIN_${key})
    if(FARSTEP_SLP_PLAIN_${key} STREQUAL "0")
        message(STATUS "Farstep: constant aggregates compile correctly")
        return()
    endif()
    farstep_run_slp_check("${flags};${cure}" FARSTEP_SLP_CURED_${key})
    if(FARSTEP_SLP_PLAIN_${key} STREQUAL "1" AND FARSTEP_SLP_CURED_${key} STREQUAL "0")
        message(STATUS "Farstep: this compiler miscompiles constant aggregates with these flags "
                       "(known of g++ 12.2 with AVX-512); ${cure} is added, which cures it")
    elseif(FARSTEP_SLP_CURED_${key} STREQUAL "1")
        message(FATAL_ERROR "this compiler miscompiles constant aggregates, and ${cure} does not cure "
                            "it: use another compiler, or set FARSTEP_ARCH to x86-64-v3")
    else()
        message(STATUS "Farstep: programs for '${FARSTEP_ARCH}' do not run on this machine, so "
                       "that the compiler cannot be tested; ${cure} is added as a precaution")
    endif()
    set(${result} ${cure} PARENT_SCOPE)
endfunction()

# Compiles and runs the test program: 0 right, 1 miscompiled, anything else: it did not run.
function(farstep_run_slp_check flags result)
    if(DEFINED ${result})
        return()
    endif()
    try_run(
        ${result} compiled "${CMAKE_CURRENT_BINARY_DIR}/slp_check"
        "${PROJECT_SOURCE_DIR}/cmake/check_slp_vectorizer.cpp" COMPILE_DEFINITIONS ${flags}
    )
endfunction()
