#include "schema/loader/pack_error.hpp"

#include <algorithm>

namespace doorstep {
namespace {

/// Levenshtein distance.
std::size_t edit_distance(std::string_view a, std::string_view b) {
  std::vector<std::size_t> row(b.size() + 1);
  for (std::size_t j = 0; j <= b.size(); ++j) row[j] = j;
  for (std::size_t i = 1; i <= a.size(); ++i) {
    std::size_t diagonal = row[0];
    row[0] = i;
    for (std::size_t j = 1; j <= b.size(); ++j) {
      const std::size_t replaced = diagonal + (a[i - 1] == b[j - 1] ? 0 : 1);
      diagonal = row[j];
      row[j] = std::min({replaced, row[j] + 1, row[j - 1] + 1});
    }
  }
  return row[b.size()];
}

}  // namespace

void refuse(const Where& where, std::string zh, std::string en) {
  throw PackError{where, std::move(zh), std::move(en)};
}

std::string to_text(const Where& where) { return where.file + ':' + std::to_string(where.line); }

std::string_view nearest(std::string_view written, const std::vector<std::string_view>& words) {
  std::string_view best;
  std::size_t best_distance = std::max<std::size_t>(2, written.size() / 3) + 1;
  for (const std::string_view word : words) {
    const std::size_t distance = edit_distance(written, word);
    if (distance < best_distance && distance < word.size()) {
      best = word;
      best_distance = distance;
    }
  }
  return best;
}

void refuse_word(const Where& where, std::string_view kind_zh, std::string_view kind_en,
                 std::string_view written, const std::vector<std::string_view>& words) {
  std::string all;
  for (const std::string_view word : words) all += (all.empty() ? "" : ", ") + std::string(word);
  const std::string word(nearest(written, words));
  refuse(where,
         "没有“" + std::string(written) + "”这个" + std::string(kind_zh) + "。" +
             (word.empty() ? "" : "是不是“" + word + "”?") + "可以写:" + all + "。",
         "there is no " + std::string(kind_en) + " '" + std::string(written) + "'." +
             (word.empty() ? "" : " Did you mean '" + word + "'?") + " Write one of: " + all + ".");
}

}  // namespace doorstep
