// SPDX-FileCopyrightText: 2026 The Farstep Authors
// SPDX-License-Identifier: BSD-3-Clause
#include "checkpoint/checkpoint.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "checkpoint/stop_request.hpp"
#include "parallel/agree.hpp"
#include "parallel/log.hpp"

#include <farstep_version.hpp>

namespace farstep {
namespace {

/// Of what stages keep; a checkpoint of another format is of no use.
constexpr std::int64_t format = 2;

/// No run restarts as often.
constexpr std::int64_t most_restarts = std::int64_t(1) << 40;

/// Between looks at the disk for a stop file [s].
constexpr double look_every_s = 1;

/// What a rank, or all of them together, want at a safe point; signals are added to `signal`.
enum Wish : std::int64_t { go_on = 0, save = 1, signal = 1000, stop_file = 2000, wall_limit = 2001 };

std::filesystem::path stop_file_of(const Setup& setup) { return setup.options.output / "stop"; }

/// Rank 0's look, now and then.
bool sees_stop_file(const Setup& setup) {
    static Clock::time_point last_look;
    if (seconds_since(last_look) < look_every_s) return false;
    last_look = Clock::now();
    std::error_code error;
    return std::filesystem::exists(stop_file_of(setup), error);
}

/// What all ranks are to do. Collective.
std::int64_t agreed_wish(const Context& context, const Setup& setup, double since_save_s) {
    const CheckpointOptions& options = setup.options.checkpoint;
    std::int64_t wish = go_on;
    if (const int number = noted_stop_signal()) wish = signal + number;
    if (context.comm.is_root()) {
        const bool over = options.wall_limit > 0 &&
                          seconds_since(context.restart.start) >= options.wall_limit;
        if (options.every > 0 && since_save_s >= options.every) wish = std::max<std::int64_t>(wish, save);
        if (sees_stop_file(setup)) wish = stop_file;
        if (over) wish = wall_limit;
    }
    return context.comm.allreduce(wish, Reduce::max);
}

std::string describe_wish(std::int64_t wish, const Setup& setup) {
    if (wish == wall_limit) {
        return fmt::format("at checkpoint.wall_limit, {:g} s", setup.options.checkpoint.wall_limit);
    }
    if (wish == stop_file) return fmt::format("by the file {}", stop_file_of(setup).string());
    return "by " + name_of_signal(int(wish - signal));
}

/// A stop file is heeded once.
void forget_stop_file(const Communicator& comm, const Setup& setup) {
    if (!comm.is_root()) return;
    std::error_code ignored;
    std::filesystem::remove(stop_file_of(setup), ignored);
}

}  // namespace

std::filesystem::path Checkpoint::path_of(const Setup& setup, const std::string& name) {
    return setup.options.output / (name + ".checkpoint.h5");
}

bool Checkpoint::is_any_of(const Setup& setup, const std::string& stage) {
    std::error_code error;  // leaves no entries
    for (const auto& entry : std::filesystem::directory_iterator(setup.options.output, error)) {
        const std::string name = entry.path().filename().string();
        if (name.starts_with(stage + ".") && name.ends_with(".checkpoint.h5")) return true;
    }
    return false;
}

Checkpoint::Checkpoint(const Context& context, const Setup& setup, std::string name,
                       std::string recipe, std::filesystem::path unfinished)
    : m_context(context),
      m_comm(context.comm),
      m_setup(setup),
      m_name(std::move(name)),
      m_recipe(std::move(recipe)),
      m_path(path_of(setup, m_name)),
      m_unfinished(std::move(unfinished)),
      m_start(Clock::now()),
      m_last_save(m_start) {
    require_changeable(m_context.restart.overrides);
    if (m_name.find('.') == std::string::npos) lock();
    if (m_context.restart.fresh) {
        finish();
    } else {
        find_saved();
    }
}

void Checkpoint::lock() {
    on_root(m_comm, [&] {
        m_lock = std::make_unique<StageLock>(m_setup.options.output / (m_name + ".lock"));
        if (m_lock->refusal().empty()) return;
        say(m_comm, "  warning: {} has no file locks ({}): a second run would not be noticed",
            m_setup.options.output.string(), m_lock->refusal());
    });
}

void Checkpoint::find_saved() {
    std::int64_t exists = 0;
    on_root(m_comm, [&] { exists = std::filesystem::exists(m_path); });
    m_comm.broadcast(exists);
    if (exists == 0) return;
    together(m_comm, [&] {
        try {
            m_saved = std::make_unique<InputFile>(m_path, FileKind::checkpoint);
        } catch (const EnvironmentError& error) {
            throw EnvironmentError(fmt::format("{}; --fresh begins anew without it", error.what()));
        }
        if (m_saved->integer("/", "format") != format) {
            throw EnvironmentError(fmt::format(
                "{}: saved by farstep {}, whose checkpoints have another format; go on with that "
                "version, or begin anew with --fresh", m_path.string(),
                m_saved->text("/", "farstep_version")));
        }
        m_earlier = {integer("restarts", 0, most_restarts) + 1, m_saved->number("/", "seconds"),
                     m_saved->text("/", "overridden")};
        require_same_recipe();
        read_skeleton_of_saved();
    });
    std::int64_t usable = 1;
    on_root(m_comm, [&] { usable = is_usable(); });
    m_comm.broadcast(usable);
    if (usable != 0) {
        say(m_comm, "  goes on from {}, saved {}", m_path.string(), m_saved->text("/", "date"));
        return;
    }
    say(m_comm, "  warning: {} is gone, so {} is of no use; beginning anew",
        PartFile::part_of(m_unfinished).string(), m_path.string());
    m_skeleton = {};
    m_earlier = {};
    finish();
}

void Checkpoint::require_same_recipe() {
    const std::vector<std::string> changeable = changeable_keys(m_name);
    const std::vector<std::string>& allowed = m_context.restart.overrides;
    std::string text;
    for (const RecipeChange& change : recipe_changes(m_saved->text("/", "recipe"), m_recipe)) {
        const bool may_change = is_any_at_or_below(change.key, changeable);
        if (may_change && is_any_at_or_below(change.key, allowed)) {
            m_earlier.overridden +=
                fmt::format("{}: {} -> {}\n", change.key, change.before, change.now);
            continue;
        }
        text += fmt::format(
            "{}: error: {}: {} here, but {} when {} was saved{}\n",
            m_setup.deck.locate(change.key), change.key, change.now, change.before, m_path.string(),
            may_change
                ? fmt::format("; --override {} goes on with the new value", change.key)
                : "");
    }
    if (text.empty()) return;
    throw DeckError(text + "  go on with the deck as it was, or begin anew with --fresh");
}

void Checkpoint::read_skeleton_of_saved() {
    if (m_unfinished.empty()) return;
    m_skeleton.file_length = m_saved->integer("/", "skeleton_file_length");
    const auto begins = m_saved->read<std::int64_t>("skeleton_begin");
    const auto lengths = read<std::int64_t>("skeleton_length", begins.size());
    m_skeleton.bytes = m_saved->read<std::int8_t>("skeleton");
    for (std::size_t k = 0; k < begins.size(); ++k) {
        m_skeleton.ranges.push_back({begins[k], lengths[k]});
    }
    if (!is_sound(m_skeleton)) fail();
}

std::int64_t Checkpoint::integer(const std::string& name, std::int64_t least,
                                 std::int64_t most) const {
    const std::int64_t value = m_saved->integer("/", name);
    if (value < least || value > most) fail();
    return value;
}

void Checkpoint::fail() const {
    throw EnvironmentError(
        fmt::format("{}: does not hold what it should; --fresh begins anew", m_path.string()));
}

bool Checkpoint::is_usable() {
    return m_skeleton.empty() || can_restore(PartFile::part_of(m_unfinished), m_skeleton);
}

void Checkpoint::offer(const Describe& describe, OutputFile* file) {
    const std::int64_t wish = agreed_wish(m_context, m_setup, seconds_since(m_last_save));
    if (wish == go_on) return;
    if (wish == Wish::save) {
        save(describe, file);
        return;
    }
    forget_stop_file(m_comm, m_setup);
    write(describe, file);
    throw Stopped(fmt::format("stopped {}; {} holds the state, and the same command goes on",
                              describe_wish(wish, m_setup), m_path.string()));
}

void Checkpoint::save(const Describe& describe, OutputFile* file) {
    try {
        write(describe, file);
    } catch (const Error& error) {
        m_last_save = Clock::now();
        say(m_comm, "  warning: no checkpoint now, the one before stays: {}", error.what());
    }
}

void Checkpoint::write(const Describe& describe, OutputFile* file) {
    if (file) file->secure();
    SavedState state;
    describe_run(state);
    describe(state);
    if (file) describe_file(state, *file);
    OutputFile output(m_comm, m_path, FileKind::checkpoint);
    state.write(output);
    m_last_save = Clock::now();
}

void Checkpoint::describe_run(SavedState& state) const {
    state.attribute("format", format);
    state.attribute("farstep_version", std::string(build_info::version));
    state.attribute("git_commit", std::string(build_info::git_commit));
    state.attribute("stage", m_name);
    state.attribute("recipe", m_recipe);
    state.attribute("deck", m_setup.deck.provenance());
    state.attribute("date", utc_now());
    state.attribute("ranks", std::int64_t(m_comm.size()));
    state.attribute("restarts", m_earlier.count);
    state.attribute("seconds", m_earlier.seconds + seconds_since(m_start));
    state.attribute("overridden", m_earlier.overridden);
}

/// Rank 0 has the skeleton; the others need to know how long it is.
void Checkpoint::describe_file(SavedState& state, const OutputFile& file) const {
    const Skeleton& skeleton = file.skeleton();
    std::vector<std::int64_t> begins, lengths;
    for (const ByteRange& range : skeleton.ranges) {
        begins.push_back(range.begin);
        lengths.push_back(range.length);
    }
    m_comm.broadcast(begins);
    m_comm.broadcast(lengths);
    std::vector<std::int8_t> bytes = skeleton.bytes;
    std::int64_t count = std::int64_t(bytes.size()), length = skeleton.file_length;
    m_comm.broadcast(count);
    m_comm.broadcast(length);
    bytes.resize(std::size_t(count));
    state.attribute("skeleton_file_length", length);
    state.whole("skeleton_begin", std::move(begins));
    state.whole("skeleton_length", std::move(lengths));
    state.whole("skeleton", std::move(bytes));
}

void Checkpoint::finish() {
    m_saved.reset();
    on_root(m_comm, [&] {
        std::error_code ignored;
        std::filesystem::remove(m_path, ignored);
        std::filesystem::remove(PartFile::part_of(m_path), ignored);  // a crash may have left one
    });
}

void add_earlier_runs(Provenance& provenance, const EarlierRuns& earlier,
                      const std::string& stage) {
    provenance.restarts = earlier.count;
    provenance.overridden = earlier.overridden;
    provenance.timings_s[stage] += earlier.seconds;
}

void stop_if_asked(const Context& context, const Setup& setup) {
    const std::int64_t wish = agreed_wish(context, setup, 0);
    if (wish == go_on || wish == save) return;
    forget_stop_file(context.comm, setup);
    throw Stopped(fmt::format("stopped {} between two stages; the same command goes on",
                              describe_wish(wish, setup)));
}

}  // namespace farstep
