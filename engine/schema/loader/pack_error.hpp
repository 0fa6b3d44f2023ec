#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace doorstep {

/// A place in a pack file; lines count from 1.
struct Where {
  std::string file;
  unsigned line = 1;
};

/// Stops the loading of a pack. Thrown inside this room only; load_pack turns it into an Error.
struct PackError {
  Where where;
  std::string zh;
  std::string en;
};

[[noreturn]] void refuse(const Where& where, std::string zh, std::string en);

/// `file:line`
std::string to_text(const Where& where);

/// The word among `words` that `written` most likely means; empty when none is near.
std::string_view nearest(std::string_view written, const std::vector<std::string_view>& words);

/// Refuses `written`, which should be one of `words`: says which was meant and lists them all.
[[noreturn]] void refuse_word(const Where& where, std::string_view kind_zh, std::string_view kind_en,
                              std::string_view written, const std::vector<std::string_view>& words);

}  // namespace doorstep
