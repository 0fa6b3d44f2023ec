#include "xlsform/xlsform.hpp"

#include <algorithm>
#include <memory>
#include <sstream>

#include "forms/compiled.hpp"
#include "forms/limits.hpp"
#include "schema/unicode_text.hpp"
#include "xlsform/headings.hpp"

namespace doorstep::server::xlsform {
namespace {

using forms::Choice;
using forms::ChoiceList;
using forms::Item;
using forms::ItemType;

const std::vector<std::string_view> kSurveyTexts = {"label", "hint", "required_message",
                                                    "constraint_message"};
const std::vector<std::string_view> kSurveyKnown = {
    "type",    "name",     "required",      "relevant",     "constraint", "calculation",
    "default", "readonly", "choice_filter", "repeat_count", "repeat_max", "appearance"};

struct Alias {
  std::string_view written;
  std::string_view type;
};
constexpr Alias kAliases[] = {{"string", "text"}, {"int", "integer"}, {"trigger", "acknowledge"}};
/// What ODK fills in by itself, as calculations.
constexpr Alias kMetadata[] = {{"start", "once(now())"}, {"end", "now()"}, {"today", "once(today())"}};

bool is_yes(const std::string& text) {
  const std::string plain = to_ascii_lower(text);
  return plain == "yes" || plain == "true" || plain == "true()" || plain == "是";
}
bool is_no(const std::string& text) {
  const std::string plain = to_ascii_lower(text);
  return plain.empty() || plain == "no" || plain == "false" || plain == "false()" || plain == "否";
}

/// pyxform's rule: a reference or a call makes an expression of a default.
bool is_dynamic(const std::string& text) {
  if (text.find("${") != std::string::npos) return true;
  for (std::size_t open = text.find('('); open != std::string::npos; open = text.find('(', open + 1))
    if (open > 0 && (std::isalpha(static_cast<unsigned char>(text[open - 1])) != 0 || text[open - 1] == '-'))
      return text.find(')', open) != std::string::npos;
  return false;
}

std::vector<std::string> words_of(const std::string& text) {
  std::istringstream in(text);
  std::vector<std::string> words;
  for (std::string word; in >> word;) words.push_back(word);
  return words;
}

class Reader {
 public:
  Reader(const std::vector<Sheet>& sheets, std::string_view name) : sheets_(sheets), name_(name) {}

  Reading read() {
    const Sheet* survey = sheet("survey");
    if (survey == nullptr || survey->rows.empty()) {
      problem("survey", 0, "", "没有 survey 工作表,或是空的。",
              "There is no survey sheet, or nothing in it.");
      return std::move(reading_);
    }
    for (const Sheet& one : sheets_)
      if (const std::string plain = plain_heading(one.name);
          plain != "survey" && plain != "choices" && plain != "settings" && one.rows.size() > 1 &&
          (plain.empty() || plain[0] != '#') && plain != "notes")
        problem(one.name, 0, "", "不支持这张工作表,请删掉或清空。", "This sheet is not taken: delete it.");
    read_settings();
    read_choices();
    read_survey(*survey);
    if (reading_.problems.empty()) compile();
    return std::move(reading_);
  }

 private:
  void problem(const std::string& sheet, std::size_t row, const std::string& column, std::string zh,
               std::string en) {
    reading_.problems.push_back({sheet, row, column, {std::move(zh), std::move(en)}});
  }
  const Sheet* sheet(std::string_view name) const {
    for (const Sheet& one : sheets_)
      if (plain_heading(one.name) == name) return &one;
    return nullptr;
  }
  void refuse_columns(const Sheet& sheet, const Headings& headings,
                      const std::vector<Headings::Other>& columns) {
    for (const Headings::Other& other : columns)
      for (std::size_t i = 1; i < sheet.rows.size(); ++i)
        if (!cell_at(sheet.rows[i], other.column).empty()) {
          problem(sheet.name, sheet.rows[i].row, headings.letter(other.column),
                  "不支持“" + other.heading + "”这一列,请删掉或清空。",
                  "The column \"" + other.heading + "\" is not taken: delete it.");
          break;
        }
    for (const Headings::Other& twice : headings.repeated())
      problem(sheet.name, sheet.rows.front().row, headings.letter(twice.column),
              "“" + twice.heading + "”这一列有两个。", "There are two columns \"" + twice.heading + "\".");
  }

