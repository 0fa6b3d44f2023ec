#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace doorstep::forms {

/// A regular expression (PCRE2, UTF-8) that must match a whole text. Immutable; shared by copies.
class Pattern {
 public:
  /// nullopt: no regular expression; `why` then says so in PCRE2's words.
  static std::optional<Pattern> compile(std::string_view expression, std::string& why);

  /// Takes bounded steps and memory: false when it is not decided within them.
  bool matches(std::string_view text) const;

 private:
  struct Compiled;
  explicit Pattern(std::shared_ptr<const Compiled> compiled) : compiled_(std::move(compiled)) {}

  std::shared_ptr<const Compiled> compiled_;
};

}  // namespace doorstep::forms
