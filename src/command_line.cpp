// SPDX-FileCopyrightText: 2026 The Farstep Authors
// SPDX-License-Identifier: BSD-3-Clause
//
// The command line, on CLI11.
#include "command_line.hpp"

#include <CLI/CLI.hpp>

#include <functional>
#include <sstream>

#include <fmt/format.h>

#include "checkpoint/checkpoint.hpp"
#include "checkpoint/stop_request.hpp"
#include "commands/inform.hpp"
#include "commands/stages.hpp"
#include "deck/nearest.hpp"
#include "error.hpp"
#include "parallel/agree.hpp"
#include "parallel/kokkos_session.hpp"
#include "parallel/log.hpp"

namespace farstep {

namespace {

constexpr const char* description =
    "Integrates massive ensembles of ordinary differential equations in far steps: a classical\n"
    "scheme takes a coarse step, a small trained corrector mends it.";

constexpr const char* footer =
    "A first run:  farstep run inputs/quickstart.yaml\n"
    "\n"
    "Exit codes: 0 success; 1 wrong command line; 2 a mistake in the deck; 3 files, disk, memory,\n"
    "MPI or GPU; 4 more failed trajectories than the deck's failure_fraction allows; 5 stopped by\n"
    "SIGTERM, SIGINT, SIGUSR1, a file OUTPUT/stop or checkpoint.wall_limit: the same command goes on.";

/// What the arguments say.
struct Arguments {
    std::string deck, file, name;
    std::vector<std::string> overrides;
    std::string budget;  ///< of tune; empty: the deck's
    RestartOptions restart;
    int threads = 0;
    bool quiet = false;
};

using StageFunction = StageResult (*)(const Context&, const Setup&);

/// Runs one stage, and turns too many failed trajectories into an exit code.
int run_stage(const Context& context, const Setup& setup, StageFunction stage) {
    note_stop_signals();
    StageResult result;
    try {
        result = stage(context, setup);
    } catch (const Stopped& stopped) {
        if (context.comm.is_root()) fmt::print(stderr, "farstep: {}\n", stopped.what());
        return exit_stopped;
    }
    const double fraction = result.total > 0 ? double(result.failed) / double(result.total) : 0;
    if (fraction <= setup.options.failure_fraction) return exit_success;
    if (context.comm.is_root()) {
        fmt::print(stderr, "farstep: error: {} of {} trajectories failed, more than the deck's "
                           "failure_fraction {:g} allows; the files tell which\n",
                   result.failed, result.total, setup.options.failure_fraction);
    }
    return exit_trajectories;
}

class CommandLine {
public:
    explicit CommandLine(const Communicator& comm)
        : m_comm(comm), m_app(description, "farstep") {
        m_app.footer(footer);
        m_app.require_subcommand(1);
        m_app.set_version_flag("--version", [] { return version_text(); });
        m_app.add_option("--threads", m_arguments.threads,
                         "threads of each rank (default: OMP_NUM_THREADS, else cores per rank)")
            ->check(CLI::PositiveNumber);
        m_app.add_flag("--quiet", m_arguments.quiet, "no progress");
        m_app.fallthrough();
        add_stage("run", "all stages of the deck in order; finished ones are reused", run);
        add_stage("generate", "reference trajectories -> dataset.h5", generate);
        add_stage("train", "a corrector from the dataset -> model.h5", train);
        add_stage("forecast", "an ensemble forecast -> forecast.h5", forecast);
        add_stage("evaluate", "error, energy, cost, work and precision -> evaluation.h5", evaluate);
        add_stage("tune", "the cheapest step that meets an error -> tuned.yaml, tuning.h5", tune)
            ->add_option("--budget", m_arguments.budget,
                         "begin no new candidate after so many seconds; the same as "
                         "--set tune.budget=SECONDS")
            ->type_name("SECONDS")
            ->check(CLI::PositiveNumber);
        add_deck_command("check", "validate only; show the resolved deck and estimates",
                         [](const Context& context, const Setup& setup) {
                             check(context, setup);
                             return int(exit_success);
                         });
        add_informing_commands();
    }

    int run_with(int argc, char** argv) {
        // Kokkos must be up for --version and list, and costs milliseconds.
        const int threads = early_threads(argc, argv);
        const KokkosSession kokkos(m_comm, threads);
        try {
            m_app.parse(argc, argv);
        } catch (const CLI::ParseError& error) {
            return report(error);
        }
        return m_command();
    }

private:
    /// The value of --threads, which Kokkos needs before anything else happens. Mistakes are left
    /// for the parser to report.
    static int early_threads(int argc, char** argv) {
        CLI::App early;
        early.set_help_flag();
        early.allow_extras();
        int threads = 0;
        early.add_option("--threads", threads);
        try {
            early.parse(argc, argv);
        } catch (const CLI::ParseError&) {
            return 0;
        }
        return threads;
    }

