#pragma once

#include <memory>
#include <string>
#include <vector>

#include "bench/child.hpp"
#include "bench/roster.hpp"

namespace doorstep::bench {

/// A real office: the doorstep-server program with the bench pack, on loopback with TLS.
class Office {
 public:
  /// Makes it in `folder`, imports the roster's tables named (through its CSV import), and serves.
  Office(const std::string& program, const std::string& folder, const std::vector<TableRows>& roster,
         const std::vector<std::string>& tables);
  ~Office();
  Office(const Office&) = delete;
  Office& operator=(const Office&) = delete;

  /// Invitations for the worker who answers for everything.
  std::vector<std::string> invite(int phones);

  pid_t process() const { return server_->id(); }
  const std::string& log() const { return log_; }

 private:
  std::vector<std::string> command(const std::string& name) const;

  std::string program_, folder_, log_, address_;
  std::unique_ptr<Child> server_;
};

}  // namespace doorstep::bench
