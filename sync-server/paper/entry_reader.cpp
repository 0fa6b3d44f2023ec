#include <algorithm>
#include <charconv>
#include <unordered_map>
#include <unordered_set>

#include "base/error.hpp"
#include "paper/entry_columns.hpp"
#include "paper/entry_sheet.hpp"
#include "paper/limits.hpp"
#include "paper/paper_code.hpp"
#include "schema/choices.hpp"
#include "schema/unicode_text.hpp"
#include "schema/validation.hpp"
#include "tabular/spreadsheet_text.hpp"

namespace doorstep::server::paper {
namespace {

constexpr std::string_view kAnswered = "answered";
constexpr std::string_view kMistaken = "mistaken";

Error fault(std::string zh, std::string en) {
  return {ErrorDomain::usage, ErrorCode::validation_failed, Retry::never, std::move(zh), std::move(en)};
}

std::string visible(const std::string& cell) { return plain_form(without_invisible(cell)); }

/// Every value of the list that `typed` may mean: by value, or by its label in either language.
std::vector<std::string> values_of(const forms::ChoiceList& list, const std::string& typed) {
  std::vector<std::string> values;
  for (const forms::Choice& choice : list.choices)
    for (const std::string* word : {&choice.value, &choice.label.zh, &choice.label.en})
      if (!word->empty() && choice_form(*word) == choice_form(typed)) {
        values.push_back(choice.value);
        break;
      }
  return values;
}

/// A cell that may hold several, cut where something may end; `end` is where a piece ends in the cell.
struct Piece {
  std::size_t begin = 0;
  std::size_t end = 0;
};

std::vector<Piece> pieces_of(const std::string& plain) {
  std::vector<Piece> pieces(1);
  for (std::size_t at = 0; at < plain.size();) {
    const std::string_view rest = std::string_view(plain).substr(at);
    std::size_t size = 0;
    for (const std::string_view mark : {",", ";", "\n", "、"})
      if (rest.substr(0, mark.size()) == mark) size = mark.size();
    at += size == 0 ? 1 : size;
    if (size == 0)
      pieces.back().end = at;
    else
      pieces.push_back({at, at});
  }
  return pieces;
}

/// The values that a cell names, a blank between them. A label may have marks of its own in it
/// (`水、电、气`): the longest that fits is meant. What fits nothing stays as it is.
std::string selected_values(const forms::ChoiceList& list, const std::string& plain) {
  const std::vector<Piece> pieces = pieces_of(plain);
  std::string values;
  for (std::size_t i = 0; i < pieces.size();) {
    std::size_t taken = 1;
    std::string value;
    for (std::size_t n = pieces.size() - i; n > 0 && value.empty(); --n) {
      const std::size_t begin = pieces[i].begin;
      const std::string words(trim(std::string_view(plain).substr(begin, pieces[i + n - 1].end - begin)));
      const std::vector<std::string> meant =
          words.empty() ? std::vector<std::string>{} : values_of(list, words);
      if (!meant.empty()) value = meant.front();
      if (!meant.empty()) taken = n;
      if (n == 1 && meant.empty()) value = words;
    }
    if (!value.empty()) values += (values.empty() ? "" : " ") + value;
    i += taken;
  }
  return values;
}

class EntryReader {
 public:
  EntryReader(const EntryTarget& target, std::int64_t now_ms) : target_(target), now_ms_(now_ms) {}

  Result<EnteredPapers> read(const std::vector<tabular::Row>& file) {
    DOORSTEP_TRY(columns, entry_columns(target_, limits::kInstancesRead));
    columns_ = std::move(columns);
    if (file.empty()) {
      problem(1, fault("文件是空的,请用 paper template 生成录入表。",
                       "The file is empty. Make a sheet with `paper template`."));
      return std::move(out_);
    }
    read_headings(file.front());
    if (!out_.problems.empty()) return std::move(out_);
    for (auto line = file.begin() + 1; line != file.end(); ++line) DOORSTEP_CHECK(read_row(*line));
    return std::move(out_);
  }

