# SPDX-FileCopyrightText: 2026 The Farstep Authors
# SPDX-License-Identifier: BSD-3-Clause
# Compile flags of our own targets: farstep_warnings and farstep_optimization. Users of
# farstep::kernels inherit neither.
include(CheckCXXCompilerFlag)
include(CheckCXXSourceCompiles)

add_library(farstep_warnings INTERFACE)
if(FARSTEP_DEVICE STREQUAL "CUDA")
    # nvcc's generated host code trips the stricter ones.
    target_compile_options(farstep_warnings INTERFACE -Wall -Wextra)
else()
    target_compile_options(
        farstep_warnings INTERFACE -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wdouble-promotion
    )
endif()
# g++ 12 finds uninitialised strings in every std::optional of a struct, and overlapping copies in
# std::string's operator+ (GCC bug 105651).
target_compile_options(
    farstep_warnings
    INTERFACE "$<$<CXX_COMPILER_ID:GNU>:-Wno-maybe-uninitialized;-Wno-restrict>"
)
if(FARSTEP_WERROR)
    target_compile_options(farstep_warnings INTERFACE -Werror)
endif()

add_library(farstep_optimization INTERFACE)
set(optimize -O3 -ffp-contract=fast -fno-math-errno -fno-trapping-math)
# Kernels that fill the registers spill fewer of them: plain steps take 2 to 7 % less time.
check_cxx_compiler_flag(-flive-range-shrinkage FARSTEP_SHRINKS_LIVE_RANGES)
if(FARSTEP_SHRINKS_LIVE_RANGES)
    list(APPEND optimize -flive-range-shrinkage)
endif()
if(FARSTEP_ARCH AND NOT FARSTEP_DEVICE)
    check_cxx_compiler_flag(-march=${FARSTEP_ARCH} FARSTEP_ARCH_IS_KNOWN_${FARSTEP_ARCH})
    if(NOT FARSTEP_ARCH_IS_KNOWN_${FARSTEP_ARCH})
        message(FATAL_ERROR "the compiler does not know -march=${FARSTEP_ARCH}: set FARSTEP_ARCH to "
                            "another architecture, or to nothing")
    endif()
    list(APPEND optimize -march=${FARSTEP_ARCH})
    # Compilers prefer 256-bit vectors where they could use 512 bits: half the speed.
    set(CMAKE_REQUIRED_FLAGS "-march=${FARSTEP_ARCH} -mprefer-vector-width=512")
    check_cxx_source_compiles(
        "#ifndef __AVX512F__\n#error no AVX-512\n#endif\nint main() { return 0; }"
        FARSTEP_WIDE_VECTORS_${FARSTEP_ARCH}
    )
    unset(CMAKE_REQUIRED_FLAGS)
    if(FARSTEP_WIDE_VECTORS_${FARSTEP_ARCH})
        list(APPEND optimize -mprefer-vector-width=512)
    endif()
endif()

include(CheckSlpVectorizer)
farstep_check_slp_vectorizer("${optimize}" cure)
list(APPEND optimize ${cure})

target_compile_options(
    farstep_optimization INTERFACE "$<$<CONFIG:Release,RelWithDebInfo,MinSizeRel>:${optimize}>"
)
string(JOIN " " FARSTEP_OPTIMIZATION_FLAGS ${optimize})
unset(optimize)
unset(cure)

# farstep_compile_without_device(<source>...): compiles sources that use no Kokkos as plain C++ in HIP
# builds. The clang of ROCm 5 crashes on a std::map of a move-only type in C++20 where it reads HIP.
function(farstep_compile_without_device)
    if(FARSTEP_DEVICE STREQUAL "HIP")
        set_source_files_properties(${ARGN} PROPERTIES COMPILE_OPTIONS "-x;c++")
    endif()
endfunction()

# Programs of a build with sanitizers know which reports to leave out.
if(FARSTEP_SANITIZED)
    add_library(farstep_sanitized OBJECT "${PROJECT_SOURCE_DIR}/cmake/sanitized.cpp")
    target_sources(farstep_optimization INTERFACE $<TARGET_OBJECTS:farstep_sanitized>)
endif()

# For fuzzing everything is instrumented but the kernels' instances: the time they take to compile, and
# to run, would buy nothing, as no input reaches them but as numbers.
if(FARSTEP_LIBFUZZER)
    if(NOT CMAKE_CXX_COMPILER_ID MATCHES "Clang")
        message(FATAL_ERROR "FARSTEP_LIBFUZZER needs clang: use the preset 'fuzz'")
    endif()
    set(farstep_sanitizers address,undefined,float-cast-overflow)
    target_compile_options(
        farstep_optimization INTERFACE -O1 -fno-omit-frame-pointer -fno-sanitize-recover=all
                                       -fsanitize=fuzzer-no-link,${farstep_sanitizers}
    )
    target_link_options(farstep_optimization INTERFACE -fsanitize=${farstep_sanitizers})
endif()
