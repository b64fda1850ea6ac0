// SPDX-FileCopyrightText: 2026 The Farstep Authors
// SPDX-License-Identifier: BSD-3-Clause
// Exits 1 if the compiler's SLP vectoriser fills constant aggregates wrongly, as g++ 12.2 does with
// AVX-512: {3.5, 3.5, 0, 0} then reads {3.5, 3.5, 3.5, 3.5} in memory.
#include <cstring>
#include <initializer_list>
#include <new>

template <class T>
struct HeapCopy {
    T* data;

    HeapCopy(std::initializer_list<T> list)
        : data(static_cast<T*>(::operator new(sizeof(T) * list.size()))) {
        std::memcpy(data, list.begin(), sizeof(T) * list.size());
    }
    HeapCopy(const HeapCopy&) = delete;
    HeapCopy& operator=(const HeapCopy&) = delete;
    ~HeapCopy() { ::operator delete(data); }
};

// Not inlined, as the compiler would otherwise see through the memory and compare constants.
template <class T>
__attribute__((noinline)) bool holds(const HeapCopy<T>& copy, const T (&expected)[4]) {
    for (int i = 0; i < 4; ++i) {
        if (copy.data[i] != expected[i]) return false;
    }
    return true;
}

template <class T>
bool aggregates_survive() {
    const HeapCopy<T> front{T(3.5), T(3.5), T(0), T(0)};
    const HeapCopy<T> back{T(0), T(0), T(3.5), T(3.5)};
    const volatile T value = T(3.5);
    const T expected_front[4] = {value, value, T(0), T(0)};
    const T expected_back[4] = {T(0), T(0), value, value};
    return holds(front, expected_front) && holds(back, expected_back);
}

int main() { return aggregates_survive<double>() && aggregates_survive<float>() ? 0 : 1; }
