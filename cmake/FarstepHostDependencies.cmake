# SPDX-FileCopyrightText: 2026 The Farstep Authors
# SPDX-License-Identifier: BSD-3-Clause
# Finds what the host library needs beside the kernels' own dependencies: MPI, parallel HDF5, BLAS
# and LAPACK, Kokkos Kernels, yaml-cpp, CLI11, fmt; and GoogleTest for tests.

find_package(Threads REQUIRED)
find_package(MPI COMPONENTS C CXX)
if(NOT MPI_FOUND)
    farstep_missing("MPI (C and C++)" PACKAGE libopenmpi-dev VARIABLE MPI_HOME)
endif()

set(HDF5_PREFER_PARALLEL ON)
find_package(HDF5 COMPONENTS C HL)
if(NOT HDF5_FOUND)
    farstep_missing("parallel HDF5 (C and HL)" PACKAGE libhdf5-openmpi-dev VARIABLE HDF5_ROOT)
endif()
if(NOT HDF5_IS_PARALLEL)
    farstep_missing("HDF5 ${HDF5_VERSION} is there, but is not parallel: a parallel HDF5"
                    PACKAGE libhdf5-openmpi-dev VARIABLE HDF5_ROOT)
endif()
add_library(farstep_hdf5 INTERFACE)
add_library(farstep::hdf5 ALIAS farstep_hdf5)
target_link_libraries(farstep_hdf5 INTERFACE hdf5::hdf5_hl HDF5::HDF5 MPI::MPI_C)

# farstep::kokkoskernels hides that the target's name and the variables differ between 3.4 and 4.x,
# and that Kokkos Kernels may be switched off: FARSTEP_HAVE_KOKKOS_KERNELS says which. It comes
# before BLAS and LAPACK, as their variables mislead a fetched Kokkos Kernels.
add_library(farstep_kokkoskernels INTERFACE)
add_library(farstep::kokkoskernels ALIAS farstep_kokkoskernels)
if(FARSTEP_USE_KOKKOS_KERNELS)
    if(NOT TARGET Kokkos::kokkoskernels)
        find_package(KokkosKernels CONFIG QUIET)
    endif()
    if(NOT TARGET Kokkos::kokkoskernels)
        set(KokkosKernels_ADD_DEFAULT_ETI OFF CACHE BOOL "No default instantiations: minutes saved")
        if(NOT FARSTEP_DEVICE)
            set(KokkosKernels_ENABLE_TPL_BLAS ON CACHE BOOL "Host BLAS behind Kokkos Kernels")
            set(F77_BLAS_MANGLE "(name,NAME) name ## _") # saves it the search for a Fortran compiler
        endif()
        farstep_fetch(
            kokkoskernels "Kokkos Kernels" PACKAGE "from the source package trilinos"
            VARIABLE KokkosKernels_ROOT
            URL https://github.com/kokkos/kokkos-kernels.git
            COMMIT 38ed37e82fc1d071078c7825c3be327be519ee52 # 4.6.01
        )
    endif()
    if(TARGET Kokkos::kokkoskernels)
        target_link_libraries(farstep_kokkoskernels INTERFACE Kokkos::kokkoskernels)
    else()
        target_link_libraries(farstep_kokkoskernels INTERFACE Kokkos::all_libs)
    endif()
    target_compile_definitions(farstep_kokkoskernels INTERFACE FARSTEP_HAVE_KOKKOS_KERNELS)
endif()

# OpenBLAS where there is one: the reference BLAS is slow.
if(NOT BLA_VENDOR)
    set(BLA_VENDOR OpenBLAS)
    find_package(LAPACK QUIET)
    unset(BLA_VENDOR)
endif()
if(NOT LAPACK_FOUND)
    find_package(LAPACK QUIET)
endif()
if(NOT LAPACK_FOUND)
    farstep_missing("BLAS and LAPACK" PACKAGE libopenblas-dev VARIABLE CMAKE_PREFIX_PATH)
endif()
target_link_libraries(farstep_kokkoskernels INTERFACE LAPACK::LAPACK BLAS::BLAS)

set(CMAKE_POLICY_DEFAULT_CMP0077 NEW) # options of fetched projects follow our variables
set(farstep_policy_minimum "${CMAKE_POLICY_VERSION_MINIMUM}")
set(CMAKE_POLICY_VERSION_MINIMUM 3.5) # older sources than CMake 4 accepts as they are
find_package(yaml-cpp CONFIG QUIET)
if(NOT yaml-cpp_FOUND)
    set(YAML_CPP_BUILD_TOOLS OFF)
    set(YAML_CPP_BUILD_TESTS OFF)
    farstep_fetch(
        yaml-cpp "yaml-cpp" PACKAGE libyaml-cpp-dev VARIABLE yaml-cpp_ROOT
        URL https://github.com/jbeder/yaml-cpp.git
        COMMIT f7320141120f720aecc4c32be25586e7da9eb978 # 0.8.0
    )
endif()
set(CMAKE_POLICY_VERSION_MINIMUM "${farstep_policy_minimum}")
if(NOT TARGET yaml-cpp::yaml-cpp)
    add_library(yaml-cpp::yaml-cpp INTERFACE IMPORTED)
    target_link_libraries(yaml-cpp::yaml-cpp INTERFACE yaml-cpp)
    if(YAML_CPP_INCLUDE_DIR)
        target_include_directories(yaml-cpp::yaml-cpp INTERFACE "${YAML_CPP_INCLUDE_DIR}")
    endif()
endif()

find_package(CLI11 CONFIG QUIET)
if(NOT TARGET CLI11::CLI11)
    farstep_fetch(
        cli11 "CLI11" PACKAGE libcli11-dev VARIABLE CLI11_ROOT
        URL https://github.com/CLIUtils/CLI11.git
        COMMIT 6c7b07a878ad834957b98d0f9ce1dbe0cb204fc9 # 2.4.2
    )
endif()

find_package(fmt CONFIG QUIET)
if(NOT TARGET fmt::fmt)
    farstep_fetch(
        fmt "fmt" PACKAGE libfmt-dev VARIABLE fmt_ROOT
        URL https://github.com/fmtlib/fmt.git
        COMMIT e69e5f977d458f2650bb346dadf2ad30c5320281 # 10.2.1
    )
endif()
if(FARSTEP_DEVICE STREQUAL "CUDA")
    # fmt takes nvcc for an older compiler than it is, and nvcc cannot check format strings.
    get_target_property(farstep_fmt_target fmt::fmt ALIASED_TARGET)
    if(NOT farstep_fmt_target)
        set(farstep_fmt_target fmt::fmt)
    endif()
    target_compile_definitions(${farstep_fmt_target} INTERFACE FMT_CONSTEVAL= FMT_USE_CONSTEXPR=1)
endif()

if(FARSTEP_BUILD_TESTS)
    find_package(GTest QUIET)
    if(NOT TARGET GTest::gmock)
        set(INSTALL_GTEST OFF)
        farstep_fetch(
            googletest "GoogleTest" PACKAGE "libgtest-dev and libgmock-dev" VARIABLE GTest_ROOT
            URL https://github.com/google/googletest.git
            COMMIT f8d7d77c06936315286eb55f8de22cd23c188571 # 1.14.0
        )
    endif()
endif()