  void read_settings() {
    form_.name = name_;
    const Sheet* settings = sheet("settings");
    if (settings != nullptr && settings->rows.size() > 1) {
      settings_.emplace(*settings, std::vector<std::string_view>{"form_id", "version", "default_language"},
                        std::vector<std::string_view>{"form_title"});
      refuse_columns(*settings, *settings_, settings_->others());
      const Row& row = settings->rows[1];
      settings_row_ = row.row;
      if (const std::string id = settings_->cell(row, "form_id"); !id.empty()) form_.name = id;
      form_.title = settings_->text(row, "form_title");
      const std::string version = settings_->cell(row, "version");
      if (version.size() > 15 || version.find_first_not_of("0123456789") != std::string::npos)
        problem(settings->name, row.row, settings_->letter("version"),
                "版本只能是数字(最多15位),如 2026112201。",
                "The version must be digits, at most 15, such as 2026112201.");
      else if (!version.empty())
        form_.version = std::stoull(version);
    }
    if (form_.title.zh.empty()) form_.title.zh = form_.name;
  }

  void read_choices() {
    const Sheet* choices = sheet("choices");
    if (choices == nullptr || choices->rows.empty()) return;
    choices_.emplace(*choices, std::vector<std::string_view>{"list_name", "name"},
                     std::vector<std::string_view>{"label"});
    refuse_columns(*choices, *choices_, {});
    for (std::size_t i = 1; i < choices->rows.size(); ++i) {
      const Row& row = choices->rows[i];
      const std::string list = choices_->cell(row, "list_name");
      if (list.empty()) {
        problem(choices->name, row.row, choices_->letter("list_name"), "没有写 list_name。",
                "There is no list_name.");
        continue;
      }
      Choice choice{choices_->cell(row, "name"), choices_->text(row, "label"), {}};
      for (const Headings::Other& other : choices_->others()) {
        const std::string value = cell_at(row, other.column);
        if (value.empty()) continue;
        if (!forms::is_name(other.heading))
          problem(choices->name, row.row, choices_->letter(other.column),
                  "不支持“" + other.heading + "”这一列,请删掉或清空。",
                  "The column \"" + other.heading + "\" is not taken: delete it.");
        else
          choice.attributes.emplace_back(other.heading, value);
      }
      std::size_t at = find_list(list);
      if (at == form_.lists.size()) {
        form_.lists.push_back({list, {}});
        choice_rows_.emplace_back();
      }
      form_.lists[at].choices.push_back(std::move(choice));
      choice_rows_[at].push_back(row.row);
    }
  }
  std::size_t find_list(const std::string& name) const {
    std::size_t at = 0;
    while (at < form_.lists.size() && form_.lists[at].name != name) ++at;
    return at;
  }

  void read_survey(const Sheet& survey) {
    survey_.emplace(survey, kSurveyKnown, kSurveyTexts);
    survey_name_ = survey.name;
    refuse_columns(survey, *survey_, survey_->others());
    if (!survey_->has("type")) {
      problem(survey.name, survey.rows.front().row, "", "没有 type 这一列。", "There is no column \"type\".");
      return;
    }
    for (std::size_t i = 1; i < survey.rows.size() && item_rows_.size() <= forms::limits::kItems; ++i)
      read_row(survey.rows[i]);
    if (item_rows_.size() > forms::limits::kItems)
      problem(survey_name_, 0, "", "题目太多了,最多" + std::to_string(forms::limits::kItems) + "个。",
              "There are too many questions: at most " + std::to_string(forms::limits::kItems) + ".");
    for (; !open_.empty(); close())
      problem(survey_name_, open_.back().row, survey_->letter("type"),
              "这一组没有结束(end_group、end_repeat)。", "This group is not closed (end_group, end_repeat).");
  }

  void wrong(const Row& row, std::string_view heading, std::string zh, std::string en) {
    problem(survey_name_, row.row, survey_->letter(heading), std::move(zh), std::move(en));
  }

