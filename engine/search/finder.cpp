#include "search/finder.hpp"

#include <algorithm>
#include <array>

#include "base/error.hpp"
#include "base/limits.hpp"
#include "folding/views.hpp"
#include "schema/ddl.hpp"
#include "search/matching.hpp"
#include "search/place_tree.hpp"
#include "search/standing.hpp"

namespace doorstep {
namespace {

constexpr std::string_view kCodeColumn = "code";
constexpr std::string_view kNameColumn = "name";

/// What of a text is searched, in whole characters.
std::string_view beginning_of(std::string_view text) {
  if (text.size() <= limits::kSearchedBytes) return text;
  std::size_t end = limits::kSearchedBytes;
  while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xC0) == 0x80) --end;
  return text.substr(0, end);
}

/// A row of which some words fit what it says itself.
struct Candidate {
  const Table* table = nullptr;
  RowId row;
  const Column* column = nullptr;  ///< With the best fit.
  std::string text, said;
  std::array<bool, limits::kSearchWords> fits{};  ///< Which words.
  Fit best = Fit::none;
};

struct Answer {
  Candidate candidate;
  int place = -1;
};

class Finder {
 public:
  Finder(sql::Connection& connection, const Pack& pack, std::vector<Word> words, const PlaceTree& tree,
         std::string_view today)
      : connection_(connection),
        pack_(pack),
        words_(std::move(words)),
        tree_(tree),
        today_(today),
        standing_(connection, pack, tree, today) {}

  Result<std::vector<Found>> run(std::size_t limit) {
    for (const Table& table : pack_.tables) DOORSTEP_CHECK(read(table));
    std::vector<Found> found;
    for (std::vector<Candidate>& group : by_fit_) {
      DOORSTEP_TRY(answers, check(std::move(group)));
      for (const Answer& answer : answers) {
        found.push_back(told(answer));
        if (found.size() == limit) return found;
      }
    }
    return found;
  }

 private:
  Status read(const Table& table) {
    std::vector<const Column*> columns;
    std::string sql = "SELECT id";
    for (const Column& column : table.columns) {
      if (!column.search) continue;
      columns.push_back(&column);
      sql += ", " + quote_name(column.name);
    }
    if (columns.empty()) return {};
    // Each thing once; only what can be folded has to be asked that way.
    sql += " FROM " + quote_name(table.mergeable ? each_view(table) : table.name) + " WHERE 1" +
           not_over(table, 1);
    DOORSTEP_TRY(select, connection_.cached(sql));
    if (table.ends) select->bind_text(1, today_);
    for (;;) {
      DOORSTEP_TRY(more, select->step());
      if (!more) return {};
      look_at(table, columns, *select);
    }
  }

  void look_at(const Table& table, const std::vector<const Column*>& columns,
               const sql::Statement& statement) {
    const bool is_place = table.place_rule == PlaceRule::self;
    int place = -1;
    if (is_place) {
      const auto id = parse_row_id(statement.text(0));
      place = id ? tree_.position(*id) : -1;
    }
    Candidate candidate;
    for (std::size_t i = 0; i < columns.size(); ++i) {
      const std::string_view text = statement.text(static_cast<int>(i) + 1);
      if (text.empty()) continue;
      const Fit fit = place >= 0 && columns[i]->name == kNameColumn ? fit_path(place, candidate)
                      : place >= 0 && columns[i]->name == kCodeColumn
                          ? fit_text(text, own_of_code(text, place), candidate)
                          : fit_text(text, 0, candidate);
      if (fit >= candidate.best) continue;
      candidate.best = fit;
      candidate.column = columns[i];
      candidate.text = text;
    }
    if (candidate.best == Fit::none) return;
    candidate.table = &table;
    candidate.row = parse_row_id(statement.text(0)).value_or(RowId{});
    for (std::size_t i = 0; i < columns.size(); ++i) {
      const std::string_view text = statement.text(static_cast<int>(i) + 1);
      if (!text.empty()) candidate.said.append(candidate.said.empty() ? "" : " ").append(text);
    }
    by_fit_[static_cast<std::size_t>(candidate.best)].push_back(std::move(candidate));
  }

