// SPDX-FileCopyrightText: 2026 The Farstep Authors
// SPDX-License-Identifier: BSD-3-Clause
// The checkpoint of a stage that is a sequence of results: finished ones are saved in their order,
// and given again in that order when the stage is run again after a stop. The one under way may
// save a state of its own.

#pragma once

#include <deque>
#include <span>

#include "checkpoint/checkpoint.hpp"

namespace farstep {

using Numbers = std::vector<double>;

/// A number that was an integer. Throws EnvironmentError if it is none that a double can hold.
std::int64_t integer_of(double number);
/// Throws EnvironmentError: numbers of a checkpoint are not those that were saved.
[[noreturn]] void refuse_numbers();

/// Numbers of several things in a row, each behind its length.
class NumberWriter {
public:
    void add(double number) { m_numbers.push_back(number); }
    void add(const std::vector<double>& numbers) {
        add(double(numbers.size()));
        m_numbers.insert(m_numbers.end(), numbers.begin(), numbers.end());
    }
    void add(const std::string& text) { add(std::vector<double>(text.begin(), text.end())); }
    Numbers take() { return std::move(m_numbers); }

private:
    Numbers m_numbers;
};

/// The same, in the same order. Throws EnvironmentError if there are fewer, or not such ones.
class NumberReader {
public:
    explicit NumberReader(Numbers numbers) : m_numbers(std::move(numbers)) {}

    double number() { return take(1).front(); }
    std::int64_t integer() { return integer_of(number()); }
    std::vector<double> numbers() {
        const std::span<const double> taken = take(number());
        return {taken.begin(), taken.end()};
    }
    /// So many of them.
    std::vector<double> numbers(std::size_t count);
    std::vector<std::int64_t> integers(std::size_t count);
    std::string text();

private:
    std::span<const double> take(double count);

    Numbers m_numbers;
    std::size_t m_at = 0;
};

/// Everything a journal holds is alike on all ranks. The calls of a stage come in an order that
/// follows from the results of earlier ones.
class Journal {
public:
    using Numbers = farstep::Numbers;

    /// Takes what the checkpoint holds, and shares it. Collective.
    explicit Journal(Checkpoint& checkpoint);

    /// What `measure` returned in the run that goes on here, or else returns now. Behind each new
    /// result is a safe point. Collective.
    template <class F>
    Numbers result(F&& measure) {
        if (m_next < m_results.size()) return m_results[m_next++];
        add(std::forward<F>(measure)());
        return m_results.back();
    }
    template <class F>
    double number(F&& measure) {
        return NumberReader(result([&] { return Numbers{measure()}; })).number();
    }

    /// The state of the result under way that was saved last, once; empty if there is none.
    Numbers take_state() { return std::exchange(m_state, {}); }
    /// A safe point within the result under way. Collective.
    void offer(const std::function<Numbers()>& state);

    /// Saves what is new: before something long that has a checkpoint of its own, and where nobody
    /// else keeps the results. Collective.
    void save();

private:
    void add(Numbers result);
    void describe(SavedState& state, const Numbers& under_way) const;

    Checkpoint& m_checkpoint;
    std::deque<Numbers> m_results;
    Numbers m_state;
    std::size_t m_next = 0;
    bool m_is_new = false;  ///< there is something that was not saved
};

/// A number that is measured, by way of the journal if the context has one.
template <class F>
double kept_number(const Context& context, F&& measure) {
    return context.journal ? context.journal->number(std::forward<F>(measure))
                           : std::forward<F>(measure)();
}

/// What compute() returns, by way of a journal if there is one: write(writer, value) puts it there,
/// and read(reader) takes it out again. Collective.
template <class Write, class Read, class Compute>
auto kept(Journal* journal, const Write& write, const Read& read, const Compute& compute) {
    if (!journal) return compute();
    NumberReader reader(journal->result([&] {
        NumberWriter writer;
        write(writer, compute());
        return writer.take();
    }));
    return read(reader);
}

}  // namespace farstep
