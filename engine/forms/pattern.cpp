#define PCRE2_CODE_UNIT_WIDTH 8
#include "forms/pattern.hpp"

#include <pcre2.h>

#include "forms/limits.hpp"

namespace doorstep::forms {

struct Pattern::Compiled {
  struct Free {
    void operator()(pcre2_code* code) const { pcre2_code_free(code); }
    void operator()(pcre2_match_context* context) const { pcre2_match_context_free(context); }
    void operator()(pcre2_compile_context* context) const { pcre2_compile_context_free(context); }
    void operator()(pcre2_match_data* data) const { pcre2_match_data_free(data); }
  };
  std::unique_ptr<pcre2_code, Free> code;
  std::unique_ptr<pcre2_match_context, Free> bounds;
};

std::optional<Pattern> Pattern::compile(std::string_view expression, std::string& why) {
  std::unique_ptr<pcre2_compile_context, Compiled::Free> context(pcre2_compile_context_create(nullptr));
  auto compiled = std::make_shared<Compiled>();
  compiled->bounds.reset(pcre2_match_context_create(nullptr));
  if (!context || !compiled->bounds) {
    why = "no memory";
    return std::nullopt;
  }
  pcre2_set_parens_nest_limit(context.get(), limits::kExpressionDepth);
  pcre2_set_match_limit(compiled->bounds.get(), limits::kMatchSteps);
  pcre2_set_depth_limit(compiled->bounds.get(), limits::kMatchSteps);
  pcre2_set_heap_limit(compiled->bounds.get(), limits::kMatchMemory);
  int error = 0;
  PCRE2_SIZE at = 0;
  compiled->code.reset(pcre2_compile(reinterpret_cast<PCRE2_SPTR>(expression.data()), expression.size(),
                                     PCRE2_ANCHORED | PCRE2_ENDANCHORED | PCRE2_UTF | PCRE2_NEVER_BACKSLASH_C,
                                     &error, &at, context.get()));
  if (!compiled->code) {
    PCRE2_UCHAR message[256];
    pcre2_get_error_message(error, message, sizeof message);
    why = reinterpret_cast<const char*>(message);
    return std::nullopt;
  }
  return Pattern(std::move(compiled));
}

bool Pattern::matches(std::string_view text) const {
  std::unique_ptr<pcre2_match_data, Compiled::Free> data(
      pcre2_match_data_create_from_pattern(compiled_->code.get(), nullptr));
  if (!data) return false;
  return pcre2_match(compiled_->code.get(), reinterpret_cast<PCRE2_SPTR>(text.data()), text.size(), 0, 0,
                     data.get(), compiled_->bounds.get()) >= 0;
}

}  // namespace doorstep::forms