  Fit fit_text(std::string_view text, std::size_t own, Candidate& candidate) {
    buffer_.clear();
    append_compared(beginning_of(text), buffer_);
    return fit(buffer_, own, candidate);
  }
  Fit fit_path(int place, Candidate& candidate) {
    const PlaceTree::Place& at = tree_.places()[static_cast<std::size_t>(place)];
    return fit(at.path, at.own, candidate);
  }
  Fit fit(std::u32string_view text, std::size_t own, Candidate& candidate) {
    Fit best = Fit::none;
    for (std::size_t i = 0; i < words_.size(); ++i) {
      const Fit here = words_[i].fit(text, own);
      if (here != Fit::none) candidate.fits[i] = true;
      best = std::min(best, here);
    }
    return best;
  }

  /// What a code shares with the place above is not its own.
  std::size_t own_of_code(std::string_view code, int place) const {
    const int parent = tree_.places()[static_cast<std::size_t>(place)].parent;
    if (parent < 0) return 0;
    const std::string& above = tree_.places()[static_cast<std::size_t>(parent)].code;
    if (above.empty() || code.substr(0, above.size()) != above) return 0;
    const std::u32string shared = compared(above);
    const std::u32string whole = compared(code);
    return shared.size() < whole.size() && whole[shared.size()] == U'-' ? shared.size() + 1 : shared.size();
  }

  /// Those of which the other words fit where they stand, in order.
  Result<std::vector<Answer>> check(std::vector<Candidate> group) {
    std::vector<Answer> answers;
    for (Candidate& candidate : group) {
      DOORSTEP_TRY(places, standing_.of(*candidate.table, candidate.row));
      if (places.over || !all_fit(candidate, places)) continue;
      answers.push_back({std::move(candidate), places.known.empty() ? -1 : places.known.front()});
    }
    const auto code = [&](const Answer& answer) {
      return answer.place < 0 ? std::string_view()
                              : std::string_view(tree_.places()[static_cast<std::size_t>(answer.place)].code);
    };
    std::sort(answers.begin(), answers.end(), [&](const Answer& a, const Answer& b) {
      if ((a.place < 0) != (b.place < 0)) return b.place < 0;
      if (code(a) != code(b)) return code(a) < code(b);
      if (a.candidate.table != b.candidate.table) return a.candidate.table->id < b.candidate.table->id;
      return a.candidate.row < b.candidate.row;
    });
    return answers;
  }

  bool all_fit(const Candidate& candidate, const Standing::Places& places) const {
    for (std::size_t i = 0; i < words_.size(); ++i) {
      if (candidate.fits[i]) continue;
      if (std::none_of(places.known.begin(), places.known.end(), [&](int at) {
            return words_[i].fit(tree_.places()[static_cast<std::size_t>(at)].path) != Fit::none;
          }))
        return false;
    }
    return true;
  }

  Found told(const Answer& answer) const {
    Found found;
    found.table = answer.candidate.table->name;
    found.row = answer.candidate.row;
    found.column = answer.candidate.column->name;
    found.text = answer.candidate.text;
    found.said = answer.candidate.said;
    if (answer.place < 0) return found;
    const PlaceTree::Place& place = tree_.places()[static_cast<std::size_t>(answer.place)];
    found.place = place.id;
    found.place_code = place.code;
    found.address = tree_.address(answer.place);
    return found;
  }

  sql::Connection& connection_;
  const Pack& pack_;
  std::vector<Word> words_;
  const PlaceTree& tree_;
  std::string today_;
  Standing standing_;
  std::u32string buffer_;
  std::array<std::vector<Candidate>, static_cast<std::size_t>(Fit::none)> by_fit_;
};

}  // namespace

Result<std::vector<Found>> find_rows(sql::Connection& connection, const Pack& pack, std::string_view text,
                                     std::string_view today, std::size_t limit) {
  if (limit == 0 || limit > limits::kFound)
    return fail_usage("一次可以列出1到" + std::to_string(limits::kFound) + "条。",
                      "A search lists 1 to " + std::to_string(limits::kFound) + " rows.");
  DOORSTEP_TRY(words, read_query(text));
  DOORSTEP_TRY(moment, sql::Transaction::begin(connection, sql::Begin::deferred));
  DOORSTEP_TRY(tree, PlaceTree::read(connection, pack));
  auto found = Finder(connection, pack, std::move(words), tree, today).run(limit);
  DOORSTEP_CHECK(moment.commit());
  return found;
}

}  // namespace doorstep