 private:
  struct Use {
    const EntryColumn* column = nullptr;
    std::string heading;
  };

  void problem(std::size_t row, Error error, std::size_t cell = 0) {
    const bool headed = cell != 0 && cell <= uses_.size();
    out_.problems.push_back({row, cell, headed ? uses_[cell - 1].heading : std::string{}, std::move(error)});
  }

  void read_headings(const tabular::Row& first) {
    const auto known = by_heading(columns_);
    std::unordered_set<const EntryColumn*> seen;
    for (const std::string& cell : first.cells) {
      const std::string heading = visible(cell);
      uses_.push_back({nullptr, heading});
      if (heading.empty()) continue;
      const auto found = known.find(choice_form(heading));
      if (found == known.end()) {
        problem(
            first.row,
            fault("表头“" + heading + "”不是这次行动的题目,请用 paper template 重新生成录入表,或删掉这一列。",
                  "The heading '" + heading +
                      "' is no question of this campaign. Make the sheet anew with `paper template`, or "
                      "delete the column."),
            uses_.size());
        continue;
      }
      uses_.back().column = found->second;
      if (found->second->field != Field::ignored && !seen.insert(found->second).second)
        problem(first.row,
                fault("表头“" + heading + "”出现了两次,请删掉其中一列。",
                      "The heading '" + heading + "' appears twice. Delete one of the two columns."),
                uses_.size());
    }
    const bool coded = std::any_of(seen.begin(), seen.end(),
                                   [](const EntryColumn* column) { return column->field == Field::code; });
    if (!coded)
      problem(first.row,
              fault("没有“纸质编号”一列,无法知道每份是哪一户的。",
                    "There is no column of paper codes, so nobody knows which door each row is of."));
  }

  /// The cells of one row by what they are.
  struct Line {
    const tabular::Row& row;
    std::unordered_map<std::string, std::pair<std::string, std::size_t>> answers;  ///< By path.
    std::size_t code_cell = 0;
    std::size_t outcome_cell = 0;
    bool filled = false;  ///< Anything but the code, the address and the number.
  };

  Status read_row(const tabular::Row& row) {
    Line line{row, {}, 0, 0, false};
    EnteredPaper paper;
    paper.row = row.row;
    const std::size_t before = out_.problems.size();
    for (std::size_t i = 0; i < row.cells.size(); ++i) read_cell(line, i, paper);
    if (!line.filled && out_.problems.size() == before) {
      if (!paper.code.empty()) ++out_.left_empty;
      return {};
    }
    if (paper.code.empty() && line.code_cell == 0)
      problem(row.row, fault("没有填纸质编号,无法知道这是哪一户的。",
                             "The paper code is missing, so nobody knows which door this is of."));
    settle_outcome(line, paper);
    if (paper.outcome == Value(std::string(kAnswered)) && target_.form != nullptr)
      DOORSTEP_CHECK(evaluate(line, paper));
    if (out_.problems.size() == before) out_.papers.push_back(std::move(paper));
    return {};
  }

