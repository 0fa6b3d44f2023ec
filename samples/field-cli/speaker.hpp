#pragma once

#include <cstdio>
#include <doorstep/error.hpp>
#include <doorstep/report.hpp>
#include <nlohmann/json.hpp>
#include <string>

/// What a person, or with --json a program, reads of this command.
namespace field {

/// Keys keep the order they were written in, so that columns come as the query named them.
using Json = nlohmann::ordered_json;

enum class Language { both, zh, en };

/// What each exit code tells a script.
enum ExitCode { kDone = 0, kOther = 1, kUsage = 2, kUnreachable = 3, kRefused = 4 };

int exit_code(const doorstep::Error& error);

class Speaker {
 public:
  Speaker(Language language, bool json) : language_(language), json_(json) {}

  bool json() const { return json_; }

  /// A word of the pack's in a heading, and, shorter, within a table.
  std::string heading(const doorstep::Sentence& label) const;
  std::string word(const doorstep::Sentence& label) const;

  /// A sentence on standard output, zh line first.
  void say(const doorstep::Sentence& sentence) const;

  /// One line on standard output as it is, on its way before this returns.
  void line(const std::string& text) const;
  void line(const Json& value) const;

  /// What happened and what to do, on standard error; returns the exit code. `context` is a place such as a
  /// line of a batch, put before the sentences.
  int fail(const doorstep::Error& error, const doorstep::Sentence& context = {}) const;

 private:
  void write(std::FILE* to, const doorstep::Sentence& sentence) const;

  Language language_;
  bool json_;
};

Json to_json(const doorstep::Sentence& sentence);

/// `1 row`, `2 rows`; `1 row is`, `0 rows are`.
std::string counted(std::uint64_t count, const std::string& one, const std::string& several);
std::string counted(std::uint64_t count, const std::string& one);

}  // namespace field
