#pragma once

#include <sys/types.h>

#include <string>
#include <vector>

namespace doorstep::bench {

/// A process of ours, spoken to by lines. Killed and reaped when destroyed.
class Child {
 public:
  /// `arguments[0]` is the program. Its standard error is appended to the log file. Throws when it cannot be
  /// started.
  Child(const std::vector<std::string>& arguments, const std::string& log);
  Child(Child&& other) noexcept;
  Child& operator=(Child&&) = delete;
  ~Child();

  pid_t id() const { return id_; }
  void write_line(const std::string& line);
  /// The next line of its output; throws when it ends before one.
  std::string read_line();
  /// Sends SIGTERM and waits, as `wait`.
  int stop();
  /// Its exit code; what it still says is thrown away.
  int wait();

 private:
  void close_pipes();

  pid_t id_ = -1;
  int to_child_ = -1;
  int from_child_ = -1;
  std::string buffer_;
};

/// Runs a program to its end and returns its output. Throws when it fails; the log says why.
std::string run_program(const std::vector<std::string>& arguments, const std::string& log);

}  // namespace doorstep::bench
