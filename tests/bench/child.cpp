#include "bench/child.hpp"

#include <fcntl.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <stdexcept>
#include <utility>

namespace doorstep::bench {
namespace {

struct Pipe {
  Pipe() {
    if (pipe2(ends, O_CLOEXEC) != 0) throw std::runtime_error("no pipe");
  }
  int ends[2];
};

}  // namespace

Child::Child(const std::vector<std::string>& arguments, const std::string& log) {
  signal(SIGPIPE, SIG_IGN);  // A write to a child that died is an error, not our end.
  const Pipe in, out;
  std::vector<char*> argv;
  for (const std::string& argument : arguments) argv.push_back(const_cast<char*>(argument.c_str()));
  argv.push_back(nullptr);
  const int errors = open(log.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0644);
  id_ = fork();
  if (id_ < 0) throw std::runtime_error("no process");
  if (id_ == 0) {
    dup2(in.ends[0], STDIN_FILENO);
    dup2(out.ends[1], STDOUT_FILENO);
    if (errors >= 0) dup2(errors, STDERR_FILENO);
    execv(argv[0], argv.data());
    _exit(127);
  }
  close(in.ends[0]);
  close(out.ends[1]);
  if (errors >= 0) close(errors);
  to_child_ = in.ends[1];
  from_child_ = out.ends[0];
}

Child::Child(Child&& other) noexcept
    : id_(std::exchange(other.id_, -1)),
      to_child_(std::exchange(other.to_child_, -1)),
      from_child_(std::exchange(other.from_child_, -1)),
      buffer_(std::move(other.buffer_)) {}

Child::~Child() {
  close_pipes();
  if (id_ < 0) return;
  kill(id_, SIGKILL);
  waitpid(id_, nullptr, 0);
}

void Child::close_pipes() {
  if (to_child_ >= 0) close(std::exchange(to_child_, -1));
  if (from_child_ >= 0) close(std::exchange(from_child_, -1));
}

void Child::write_line(const std::string& line) {
  const std::string text = line + '\n';
  if (write(to_child_, text.data(), text.size()) != static_cast<ssize_t>(text.size()))
    throw std::runtime_error("a child process has gone");
}

std::string Child::read_line() {
  for (;;) {
    const std::size_t end = buffer_.find('\n');
    if (end != std::string::npos) {
      std::string line = buffer_.substr(0, end);
      buffer_.erase(0, end + 1);
      return line;
    }
    char bytes[4096];
    const ssize_t size = read(from_child_, bytes, sizeof bytes);
    if (size <= 0)
      throw std::runtime_error("a child process ended early" + (buffer_.empty() ? "" : ": " + buffer_));
    buffer_.append(bytes, static_cast<std::size_t>(size));
  }
}

int Child::stop() {
  if (id_ >= 0) kill(id_, SIGTERM);
  return wait();
}

int Child::wait() {
  if (id_ < 0) return 0;
  if (to_child_ >= 0) close(std::exchange(to_child_, -1));
  char bytes[4096];
  while (read(from_child_, bytes, sizeof bytes) > 0) {
  }
  int status = 0;
  waitpid(std::exchange(id_, -1), &status, 0);
  close_pipes();
  return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

std::string run_program(const std::vector<std::string>& arguments, const std::string& log) {
  Child child(arguments, log);
  std::string output;
  try {
    for (;;) output += child.read_line() + '\n';
  } catch (const std::runtime_error&) {
    // It ended.
  }
  const int code = child.wait();
  if (code != 0) throw std::runtime_error(arguments[0] + ' ' + arguments[1] + " failed; see " + log);
  return output;
}

}  // namespace doorstep::bench