    /// The first word, if it is no command: the parser would only say that one is missing.
    std::string unknown_command() const {
        const std::vector<std::string> left = m_app.remaining();
        if (left.empty() || left.front().starts_with('-') || !m_app.get_subcommands().empty()) {
            return "";
        }
        std::vector<std::string> names;
        for (const CLI::App* sub : m_app.get_subcommands([](const CLI::App*) { return true; })) {
            names.push_back(sub->get_name());
        }
        const std::string hint = did_you_mean(left.front(), names);
        return fmt::format("there is no command `{}`{}", left.front(),
                           hint.empty() ? "; farstep --help names them" : hint);
    }

    int report(const CLI::ParseError& error) const {
        if (const std::string unknown = unknown_command(); !unknown.empty()) {
            throw UsageError(unknown);
        }
        std::ostringstream out, complaints;
        const int code = m_app.exit(error, out, complaints);
        if (m_comm.is_root()) {
            fmt::print("{}", out.str());
            if (code != 0) fmt::print(stderr, "farstep: error: {}", complaints.str());
        }
        return code == 0 ? exit_success : exit_usage;
    }

    Context context() const {
        return {m_comm, {.quiet = m_arguments.quiet}, m_arguments.restart};
    }

    /// What --set says, and the options that stand for it.
    std::vector<std::string> overrides() const {
        std::vector<std::string> all = m_arguments.overrides;
        if (!m_arguments.budget.empty()) all.push_back("tune.budget=" + m_arguments.budget);
        return all;
    }

    CLI::App* add_deck_command(const std::string& name, const std::string& help,
                               std::function<int(const Context&, const Setup&)> command) {
        CLI::App* const sub = m_app.add_subcommand(name, help);
        sub->add_option("DECK", m_arguments.deck, "the input deck, a YAML file")->required();
        sub->add_option("--set", m_arguments.overrides,
                        "override a key of the deck: --set forecast.until=50; may be repeated");
        sub->callback([this, command] {
            m_command = [this, command] {
                const Setup setup = read_setup(m_comm, m_arguments.deck, overrides());
                return command(context(), setup);
            };
        });
        return sub;
    }

    CLI::App* add_stage(const std::string& name, const std::string& help, StageFunction stage) {
        const auto command = [stage, name](const Context& context, const Setup& setup) {
            if (name != "run" && !setup.deck.has(name)) {
                throw DeckError(fmt::format("{}: error: the deck has no section '{}'",
                                            setup.deck.name(), name));
            }
            return run_stage(context, setup, stage);
        };
        CLI::App* const sub = add_deck_command(name, help, command);
        sub->add_flag("--fresh", m_arguments.restart.fresh,
                      "begin anew, even if a stopped run has left a checkpoint");
        sub->add_option("--override", m_arguments.restart.overrides,
                        "go on from a checkpoint although this key of the deck has changed; may be "
                        "repeated")
            ->type_name("KEY");
        return sub;
    }

    void add_text_command(const std::string& name, const std::string& help,
                          std::string Arguments::*argument, const char* argument_name,
                          const char* argument_help, bool required,
                          std::function<std::string(const std::string&)> text) {
        CLI::App* const sub = m_app.add_subcommand(name, help);
        CLI::Option* const option =
            sub->add_option(argument_name, m_arguments.*argument, argument_help);
        if (required) option->required();
        sub->callback([this, argument, text] {
            m_command = [this, argument, text] {
                on_root(m_comm, [&] { say(m_comm, "{}", text(m_arguments.*argument)); });
                return int(exit_success);
            };
        });
    }

    void add_informing_commands() {
        add_text_command("list", "systems, schemes, correctors, activations", &Arguments::name,
                         "NAME", "a system to tell more about", false,
                         [](const std::string& name) {
                             return name.empty() ? list_text() : system_text(name);
                         });
        add_text_command("explain", "what a key of the deck means", &Arguments::name, "KEY",
                         "a key such as train.adam.batch; 'markdown' prints the whole reference",
                         false, [](const std::string& key) {
                             return key == "markdown" ? reference_markdown(vocabulary())
                                                      : explain(key, vocabulary());
                         });
        add_text_command("info", "what is in a file", &Arguments::file, "FILE",
                         "a dataset, model, forecast or evaluation", true,
                         [](const std::string& file) { return info_text(file); });
    }

    Communicator m_comm;
    CLI::App m_app;
    Arguments m_arguments;
    std::function<int()> m_command;
};

}  // namespace

int run_command_line(const Communicator& comm, int argc, char** argv) {
    return CommandLine(comm).run_with(argc, argv);
}

}  // namespace farstep
