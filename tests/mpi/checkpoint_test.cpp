// SPDX-FileCopyrightText: 2026 The Farstep Authors
// SPDX-License-Identifier: BSD-3-Clause
// What checkpoints rest on: unfinished files that can be taken up again whatever was torn in them,
// arrays that ranks save together, recipes compared by key, positions, numbers in a row, locks.

#include <cerrno>
#include <cmath>
#include <csignal>
#include <fstream>
#include <limits>
#include <numeric>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/file.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "checkpoint/checkpoint.hpp"
#include "checkpoint/journal.hpp"
#include "checkpoint/position.hpp"
#include "checkpoint/stage_lock.hpp"
#include "checkpoint/stop_request.hpp"
#include "parallel/agree.hpp"
#include "parallel/partition.hpp"
#include "scratch.hpp"

namespace {
bool disks_lock_files = true;
}

/// Stands before the system's, for the sake of disks that have no locks.
extern "C" int flock(int descriptor, int operation) {
    if (disks_lock_files) return int(::syscall(SYS_flock, descriptor, operation));
    errno = ENOLCK;
    return -1;
}

namespace farstep {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::ThrowsMessage;
using testing::Scratch;
using testing::world;

constexpr std::int64_t times = 4;
constexpr std::int64_t members = 23;

Range mine() { return partition(members, world().rank(), world().size()); }

void define(OutputFile& file) {
    const std::vector<double> time{0, 1, 2, 3};
    file.coordinate("time", time, {"s", "time", {}});
    file.dimension("member", members);
    file.variable("state", {"time", "member"}, NumberType::float64, {"m", "place", {}});
    file.attribute("/", "title", std::string("before"));
}

/// A file whose states are yet to be written.
void begin(OutputFile& file) {
    define(file);
    file.begin_parallel();
}

void write_time(OutputFile& file, std::int64_t time) {
    std::vector<double> values;
    for (std::int64_t i = mine().begin; i < mine().end; ++i) {
        values.push_back(double(100 * time + i));
    }
    file.write("state", Slab{{time, mine().begin}, {1, mine().size()}}, values.data());
}

std::vector<double> all_states() {
    std::vector<double> values;
    for (std::int64_t time = 0; time < times; ++time) {
        for (std::int64_t i = 0; i < members; ++i) values.push_back(double(100 * time + i));
    }
    return values;
}

/// What a skeleton leaves out.
std::vector<ByteRange> complement_of(const Skeleton& skeleton) {
    std::vector<ByteRange> gaps;
    std::int64_t at = 0;
    for (const ByteRange& range : skeleton.ranges) {
        if (range.begin > at) gaps.push_back({at, range.begin - at});
        at = range.begin + range.length;
    }
    if (skeleton.file_length > at) gaps.push_back({at, skeleton.file_length - at});
    return gaps;
}

/// What a run leaves that dies while it writes its last attributes, halfway through the times.
Skeleton leave_unfinished(const std::filesystem::path& name) {
    OutputFile file(world(), name, FileKind::forecast);
    begin(file);
    write_time(file, 0);
    write_time(file, 1);
    file.secure();
    const Skeleton skeleton = file.skeleton();
    file.end_parallel();
    file.attribute("/", "title", std::string("after, and much longer than it was before"));
    file.group("late");
    return skeleton;
}

void overwrite(const std::filesystem::path& file, std::int64_t at, const std::string& bytes) {
    std::fstream stream(file, std::ios::binary | std::ios::in | std::ios::out);
    stream.seekp(at);
    stream << bytes;
}

void tear(const std::filesystem::path& file, const Skeleton& skeleton) {
    for (const ByteRange& range : skeleton.ranges) {
        overwrite(file, range.begin, std::string(std::size_t(range.length), '?'));
    }
    overwrite(file, std::int64_t(std::filesystem::file_size(file)), "half an attribute");
}

TEST(Skeleton, TakesUpAFileWhoseStructureWasTorn) {
    const Scratch folder(world());
    const auto name = folder / "x.h5";
    const Skeleton skeleton = leave_unfinished(name);
    on_root(world(), [&] {
        EXPECT_TRUE(can_restore(PartFile::part_of(name), skeleton));
        tear(PartFile::part_of(name), skeleton);
        EXPECT_THROW(InputFile(PartFile::part_of(name)), EnvironmentError);
    });
    OutputFile file(world(), name, FileKind::forecast, &skeleton);
    begin(file);
    write_time(file, 2);
    write_time(file, 3);
    file.end_parallel();
    file.attribute("/", "title", std::string("done"));
    file.commit();
    on_root(world(), [&] {
        const InputFile whole(name, FileKind::forecast);
        EXPECT_EQ(whole.read("state"), all_states());
        EXPECT_EQ(whole.text("/", "title"), "done");
        EXPECT_EQ(whole.read("time"), (std::vector<double>{0, 1, 2, 3}));
        EXPECT_FALSE(whole.has("late"));
        EXPECT_TRUE(folder.holds_only("x.h5"));
    });
}

TEST(Skeleton, CannotRestoreAFileThatIsGoneOrShorter) {
    const Scratch folder(world());
    const auto name = folder / "x.h5";
    const Skeleton skeleton = leave_unfinished(name);
    on_root(world(), [&] {
        const auto part = PartFile::part_of(name);
        std::filesystem::resize_file(part, std::uintmax_t(skeleton.file_length - 1));
        EXPECT_FALSE(can_restore(part, skeleton));
        std::filesystem::remove(part);
        EXPECT_FALSE(can_restore(part, skeleton));
    });
}

TEST(Skeleton, IsNotBelievedOnItsRanges) {
    const std::vector<std::int8_t> bytes(6);
    EXPECT_TRUE(is_sound({100, {{0, 4}, {98, 2}}, bytes}));
    EXPECT_FALSE(is_sound({100, {{0, 4}, {98, 3}}, std::vector<std::int8_t>(7)})) << "behind the end";
    EXPECT_FALSE(is_sound({100, {{0, 4}, {98, 1}}, bytes})) << "fewer than the bytes";
    EXPECT_FALSE(is_sound({100, {{0, 10}, {50, -4}}, bytes})) << "negative";
    EXPECT_FALSE(is_sound({100, {{-2, 6}}, bytes})) << "before the beginning";
    EXPECT_FALSE(is_sound({100, {{50, 4}, {0, 2}}, bytes})) << "out of order";
    constexpr auto most = std::numeric_limits<std::int64_t>::max();
    EXPECT_FALSE(is_sound({100, {{50, most}}, bytes})) << "whose end is no number";
}

TEST(Skeleton, IsThatOfAFileWithoutDataWhateverDataCame) {
    const Scratch folder(world());
    OutputFile file(world(), folder / "x.h5", FileKind::forecast);
    begin(file);
    EXPECT_TRUE(file.skeleton().empty());
    file.secure();
    const Skeleton first = file.skeleton();
    for (std::int64_t time = 0; time < times; ++time) write_time(file, time);
    file.secure();
    on_root(world(), [&] {
        EXPECT_TRUE(is_sound(first));
        const Skeleton now = read_skeleton(PartFile::part_of(folder / "x.h5"),
                                           complement_of(first));
        EXPECT_EQ(now.bytes, first.bytes);
    });
}

TEST(UnfinishedFile, IsRemovedUnlessItWasSecured) {
    const Scratch folder(world());
    {
        OutputFile file(world(), folder / "x.h5", FileKind::forecast);
        begin(file);
        write_time(file, 0);
    }
    on_root(world(), [&] { EXPECT_TRUE(std::filesystem::is_empty(folder.path())); });
    leave_unfinished(folder / "x.h5");
    on_root(world(), [&] { EXPECT_TRUE(folder.holds_only("x.h5.part")); });
}

TEST(SavedState, HoldsWholesAndPartsOfAllRanks) {
    const Scratch folder(world());
    SavedState state;
    state.attribute("step", std::int64_t(17));
    state.whole("alike", std::vector<double>{1, 2, 3});
    state.whole("nothing", std::vector<std::int64_t>());
    std::vector<std::int64_t> numbers(std::size_t(mine().size()));
    std::iota(numbers.begin(), numbers.end(), mine().begin);
    state.part("number", {members}, Slab{{mine().begin}, {mine().size()}}, numbers);
    OutputFile file(world(), folder / "c.h5", FileKind::checkpoint);
    state.write(file);
    on_root(world(), [&] {
        const InputFile saved(folder / "c.h5", FileKind::checkpoint);
        EXPECT_EQ(saved.integer("/", "step"), 17);
        EXPECT_EQ(saved.read("alike"), (std::vector<double>{1, 2, 3}));
        EXPECT_FALSE(saved.has("nothing"));
        std::vector<std::int64_t> all(static_cast<std::size_t>(members));
        std::iota(all.begin(), all.end(), 0);
        EXPECT_EQ(saved.read<std::int64_t>("number"), all);
    });
}

TEST(SavedState, IsUnderItsChecksumHoweverLarge) {
    const Scratch folder(world());
    SavedState state;
    state.whole("large", std::vector<double>(std::size_t(4) << 20, 1.0));  // 32 MiB
    OutputFile file(world(), folder / "c.h5", FileKind::checkpoint);
    state.write(file);
    on_root(world(), [&] {
        EXPECT_EQ(check_seal(folder / "c.h5"), Seal::intact);
        overwrite(folder / "c.h5", 16 << 20, "x");
        EXPECT_EQ(check_seal(folder / "c.h5"), Seal::broken);
    });
}

TEST(Recipe, TellsChangesByKey) {
    const auto changes = recipe_changes("step: 0.5\nscheme: rk4\nmodel:\nstep: 0.5\nseed: 1\n",
                                        "step: 0.25\nscheme: rk4\nmodel:\nstep: 0.5\nseed: 2\n");
    ASSERT_EQ(changes.size(), 2u);
    EXPECT_EQ(changes[0].key, "model: seed");
    EXPECT_EQ(changes[1].key, "step");
    EXPECT_EQ(changes[1].before, "0.5");
    EXPECT_EQ(changes[1].now, "0.25");
    const auto added = recipe_changes("a: 1\n", "a: 1\nb: 2\n");
    ASSERT_EQ(added.size(), 1u);
    EXPECT_EQ(added[0].before, "not given");
}

TEST(Position, MustLieOnTheCourse) {
    const Scratch folder(world());
    on_root(world(), [&] {
        std::ofstream(folder / "deck.yaml")
            << "system: henon_heiles\nstep: 0.5\nensemble: {size: 192}\ngenerate: {until: 1}\n"
            << "output: " << (folder / "results").string() << "\n";
    });
    const farstep::Setup setup = read_setup(world(), folder / "deck.yaml", {});
    const Context context{world(), {.quiet = true}};
    Checkpoint(context, setup, "forecast.pilot", "").save([](SavedState& state) {
        save(state, Position{{64, 128}, 2, 10});
    });
    const Checkpoint checkpoint(context, setup, "forecast.pilot", "");
    ASSERT_NE(checkpoint.saved(), nullptr);
    const Position at = load_position(checkpoint, {128, 3, 10, true});
    EXPECT_EQ(at.chunk.begin, 64);
    EXPECT_EQ(at.chunk.end, 128);
    EXPECT_EQ(at.output, 2);
    EXPECT_EQ(at.steps, 10);
    for (const Course& other : {Course{128, 3, 10, false}, Course{127, 3, 10, true},
                                Course{128, 2, 10, true}, Course{128, 3, 9, true}}) {
        EXPECT_THROW(load_position(checkpoint, other), EnvironmentError);
    }
}

TEST(Numbers, ComeBackInTheirOrder) {
    NumberWriter writer;
    writer.add(0.1);
    writer.add(std::vector<double>{});
    writer.add(std::vector<double>{1, -2});
    writer.add(std::string("ridge: scale 0.1"));
    NumberReader reader(writer.take());
    EXPECT_EQ(reader.number(), 0.1);
    EXPECT_TRUE(reader.numbers().empty());
    EXPECT_EQ(reader.numbers(), (std::vector<double>{1, -2}));
    EXPECT_EQ(reader.text(), "ridge: scale 0.1");
    EXPECT_THROW(reader.number(), EnvironmentError);
    EXPECT_THROW(NumberReader({5, 1}).numbers(), EnvironmentError);
    EXPECT_THROW(NumberReader({-1, 1}).numbers(), EnvironmentError);
}

TEST(Numbers, AreThoseThatAreExpected) {
    EXPECT_EQ(NumberReader({2, 7, -8}).integers(2), (std::vector<std::int64_t>{7, -8}));
    EXPECT_THROW(NumberReader({2, 7, -8}).numbers(3), EnvironmentError);
    EXPECT_THROW(NumberReader({1, NAN}).integers(1), EnvironmentError);
    EXPECT_THROW(NumberReader({1, 1e300}).integers(1), EnvironmentError);
    EXPECT_THROW(NumberReader({1, 300}).text(), EnvironmentError);
}

TEST(StageLock, IsForOneAtATime) {
    const Scratch folder(world());
    on_root(world(), [&] {
        const auto file = folder / "new/train.lock";
        {
            const StageLock lock(file);
            EXPECT_EQ(lock.refusal(), "");
            EXPECT_THAT([&] { StageLock second(file); },
                        ThrowsMessage<EnvironmentError>(AllOf(
                            HasSubstr("new/train.lock is held by another run (process " +
                                      std::to_string(::getpid()) + " on "),
                            HasSubstr("wait for it"))));
            EXPECT_TRUE(std::filesystem::exists(file)) << "the second must leave the first's lock";
        }
        EXPECT_FALSE(std::filesystem::exists(file));
        const StageLock next(file);
    });
}

TEST(StageLock, IsNotKeptByAFileThatAKilledRunLeft) {
    const Scratch folder(world());
    on_root(world(), [&] {
        std::ofstream(folder / "train.lock") << "process 1 on a machine with a very long name";
        const StageLock lock(folder / "train.lock");
        EXPECT_THAT([&] { StageLock second(folder / "train.lock"); },
                    ThrowsMessage<EnvironmentError>(HasSubstr(std::to_string(::getpid()))));
    });
}

TEST(StageLock, SaysSoWhereDisksHaveNoLocks) {
    const Scratch folder(world());
    on_root(world(), [&] {
        disks_lock_files = false;
        const StageLock lock(folder / "train.lock");
        const StageLock second(folder / "train.lock");
        disks_lock_files = true;
        EXPECT_EQ(lock.refusal(), "No locks available");
        EXPECT_EQ(second.refusal(), "No locks available");
    });
}

TEST(StageLock, LeavesComplaintsAboutAFolderToOthers) {
    const Scratch folder(world());
    on_root(world(), [&] {
        std::ofstream(folder / "file") << "in the way";
        const StageLock lock(folder / "file/train.lock");
        EXPECT_EQ(lock.refusal(), "");
    });
}

TEST(StopRequest, IsNoted) {
    EXPECT_EQ(noted_stop_signal(), 0);
    note_stop_signals();
    ::raise(SIGUSR1);
    EXPECT_EQ(noted_stop_signal(), SIGUSR1);
    EXPECT_EQ(name_of_signal(SIGUSR1), "SIGUSR1");
}

}  // namespace
}  // namespace farstep
