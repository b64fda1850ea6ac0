// SPDX-FileCopyrightText: 2026 The Farstep Authors
// SPDX-License-Identifier: BSD-3-Clause
//
// The routines of BLAS and LAPACK that small host matrices need; matrices are column-major.
#pragma once

extern "C" {
/// C = alpha op(A) op(B) + beta C.
void dgemm_(const char* transpose_a, const char* transpose_b, const int* m, const int* n,
            const int* k, const double* alpha, const double* a, const int* lda, const double* b,
            const int* ldb, const double* beta, double* c, const int* ldc);
/// C = alpha op(A) op(A)ᵀ + beta C, one triangle.
void dsyrk_(const char* triangle, const char* transpose, const int* n, const int* k,
            const double* alpha, const double* a, const int* lda, const double* beta, double* c,
            const int* ldc);
/// Solves A X = B for A symmetric positive definite.
void dposv_(const char* triangle, const int* n, const int* right_sides, double* a, const int* lda,
            double* b, const int* ldb, int* info);

/// OpenBLAS's own threads; absent from other libraries.
[[gnu::weak]] int openblas_get_num_threads();
[[gnu::weak]] void openblas_set_num_threads(int threads);
}

namespace farstep {

/// While it lives, BLAS may be called by many threads at once, each call running on its own thread.
/// OpenBLAS on POSIX threads has to be told; other libraries see the parallel region by themselves.
class OneThreadPerBlasCall {
public:
    OneThreadPerBlasCall() {
        if (openblas_get_num_threads) m_threads = openblas_get_num_threads();
        set(1);
    }
    ~OneThreadPerBlasCall() { set(m_threads); }
    OneThreadPerBlasCall(const OneThreadPerBlasCall&) = delete;
    OneThreadPerBlasCall& operator=(const OneThreadPerBlasCall&) = delete;

private:
    static void set(int threads) {
        if (openblas_set_num_threads) openblas_set_num_threads(threads);
    }
    int m_threads = 1;
};

}  // namespace farstep
