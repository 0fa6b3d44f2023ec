#include "search/matching.hpp"

#include <utf8proc.h>

#include <algorithm>

#include "base/error.hpp"
#include "base/limits.hpp"
#include "schema/unicode_text.hpp"
#include "search/initials.hpp"

namespace doorstep {
namespace {

/// From so many digits on, a number is one that people tell by its end, or not by its first digit or two: a
/// phone, an official code. And so many of them they tell.
constexpr std::size_t kLongNumber = 7;
constexpr std::size_t kTailDigits = 4;

bool is_digit(char32_t c) { return c >= U'0' && c <= U'9'; }

/// Chinese as NFKC leaves it; nearly all that is searched.
bool is_plain_chinese(char32_t c) { return c >= 0x3400 && c <= 0x9FFF; }

enum class Kind : std::uint8_t { compared, space, other };

Kind kind_of(char32_t c) {
  if (is_plain_chinese(c) || is_digit(c) || (c >= U'a' && c <= U'z')) return Kind::compared;
  switch (utf8proc_category(static_cast<utf8proc_int32_t>(c))) {
    case UTF8PROC_CATEGORY_LU:
    case UTF8PROC_CATEGORY_LL:
    case UTF8PROC_CATEGORY_LT:
    case UTF8PROC_CATEGORY_LM:
    case UTF8PROC_CATEGORY_LO:
    case UTF8PROC_CATEGORY_MN:
    case UTF8PROC_CATEGORY_MC:
    case UTF8PROC_CATEGORY_ND:
    case UTF8PROC_CATEGORY_NL:
    case UTF8PROC_CATEGORY_NO:
      return Kind::compared;
    case UTF8PROC_CATEGORY_CC:
    case UTF8PROC_CATEGORY_ZS:
    case UTF8PROC_CATEGORY_ZL:
    case UTF8PROC_CATEGORY_ZP:
      return Kind::space;
    default:
      return Kind::other;
  }
}

/// U+FFFD at a byte that is no UTF-8; either way `at` moves past it.
char32_t next_character(std::string_view text, std::size_t& at) {
  utf8proc_int32_t character = -1;
  const auto size = utf8proc_iterate(reinterpret_cast<const utf8proc_uint8_t*>(text.data()) + at,
                                     static_cast<utf8proc_ssize_t>(text.size() - at), &character);
  at += size > 0 ? static_cast<std::size_t>(size) : 1;
  return size > 0 ? static_cast<char32_t>(character) : U'\uFFFD';
}

bool needs_nfkc(std::string_view text) {
  for (std::size_t at = 0; at < text.size();) {
    const char32_t c = next_character(text, at);
    if (c >= 0x80 && !is_plain_chinese(c)) return true;
  }
  return false;
}

void append_normal(std::string_view text, std::u32string& out) {
  bool parted = false;
  for (std::size_t at = 0; at < text.size();) {
    const auto c =
        static_cast<char32_t>(utf8proc_tolower(static_cast<utf8proc_int32_t>(next_character(text, at))));
    if (kind_of(c) != Kind::compared) {
      parted = true;
      continue;
    }
    if (parted && is_digit(c) && !out.empty() && is_digit(out.back())) out.push_back(U'-');
    parted = false;
    out.push_back(c);
  }
}

bool fits(char32_t typed, char32_t written) {
  if (typed == written) return true;
  return typed >= U'a' && typed <= U'z' && (initials_of(written) >> (typed - U'a') & 1) != 0;
}

}  // namespace

void append_compared(std::string_view text, std::u32string& out) {
  if (needs_nfkc(text))
    append_normal(nfkc(text), out);
  else
    append_normal(text, out);
}

std::u32string compared(std::string_view text) {
  std::u32string out;
  append_compared(text, out);
  return out;
}

Word::Word(std::u32string text) : text_(std::move(text)) {
  while (digits_ < text_.size() && is_digit(text_[digits_])) ++digits_;
}

/// A number is found by its beginning; by its end, and a long one at all, by four digits or more.
bool Word::keeps_numbers(std::u32string_view text, std::size_t at) const {
  if (digits_ == 0) return true;
  std::size_t begins = at;
  while (begins > 0 && is_digit(text[begins - 1])) --begins;
  std::size_t ends = at;
  while (ends < text.size() && is_digit(text[ends])) ++ends;
  if (begins == at) return digits_ >= kTailDigits || ends - begins < kLongNumber || digits_ == ends - begins;
  return digits_ >= kTailDigits && at + digits_ == ends;
}

bool Word::fits_at(std::u32string_view text, std::size_t at) const {
  for (std::size_t i = 0; i < text_.size(); ++i)
    if (!fits(text_[i], text[at + i])) return false;
  return keeps_numbers(text, at);
}

Fit Word::fit(std::u32string_view text, std::size_t own) const {
  if (text_.size() > text.size()) return Fit::none;
  const std::size_t last = text.size() - text_.size();
  const std::size_t first = own < text_.size() ? 0 : own - text_.size() + 1;
  Fit best = Fit::none;
  for (std::size_t at = first; at <= last; ++at) {
    if (!fits_at(text, at)) continue;
    const Fit here = at > own ? Fit::within : at == last ? Fit::whole : Fit::beginning;
    best = std::min(best, here);
    if (at > own || best == Fit::whole) break;
  }
  return best;
}

Result<std::vector<Word>> read_query(std::string_view text) {
  if (text.size() > limits::kSearchBytes)
    return fail_usage("要找的内容太长了,写一个名字、几个首字母或门牌号就够了。",
                      "That is too long to look for: a name, some initials or a door number will do.");
  std::vector<Word> words;
  std::u32string word;
  const std::string typed = nfkc(text);
  const auto end_word = [&](std::string_view part) {
    append_compared(part, word);
    if (!word.empty()) words.emplace_back(std::move(word));
    word.clear();
  };
  std::size_t from = 0;
  for (std::size_t at = 0; at < typed.size();) {
    const std::size_t begins = at;
    if (kind_of(next_character(typed, at)) != Kind::space) continue;
    end_word(std::string_view(typed).substr(from, begins - from));
    from = at;
  }
  end_word(std::string_view(typed).substr(from));
  if (words.empty())
    return fail_usage(
        "请写要找什么:名字(王淑芬)、拼音首字母(wsf)、门牌号(1501)或电话的后四位。",
        "Say what to look for: a name (王淑芬), its pinyin initials (wsf), a door number (1501), "
        "or the last four digits of a phone.");
  if (words.size() > limits::kSearchWords)
    return fail_usage("一次最多写" + std::to_string(limits::kSearchWords) + "个词。",
                      "At most " + std::to_string(limits::kSearchWords) + " words at a time.");
  return words;
}

}  // namespace doorstep
