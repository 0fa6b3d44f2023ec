#include "schema/loader/pack_error.hpp"

#include <algorithm>
#include <tuple>

#include "schema/loader/limits.hpp"

namespace doorstep {
namespace {

/// Letters from which on the beginning of a word stands for it: `int`, `ref`.
constexpr std::size_t kShortened = 3;

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

Error PackFaults::told() const {
  std::vector<const PackError*> sorted;
  for (const PackError& fault : faults_) sorted.push_back(&fault);
  std::stable_sort(sorted.begin(), sorted.end(), [](const PackError* a, const PackError* b) {
    return std::tie(a->where.file, a->where.line) < std::tie(b->where.file, b->where.line);
  });
  const std::size_t told = std::min(sorted.size(), limits::kPackFaults);
  std::string zh, en;
  for (std::size_t i = 0; i < told; ++i) {
    const std::string begin = (i == 0 ? "" : "\n") + to_text(sorted[i]->where) + ": ";
    zh += begin + sorted[i]->zh;
    en += begin + sorted[i]->en;
  }
  if (const std::size_t more = sorted.size() - told; more > 0) {
    zh += "\n还有 " + std::to_string(more) + " 处,请先改正这些。";
    en += "\nThere are " + std::to_string(more) + " more; correct these first.";
  }
  return {ErrorDomain::usage, ErrorCode::pack_invalid, Retry::never, std::move(zh), std::move(en)};
}

void refuse(const Where& where, std::string zh, std::string en) {
  throw PackError{where, std::move(zh), std::move(en)};
}

std::string to_text(const Where& where) { return where.file + ':' + std::to_string(where.line); }

std::string_view nearest(std::string_view written, const std::vector<std::string_view>& words) {
  for (const std::string_view word : words)
    if (written.size() >= kShortened && word.substr(0, written.size()) == written) return word;
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
                 std::string_view written, const std::vector<std::string_view>& words,
                 std::string_view meant) {
  std::string all;
  for (const std::string_view word : words) all += (all.empty() ? "" : ", ") + std::string(word);
  const std::string word(meant.empty() ? nearest(written, words) : meant);
  refuse(where,
         "没有“" + std::string(written) + "”这个" + std::string(kind_zh) + "。" +
             (word.empty() ? "" : "是不是“" + word + "”?") + "可以写:" + all + "。",
         "there is no " + std::string(kind_en) + " '" + std::string(written) + "'." +
             (word.empty() ? "" : " Did you mean '" + word + "'?") + " Write one of: " + all + ".");
}

}  // namespace doorstep