  void read_cell(Line& line, std::size_t index, EnteredPaper& paper) {
    const std::string& cell = line.row.cells[index];
    const std::string plain = visible(cell);
    if (plain.empty()) return;
    const std::size_t number = index + 1;
    if (index >= uses_.size() || uses_[index].heading.empty())
      return problem(line.row.row,
                     fault("这一格上面没有表头,请删掉这一格,或补上表头。",
                           "There is no heading above this cell. Delete it, or write the heading."),
                     number);
    const EntryColumn& column = *uses_[index].column;
    if (column.field == Field::ignored || column.field == Field::address) return;
    if (column.field == Field::code) line.code_cell = paper.code_cell = number;
    if (column.field == Field::asked_by) paper.asked_by_cell = number;
    if (column.field != Field::code && column.field != Field::number) line.filled = true;
    if (tabular::is_spreadsheet_error(plain))
      return problem(line.row.row,
                     fault("单元格是Excel的错误值“" + plain + "”,请改成内容。",
                           "The cell holds Excel's error " + plain + ". Write what is meant."),
                     number);
    switch (column.field) {
      case Field::code: {
        auto code = parse_paper_code(cell);
        if (code)
          paper.code = std::move(*code);
        else
          problem(line.row.row, std::move(code).error(), number);
        return;
      }
      case Field::number: {
        auto value = normalize(*column.column, cell);
        if (!value)
          problem(line.row.row, std::move(value).error(), number);
        else if (const auto* household = std::get_if<std::int64_t>(&*value))
          paper.number = *household;
        return;
      }
      case Field::asked_by:
        paper.asked_by = plain;
        return;
      case Field::asked_by_phone:
        paper.asked_by_phone = plain;
        return;
      case Field::question:
        line.answers[column.path] = {cell, number};
        return;
      default:
        break;
    }
    auto value = normalize(*column.column, cell);
    if (!value) return problem(line.row.row, std::move(value).error(), number);
    if (column.field == Field::at) paper.at = std::move(*value);
    if (column.field == Field::note) paper.note = std::move(*value);
    if (column.field != Field::outcome) return;
    line.outcome_cell = number;
    paper.outcome = std::move(*value);
    if (paper.outcome == Value(std::string(kMistaken)))
      problem(line.row.row,
              fault("纸质录入不能填这个结果。录错了的,请改正后加 --replace 再录一次。",
                    "A paper has no such outcome. What was entered wrongly is entered again with --replace."),
              number);
  }

  void settle_outcome(const Line& line, EnteredPaper& paper) {
    if (is_null(paper.outcome) && line.outcome_cell == 0) {
      if (!line.answers.empty())
        paper.outcome = std::string(kAnswered);
      else
        problem(line.row.row, fault("没有填结果(已答、空置、拒答、家中无人)。",
                                    "The outcome is missing (answered, vacant, refused, nobody home)."));
    } else if (!line.answers.empty() && !is_null(paper.outcome) &&
               paper.outcome != Value(std::string(kAnswered))) {
      problem(line.row.row,
              fault("结果不是“已答”,后面却填了答案,请核对。",
                    "The outcome is not 'answered', and yet there are answers. Check which is right."),
              line.outcome_cell);
    }
  }

  /// What the form says of the answers of one paper.
  Status evaluate(const Line& line, EnteredPaper& paper) {
    const auto* at = std::get_if<std::string>(&paper.at);
    const auto asked_ms = at == nullptr ? std::nullopt : parse_canonical_time(*at);
    DOORSTEP_TRY(session, FormSession::begin(*target_.form, {asked_ms.value_or(now_ms_)}));
    const std::size_t before = out_.problems.size();
    std::vector<const EntryColumn*> later;  // How many instances there are, a later answer may say.
    for (const EntryColumn& column : columns_) {
      if (column.field != Field::question) continue;
      const auto typed = line.answers.find(column.path);
      if (typed == line.answers.end()) {
        if (column.repeat.empty()) leave_empty(session, column);
        continue;
      }
      make_room(session, column);
      if (!column.repeat.empty() && !has_instance(session, column))
        later.push_back(&column);
      else
        enter(session, column, line);
    }
    for (const EntryColumn* column : later) {
      if (has_instance(session, *column))
        enter(session, *column, line);
      else
        problem(line.row.row, not_asked(), line.answers.at(column->path).second);
    }
    if (out_.problems.size() != before) return {};
    for (const EntryColumn& column : columns_)
      if (!column.repeat.empty() && line.answers.count(column.path) == 0) leave_empty(session, column);
    for (const auto& [path, typed] : line.answers)
      if (!session.go_to(path)) problem(line.row.row, not_asked(), typed.second);
    if (out_.problems.size() != before) return {};
    FormResult result = session.finish();
    for (const FormProblem& wrong : result.problems)
      problem(line.row.row,
              fault(wrong.message.zh, wrong.message.en.empty() ? wrong.message.zh : wrong.message.en),
              cell_of(wrong.path));
    paper.answers = std::move(result.answers);
    return {};
  }