  void read_row(const Row& row) {
    const std::vector<std::string> words = words_of(survey_->cell(row, "type"));
    if (words.empty()) {
      if (std::any_of(row.cells.begin(), row.cells.end(),
                      [](const std::string& c) { return !trim(c).empty(); }))
        wrong(row, "type", "没有写 type。", "There is no type.");
      return;
    }
    std::string type = to_ascii_lower(words[0]);
    if (words.size() == 2 && (type == "begin" || type == "end")) type += "_" + to_ascii_lower(words[1]);
    if (type == "end_group" || type == "end_repeat") return end(row, type);
    if (type == "begin_group" || type == "begin_repeat") return begin(row, type);
    if (words.size() == 1)
      for (const Alias& one : kMetadata)
        if (type == one.written) return metadata(row, std::string(one.type));
    for (const Alias& one : kAliases)
      if (type == one.written) type = one.type;
    const auto known = forms::item_type(type);
    if (!known || forms::has_items(*known) || (words.size() > 1 && !forms::is_select(*known)))
      return wrong(row, "type", "不支持“" + survey_->cell(row, "type") + "”这种题目。",
                   "Questions of type \"" + survey_->cell(row, "type") + "\" are not taken.");
    Item item = item_of(row, *known);
    bool or_other = false;
    if (forms::is_select(*known)) {
      or_other = words.size() == 3 && words[2] == "or_other";
      if (words.size() < 2 || (words.size() > 2 && !or_other))
        return wrong(row, "type", "要写明选项表,如 select_one yes_no。",
                     "The choice list must follow, such as select_one yes_no.");
      item.list = words[1];
    }
    if (or_other) return put_with_other(row, std::move(item));
    put(row, std::move(item));
  }

  Item item_of(const Row& row, ItemType type) {
    Item item;
    item.type = type;
    item.name = survey_->cell(row, "name");
    item.label = survey_->text(row, "label");
    item.hint = survey_->text(row, "hint");
    item.relevant = survey_->cell(row, "relevant");
    item.constraint = survey_->cell(row, "constraint");
    item.constraint_message = survey_->text(row, "constraint_message");
    item.required_message = survey_->text(row, "required_message");
    item.calculation = survey_->cell(row, "calculation");
    item.choice_filter = survey_->cell(row, "choice_filter");
    item.repeat_count = survey_->cell(row, "repeat_count");
    item.appearance = survey_->cell(row, "appearance");
    item.default_value = default_of(row);
    const std::string required = survey_->cell(row, "required");
    // XLSForm templates say "no" on every row, also where there is nothing to require.
    if (!is_no(required)) item.required = is_yes(required) ? "true()" : required;
    const std::string read_only = survey_->cell(row, "readonly");
    item.read_only = is_yes(read_only);
    if (!is_yes(read_only) && !is_no(read_only))
      wrong(row, "readonly", "只能写 yes 或 no。", "Write yes or no.");
    const std::string max = survey_->cell(row, "repeat_max");
    if (max.size() > 3 || max.find_first_not_of("0123456789") != std::string::npos || max == "0" ||
        (!max.empty() && std::stoul(max) > forms::limits::kInstances))
      wrong(row, "repeat_max", "要写 1 到 " + std::to_string(forms::limits::kInstances) + " 的整数。",
            "Write a whole number from 1 to " + std::to_string(forms::limits::kInstances) + ".");
    else if (!max.empty())
      item.max = static_cast<std::uint32_t>(std::stoul(max));
    return item;
  }
  std::string default_of(const Row& row) {
    const std::string text = survey_->cell(row, "default");
    if (text.empty() || is_dynamic(text)) return text;
    if (text.find('\'') == std::string::npos) return "'" + text + "'";
    if (text.find('"') == std::string::npos) return "\"" + text + "\"";
    wrong(row, "default", "不能同时有单引号和双引号。", "Cannot have both kinds of quotes.");
    return {};
  }

