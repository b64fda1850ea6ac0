// SPDX-FileCopyrightText: 2026 The Farstep Authors
// SPDX-License-Identifier: BSD-3-Clause
// A stage's state on disk, from which the same command goes on after a stop or a crash as if there
// had been none. OUTPUT/NAME.checkpoint.h5 is written beside the one before and then takes its
// place, so that there is a whole one at any moment.

#pragma once

#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "checkpoint/saved_state.hpp"
#include "checkpoint/stage_lock.hpp"
#include "clock.hpp"
#include "error.hpp"
#include "io/input_file.hpp"
#include "setup.hpp"

namespace farstep {

/// A run that was asked to stop has stopped, in good order.
class Stopped : public Error {
public:
    using Error::Error;
    int exit_code() const noexcept override { return exit_stopped; }
};

/// What a run that goes on did before.
struct EarlierRuns {
    std::int64_t count = 0;
    double seconds = 0;
    std::string overridden;  ///< changes of the deck that were allowed, one line each
};

class Checkpoint {
public:
    /// Collects a stage's state.
    using Describe = std::function<void(SavedState&)>;

    /// Looks for a checkpoint of an earlier run. `name` is the stage, whose lock is held for as
    /// long as this object lives, or STAGE.PART; `recipe` is what must not have changed;
    /// `unfinished`, the file that the stage has in the making, if it has one. Throws DeckError if
    /// the checkpoint is of another deck, EnvironmentError if it is damaged or another run makes
    /// this stage. Collective.
    Checkpoint(const Context& context, const Setup& setup, std::string name, std::string recipe,
               std::filesystem::path unfinished = {});

    /// The state to go on from; null to begin at the beginning.
    const InputFile* saved() const { return m_saved.get(); }
    /// Of the unfinished file; null if it is to be begun.
    const Skeleton* skeleton() const { return m_skeleton.empty() ? nullptr : &m_skeleton; }
    const EarlierRuns& earlier() const { return m_earlier; }

    /// A whole array of the saved state; empty if it had no elements.
    template <Number T>
    std::vector<T> read(const std::string& array) const {
        return m_saved->has(array) ? m_saved->read<T>(array) : std::vector<T>();
    }
    template <Number T>
    std::vector<T> read(const std::string& array, const Slab& slab) const {
        return element_count(slab.count) > 0 ? m_saved->read<T>(array, slab) : std::vector<T>();
    }
    /// The same of a known number of elements.
    template <Number T>
    std::vector<T> read(const std::string& array, std::size_t count) const {
        std::vector<T> values = read<T>(array);
        if (values.size() != count) fail();
        return values;
    }
    /// A number of the saved state; throws EnvironmentError unless least ≤ it ≤ most.
    std::int64_t integer(const std::string& name, std::int64_t least, std::int64_t most) const;
    /// Throws EnvironmentError: the saved state is not one that the stage has saved.
    [[noreturn]] void fail() const;
    /// Lets go of the saved state, which has been read. The file stays until a newer one replaces
    /// it.
    void loaded() { m_saved.reset(); }

    /// A safe point: saves the state if it is time, or if the run is asked to stop; then throws
    /// Stopped. `file` is the unfinished one. What cannot be saved on the way is told, and the run
    /// goes on. Collective, but for the work of `describe`.
    void offer(const Describe& describe, OutputFile* file = nullptr);

    /// Saves the state now. What cannot be saved is told, and the run goes on. Collective.
    void save(const Describe& describe, OutputFile* file = nullptr);

    const Communicator& comm() const { return m_comm; }

    /// The stage's file is done: removes the checkpoint. Collective.
    void finish();

    static std::filesystem::path path_of(const Setup& setup, const std::string& name);
    /// Whether a run of a stage that was stopped has left a state, were it of one of its parts.
    static bool is_any_of(const Setup& setup, const std::string& stage);

private:
    void lock();
    void find_saved();
    void require_same_recipe();
    bool is_usable();
    void read_skeleton_of_saved();
    void write(const Describe& describe, OutputFile* file);
    void describe_run(SavedState& state) const;
    void describe_file(SavedState& state, const OutputFile& file) const;

    const Context& m_context;
    Communicator m_comm;
    const Setup& m_setup;
    std::string m_name, m_recipe;
    std::filesystem::path m_path, m_unfinished;
    std::unique_ptr<StageLock> m_lock;  // rank 0, of a whole stage
    std::unique_ptr<InputFile> m_saved;
    Skeleton m_skeleton;
    EarlierRuns m_earlier;
    Clock::time_point m_start, m_last_save;
};

/// Adds what earlier runs of a stage did to its file's provenance.
void add_earlier_runs(Provenance& provenance, const EarlierRuns& earlier, const std::string& stage);

/// Stops here if the run is asked to, between stages: there is nothing to save. Collective.
void stop_if_asked(const Context& context, const Setup& setup);

/// What differs between two recipes, by key; "model: KEY" for those of a file that is read.
struct RecipeChange {
    std::string key, before, now;
};
std::vector<RecipeChange> recipe_changes(const std::string& before, const std::string& now);

/// Keys that may change in a run of a stage that goes on, with those below them; of all stages for
/// an empty name.
std::vector<std::string> changeable_keys(const std::string& stage);

/// Whether a key is one of some, or below one: "limits.qx" is, of "limits".
bool is_any_at_or_below(const std::string& key, const std::vector<std::string>& sections);

/// Throws UsageError if a key that the user overrides may change in no stage.
void require_changeable(const std::vector<std::string>& overrides);

}  // namespace farstep