  void enter(FormSession& session, const EntryColumn& column, const Line& line) {
    const auto& [text, cell] = line.answers.at(column.path);
    auto set = answer(session, column, text);
    if (!set) problem(line.row.row, std::move(set).error(), cell);
  }

  /// What was left empty on paper is not answered, whatever a phone would offer.
  static void leave_empty(FormSession& session, const EntryColumn& column) {
    if (!column.item->source->default_value.empty()) static_cast<void>(session.set(column.path, ""));
  }

  static Error not_asked() {
    return fault("按其他答案,这一题不该问,却填了内容,请核对。",
                 "By the other answers this is not asked, and yet it is filled in. Check which is right.");
  }

  /// Instances up to this one.
  static void make_room(FormSession& session, const EntryColumn& column) {
    if (column.repeat.empty()) return;
    for (std::size_t added = 0; added < column.instance && !has_instance(session, column); ++added)
      if (!session.add(column.repeat)) return;
  }
  static bool has_instance(FormSession& session, const EntryColumn& column) {
    return session.set(column.path, "").has_value();
  }

  static Status answer(FormSession& session, const EntryColumn& column, const std::string& text) {
    if (!forms::is_select(column.item->type())) {
      DOORSTEP_CHECK(session.set(column.path, text));
      return {};
    }
    const forms::ChoiceList& list = session.form().content().compiled.list_of(*column.item);
    const std::string plain = visible(text);
    if (column.item->type() == forms::ItemType::select_one) {
      std::vector<std::string> values = values_of(list, plain);
      if (values.empty()) return tl::unexpected(no_such_choice(plain));
      // Of choices in the same words (a street of this name in two towns) the one that is offered is meant.
      Status last;
      for (const std::string& value : values) {
        const auto set = session.set(column.path, value);
        if (set) return {};
        last = tl::unexpected(set.error());
      }
      return last;
    }
    DOORSTEP_CHECK(session.set(column.path, selected_values(list, plain)));
    return {};
  }

  static Error no_such_choice(const std::string& typed) {
    return fault("没有“" + typed + "”这个选项,请从列出的选项里选。",
                 "\"" + typed + "\" is not among the choices; choose one that is listed.");
  }

  /// Where a question stands; 0 when the file has no column for it.
  std::size_t cell_of(const std::string& path) const {
    for (std::size_t i = 0; i < uses_.size(); ++i)
      if (uses_[i].column != nullptr && uses_[i].column->field == Field::question &&
          uses_[i].column->path == path)
        return i + 1;
    return 0;
  }

  const EntryTarget& target_;
  std::int64_t now_ms_;
  std::vector<EntryColumn> columns_;
  std::vector<Use> uses_;
  EnteredPapers out_;
};

}  // namespace

Result<EnteredPapers> read_entries(const EntryTarget& target, const std::vector<tabular::Row>& file,
                                   std::int64_t now_ms) {
  DOORSTEP_TRY(read, EntryReader(target, now_ms).read(file));
  std::stable_sort(read.problems.begin(), read.problems.end(),
                   [](const EntryProblem& a, const EntryProblem& b) {
                     return std::pair(a.row, a.cell) < std::pair(b.row, b.cell);
                   });
  return std::move(read);
}

bool is_entry_heading(const EntryTarget& target, const tabular::Row& first) {
  const auto columns = entry_columns(target, limits::kInstancesRead);
  if (!columns) return false;
  const auto known = by_heading(*columns);
  return std::any_of(first.cells.begin(), first.cells.end(), [&](const std::string& cell) {
    const auto found = known.find(choice_form(visible(cell)));
    return found != known.end() && found->second->field == Field::code;
  });
}

}  // namespace doorstep::server::paper