  void put(const Row& row, Item item) {
    item_rows_.push_back(row.row);
    add(std::move(item));
  }
  void add(Item item) { (open_.empty() ? form_.items : open_.back().item.items).push_back(std::move(item)); }
  void put_with_other(const Row& row, Item item) {
    const std::size_t at = find_list(item.list);
    if (at < form_.lists.size()) {
      std::vector<Choice>& choices = form_.lists[at].choices;
      if (std::none_of(choices.begin(), choices.end(),
                       [](const Choice& one) { return one.value == "other"; })) {
        choices.push_back({"other", {"其他", "Other"}, {}});
        choice_rows_[at].push_back(0);
      }
    }
    Item other;
    other.name = item.name + "_other";
    other.label = {"请说明是什么", "Specify other."};
    other.relevant = "selected(${" + item.name + "}, 'other')";
    put(row, std::move(item));
    put(row, std::move(other));
  }
  void metadata(const Row& row, std::string calculation) {
    Item item;
    item.type = ItemType::calculate;
    item.name = survey_->cell(row, "name");
    item.calculation = std::move(calculation);
    put(row, std::move(item));
  }
  void begin(const Row& row, const std::string& type) {
    if (open_.size() + 1 >= forms::limits::kDepth)
      return wrong(row, "type", "组套得太深。", "Groups are nested too deep.");
    item_rows_.push_back(row.row);
    open_.push_back(
        {type, row.row, item_of(row, type == "begin_group" ? ItemType::group : ItemType::repeat)});
  }
  void end(const Row& row, const std::string& type) {
    if (open_.empty() || open_.back().type.substr(6) != type.substr(4))
      return wrong(row, "type", "这里没有可以结束的组。", "There is no such group to close here.");
    close();
  }
  void close() {
    Item item = std::move(open_.back().item);
    open_.pop_back();
    add(std::move(item));
  }

  void compile() {
    auto compiled = std::make_unique<forms::CompiledForm>();
    compiled->definition = std::move(form_);
    for (const forms::FormFault& fault : forms::compile(*compiled)) tell(fault);
    if (!reading_.problems.empty()) return;
    reading_.json = forms::write_definition(compiled->definition);
    // What reads it on the phone has the last word, on its size too.
    if (const auto form = Form::parse(reading_.json); !form) {
      problem(survey_name_, 0, "", form.error().zh, form.error().en);
      reading_.json.clear();
    }
  }
  void tell(const forms::FormFault& fault) {
    if (fault.list != forms::kNone) {
      const std::vector<std::size_t>& rows = choice_rows_[fault.list];
      const std::string property = fault.property == std::string_view("value") ? "name" : fault.property;
      return problem(sheet("choices")->name, fault.choice < rows.size() ? rows[fault.choice] : 0,
                     choices_->letter(property), fault.message.zh, fault.message.en);
    }
    if (fault.item == forms::kNone) {
      const bool name = fault.property == std::string_view("name");
      return problem("settings", settings_row_,
                     settings_ ? settings_->letter(name ? "form_id" : "form_title") : "", fault.message.zh,
                     fault.message.en);
    }
    std::string property = fault.property;
    if (property == "read_only") property = "readonly";
    if (property == "max") property = "repeat_max";
    const std::string letter = survey_->letter(property);
    problem(survey_name_, item_rows_[fault.item], letter.empty() ? survey_->letter("type") : letter,
            fault.message.zh, fault.message.en);
  }

  struct OpenGroup {
    std::string type;
    std::size_t row = 0;
    Item item;
  };

  const std::vector<Sheet>& sheets_;
  std::string name_;
  Reading reading_;
  forms::Definition form_;
  std::optional<Headings> survey_;
  std::optional<Headings> choices_;
  std::optional<Headings> settings_;
  std::string survey_name_;
  std::size_t settings_row_ = 0;
  std::vector<std::size_t> item_rows_;                 ///< In reading order.
  std::vector<std::vector<std::size_t>> choice_rows_;  ///< By list.
  std::vector<OpenGroup> open_;
};

}  // namespace

std::vector<Sheet> split_sheets(const std::vector<Row>& rows) {
  std::vector<Sheet> sheets;
  for (const Row& row : rows) {
    const std::string name = cell_at(row, 0);
    if (!name.empty()) {
      Sheet& sheet = sheets.emplace_back();
      sheet.name = name;
      sheet.first_column = 1;
    }
    Row rest{row.row, {}};
    if (row.cells.size() > 1) rest.cells.assign(row.cells.begin() + 1, row.cells.end());
    const bool any = std::any_of(rest.cells.begin(), rest.cells.end(),
                                 [](const std::string& cell) { return !trim(cell).empty(); });
    if (any && !sheets.empty()) sheets.back().rows.push_back(std::move(rest));
  }
  return sheets;
}

Reading read_xlsform(const std::vector<Sheet>& sheets, std::string_view name) {
  return Reader(sheets, name).read();
}

}  // namespace doorstep::server::xlsform
