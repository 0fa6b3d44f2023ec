#include "duplicates/rules.hpp"
#include "schema/unicode_text.hpp"

namespace doorstep::server {
namespace {

std::vector<std::string_view> characters(std::string_view text) {
  std::vector<std::string_view> out;
  while (!text.empty()) {
    out.push_back(text.substr(0, first_grapheme_size(text)));
    text.remove_prefix(out.back().size());
  }
  return out;
}

}  // namespace

bool are_similar_names(std::string_view a, std::string_view b) {
  if (a.empty() || b.empty()) return false;
  if (a == b) return true;
  const std::vector<std::string_view> x = characters(a);
  const std::vector<std::string_view> y = characters(b);
  if (std::min(x.size(), y.size()) < 2) return false;
  const std::size_t longer = std::max(x.size(), y.size());
  const std::size_t shorter = std::min(x.size(), y.size());
  if (longer - shorter > 1) return false;
  // Past the first difference, the rest is equal but for one character of either or of the longer one.
  std::size_t i = 0;
  while (i < shorter && x[i] == y[i]) ++i;
  const std::size_t skip_x = x.size() >= y.size() ? 1 : 0;
  const std::size_t skip_y = y.size() >= x.size() ? 1 : 0;
  return std::equal(x.begin() + static_cast<std::ptrdiff_t>(std::min(x.size(), i + skip_x)), x.end(),
                    y.begin() + static_cast<std::ptrdiff_t>(std::min(y.size(), i + skip_y)), y.end());
}

}  // namespace doorstep::server
