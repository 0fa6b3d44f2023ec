#pragma once

#include <doorstep/error.hpp>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace doorstep {

/// A place in a pack file; lines count from 1.
struct Where {
  std::string file;
  unsigned line = 1;
};

/// Stops the loading of a part of a pack. Thrown inside this room only; load_pack turns it into an Error.
struct PackError {
  Where where;
  std::string zh;
  std::string en;
};

/// What is wrong with a pack, as far as its parts can be judged by themselves.
class PackFaults {
 public:
  /// Keeps what `part` refuses, and lets the rest go on.
  template <typename Part>
  void gather(Part part) {
    try {
      part();
    } catch (PackError& error) {
      add(std::move(error));
    }
  }
  void add(PackError error) { faults_.push_back(std::move(error)); }

  std::size_t size() const { return faults_.size(); }
  bool empty() const { return faults_.empty(); }
  /// By file and line, a line each: the first limits::kPackFaults, and how many more there are.
  Error told() const;

 private:
  std::vector<PackError> faults_;
};

[[noreturn]] void refuse(const Where& where, std::string zh, std::string en);

/// `file:line`
std::string to_text(const Where& where);

/// The word among `words` that `written` most likely means; empty when none is near.
std::string_view nearest(std::string_view written, const std::vector<std::string_view>& words);

/// Refuses `written`, which should be one of `words`: says which was meant (the nearest, unless it is given)
/// and lists them all.
[[noreturn]] void refuse_word(const Where& where, std::string_view kind_zh, std::string_view kind_en,
                              std::string_view written, const std::vector<std::string_view>& words,
                              std::string_view meant = {});

}  // namespace doorstep
