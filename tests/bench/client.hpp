#pragma once

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "bench/child.hpp"

/// Phones in processes of their own: this program started again as `doorstep_bench phone FILE`, told what to
/// do line by line, answering each line with figures.
namespace doorstep::bench {

using Answer = std::map<std::string, double>;

class Client {
 public:
  /// `file` is the phone's database.
  Client(const std::string& file, const std::string& log);

  /// Orders, each answered by wait(): `join URL`; `sync`; `hang-up`; `take-apart`, then `push`, then
  /// `put-together`; `visits COUNT SEED`; `edit COLUMN FIRST COUNT TAG`; `check TAG`; `count TABLE`.
  void order(const std::string& line);
  /// The figures of the oldest unanswered order. Throws what the phone says went wrong.
  Answer wait();
  Answer ask(const std::string& line) {
    order(line);
    return wait();
  }

 private:
  std::unique_ptr<Child> child_;
};

/// The other side: reads orders until its input ends.
int run_client(const std::string& file);

}  // namespace doorstep::bench
