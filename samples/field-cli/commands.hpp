#pragma once

#include <doorstep/engine.hpp>
#include <string>
#include <vector>

#include "speaker.hpp"
#include "writing.hpp"

/// What each subcommand does. All return the process's exit code and speak for themselves.
namespace field {

struct Phone {
  doorstep::Engine& engine;
  const Speaker& speaker;
};

int join(const Phone& phone, const std::string& url);
int sync(const Phone& phone);
/// Deletes the phone; what waits is sealed into `sealed_file`.
int wipe(const Phone& phone, const std::string& sealed_file);

/// Syncs again and again until SIGINT or SIGTERM: every `every_s` seconds, at once when another process has
/// recorded something, and after failures when the engine says. Ends early on an error that no retry helps.
int watch(const Phone& phone, unsigned every_s);

int record(const Phone& phone, Change change);

/// Runs the changes of a file, or of standard input for "-", each line or begin ... commit as one change
/// group.
struct BatchOptions {
  std::string file = "-";
  bool quiet = false;
  bool keep_going = false;
};
int batch(const Phone& phone, const BatchOptions& options);

int query(const Phone& phone, const std::string& sql);
/// Asks a view of the pack; lists them when `name` is empty. `parameters` are written name=value.
int view(const Phone& phone, const std::string& name, const std::vector<std::string>& parameters, bool csv);
int catalogue(const Phone& phone);
/// Finds rows by what people type.
int find(const Phone& phone, const std::string& text, std::size_t limit);
/// Asks a form line by line; lists them when `name` is empty. `values` are those of the `answer` that is
/// recorded, written column=value; without any the answers are printed. `draft` is a file, or empty.
int form(const Phone& phone, const std::string& name, const std::vector<std::string>& values,
         const std::string& draft);
int status(const Phone& phone);

/// The key in a file of 64 hexadecimal digits.
doorstep::Result<std::string> read_key(const std::string& file);
int rekey(const Phone& phone, const std::string& new_key_file);
int conflicts(const Phone& phone);
int decide(const Phone& phone, const std::string& entry, const std::string& keep, const std::string& value);

/// What the office keeps or has returned, and what its holder does about the latter.
int held(const Phone& phone);
int retry(const Phone& phone, std::uint64_t group);
int dismiss(const Phone& phone, std::uint64_t group);
int why(const Phone& phone, const std::string& table, const std::string& row, const std::string& column);
/// Asks the office for a hidden value.
int reveal(const Phone& phone, const std::string& table, const std::string& row, const std::string& column,
           const std::string& reason);
int same(const Phone& phone, const std::string& table, const std::string& row, const std::string& other,
         const std::string& note);
int undo_same(const Phone& phone, const std::string& table, const std::string& row);
int folded(const Phone& phone, const std::string& table, const std::string& row);

}  // namespace field
