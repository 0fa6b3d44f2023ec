#pragma once

#include <cstdint>
#include <doorstep/error.hpp>
#include <string>
#include <string_view>
#include <vector>

/// How what is typed fits what is written (docs/search.md, "How it is read"). Pure.
namespace doorstep {

/// Appends what of `text` is compared: letters, digits and Chinese characters, full-width forms and case
/// folded. Between two numbers one hyphen stays; nothing else does.
void append_compared(std::string_view text, std::u32string& out);
std::u32string compared(std::string_view text);

enum class Fit : std::uint8_t { whole, beginning, within, none };  ///< Better ones first.

/// One word of a query, compared form.
class Word {
 public:
  /// `text` is not empty.
  explicit Word(std::u32string text);

  /// How it fits `text` (compared form), whose own part begins at `own`: what stands before lends context,
  /// and a fit touches the own part.
  Fit fit(std::u32string_view text, std::size_t own = 0) const;

 private:
  bool fits_at(std::u32string_view text, std::size_t at) const;
  bool keeps_numbers(std::u32string_view text, std::size_t at) const;

  std::u32string text_;
  std::size_t digits_ = 0;  ///< With which it begins.
};

/// The words of a query, which white space parts. Errors: usage, for nothing to look for, too many words or
/// too long a text.
Result<std::vector<Word>> read_query(std::string_view text);

}  // namespace doorstep
