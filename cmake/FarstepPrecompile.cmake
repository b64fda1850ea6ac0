# SPDX-FileCopyrightText: 2026 The Farstep Authors
# SPDX-License-Identifier: BSD-3-Clause
# Precompiled headers: those of Kokkos and of other libraries take two seconds a source otherwise.
# With g++ for CPUs alone; sources include what they need and compile without.

# farstep_precompile(<target> <header>...): precompiles library headers for the target.
function(farstep_precompile target)
    farstep_can_precompile(possible)
    if(NOT possible)
        return()
    endif()
    # Kernels for x86 include all intrinsics.
    include(CheckIncludeFileCXX)
    check_include_file_cxx(immintrin.h FARSTEP_HAVE_IMMINTRIN_H)
    if(FARSTEP_HAVE_IMMINTRIN_H)
        list(APPEND ARGN immintrin.h)
    endif()
    list(TRANSFORM ARGN PREPEND "<" OUTPUT_VARIABLE headers)
    list(TRANSFORM headers APPEND ">")
    target_precompile_headers(${target} PRIVATE ${headers})
    farstep_use_precompiled(${target})
endfunction()

# farstep_share_precompiled(<target> <owner>): gives the target the headers of another that is
# compiled with the same flags.
function(farstep_share_precompiled target owner)
    farstep_can_precompile(possible)
    if(NOT possible)
        return()
    endif()
    target_precompile_headers(${target} REUSE_FROM ${owner})
    farstep_use_precompiled(${target})
endfunction()

function(farstep_can_precompile result)
    set(${result} FALSE PARENT_SCOPE)
    if(FARSTEP_PRECOMPILE_HEADERS AND NOT FARSTEP_DEVICE AND CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
        set(${result} TRUE PARENT_SCOPE)
    endif()
endfunction()

# ccache looks into sources that g++ has preprocessed, where it must find the precompiled header's
# name. In precompiled headers g++ 12 forgets which are a system's, and warns of std::string's
# operator+ (GCC bug 105651).
function(farstep_use_precompiled target)
    target_compile_options(${target} PRIVATE -Wno-stringop-overflow -Wno-array-bounds)
    if(CMAKE_CXX_COMPILER_LAUNCHER MATCHES "ccache")
        target_compile_options(${target} PRIVATE -fpch-preprocess)
    endif()
endfunction()
