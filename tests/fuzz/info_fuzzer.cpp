// SPDX-FileCopyrightText: 2026 The Farstep Authors
// SPDX-License-Identifier: BSD-3-Clause
// Any file as `farstep info` shows it, and as a run looks whether it is up to date: edited, then
// every variable and attribute read.

#include "commands/inform.hpp"
#include "error.hpp"
#include "made_files.hpp"

namespace farstep::fuzz {
namespace {

void may_refuse(const std::function<void()>& f) {
    try {
        f();
    } catch (const EnvironmentError&) {
    }
}

void show(const Setup&, const std::filesystem::path& file) {
    stored_recipe(file, FileKind::model);
    info_text(file);
    const InputFile input(file);
    read_provenance(input);
    for (const std::string& name : input.variables()) {
        may_refuse([&] { input.read_texts(name); });
        may_refuse([&] { input.read(name); });
    }
}

const std::vector<MadeFile>& files() {
    static const std::vector<MadeFile> all = [] {
        std::vector<MadeFile> files = made_models();
        files.push_back(made_datasets().back());
        files.push_back(foreign_files().front());
        return files;
    }();
    return all;
}

}  // namespace
}  // namespace farstep::fuzz

extern "C" int LLVMFuzzerInitialize(int*, char***) {
    farstep::fuzz::start();
    farstep::fuzz::files();
    return 0;
}

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    return farstep::fuzz::fuzz_file(farstep::fuzz::files(), {data, size}, farstep::fuzz::show);
}
